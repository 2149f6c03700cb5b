"""Writing so that a cut of power leaves the whole of a file or nothing of it.

A file appears under its name only by a rename, after its bytes are on the disk; the folder is
then synced so that the name is on the disk too. Errors of our own disk become StoreErrors here.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import sys
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from time import sleep
from typing import TypeVar

from labsvc.errors import DiskFull, StoreError

TEMPORARY = ".tmp"
"""What the names of half-written files end with; they start with a dot."""

_HALF_WRITTEN = re.compile(r"\.[0-9a-f]{32}" + re.escape(TEMPORARY))

_BINARY = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
"""Windows translates line ends otherwise."""
# EFBIG is how a limit on file sizes shows itself: to us the room has ended all the same.
_NO_ROOM = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_PAUSES_SECONDS: tuple[float, ...] = (
    (0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if sys.platform == "win32" else ()
)
"""There nothing is replaced, deleted or opened while a reader or a virus scanner has it open."""
T = TypeVar("T")


@contextlib.contextmanager
def our_disk(path: Path) -> Iterator[None]:
    """Turn an OSError inside into DiskFull or a StoreError that names ``path``."""
    try:
        yield
    except OSError as error:
        raise translated(error, path) from error


def translated(error: OSError, path: Path) -> StoreError:
    """The StoreError that says what ``error`` means for ``path``."""
    if error.errno in _NO_ROOM:
        return DiskFull(
            f"no room left to write '{path}' ({error.strerror}): free some space on that disk"
        )
    why = error.strerror or str(error)
    return StoreError(f"cannot use '{path}': {why}; check that the disk is there and writable")


def write_durably(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path`` whole or not at all, on the disk when this returns.

    What was there under that name is replaced. DiskFull or StoreError leave it as it was.
    """
    write_aside(path, content)
    sync_folder(path.parent)


def write_aside(path: Path, content: bytes) -> None:
    """As ``write_durably``, but the name is on the disk only once the folder is synced."""
    write_all_aside({path: content})


def write_all_aside(files: Mapping[Path, bytes]) -> None:
    """As ``write_aside`` for each; all bytes are on the disk before the first gets its name.

    The names are given in this order. After an error some may have theirs already.
    """
    made = [(f"{path.parent}/.{uuid.uuid4().hex}{TEMPORARY}", path) for path in files]
    with our_disk(next(iter(files))):
        try:
            with written((temporary, files[path]) for temporary, path in made) as descriptors:
                sync_all(descriptors)
            for temporary, path in made:
                patiently(partial(os.replace, temporary, path))
        except OSError:
            for temporary, _ in made:
                with contextlib.suppress(OSError):
                    os.unlink(temporary)  # noqa: PTH108 - a Path for each costs more than the call
            raise


def patiently(act: Callable[[], T], pauses: Sequence[float] = _PAUSES_SECONDS) -> T:
    """What ``act`` answers; where Windows refuses it for a moment, tried again. OSError."""
    for pause in pauses:
        try:
            return act()
        except PermissionError:
            sleep(pause)
    return act()


@contextlib.contextmanager
def written(files: Iterable[tuple[str, bytes]]) -> Iterator[list[int]]:
    """New files with these bytes, not on the disk yet; inside, their descriptors. OSError."""
    with contextlib.ExitStack() as held:
        descriptors = []
        for path, content in files:
            # A file object asks the system three more questions for each.
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o666)
            held.callback(os.close, descriptor)
            _put(descriptor, content)
            descriptors.append(descriptor)
        yield descriptors


def sync_all(descriptors: Sequence[int]) -> None:
    """Wait until the bytes of all of these files are on the disk. OSError.

    All are on their way before any is waited for: a third of the time of one after another.
    """
    _send_off(descriptors)
    for descriptor in descriptors:
        os.fsync(descriptor)


def _send_off(descriptors: Iterable[int]) -> None:
    """Ask the system to begin writing these files out; nothing is waited for, nothing promised.

    Linux begins when it is told that what was written will not be read soon (posix_fadvise(2)).
    Then the first sync finds the others under way, and one entry in the journal does for them all.
    """
    if sys.platform == "linux":
        for descriptor in descriptors:
            # A file system that does not know of this is waited for as ever.
            with contextlib.suppress(OSError):
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)


def _put(descriptor: int, content: bytes) -> None:
    """All of ``content``: the system may take a large one in several bites."""
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]


def sweep_half_written(folder: Path) -> None:
    """At start: remove what a crash in ``write_durably`` left in this folder."""
    with our_disk(folder):
        for path in list(folder.iterdir()):
            if _HALF_WRITTEN.fullmatch(path.name):
                path.unlink(missing_ok=True)


def sync_folder(path: Path) -> None:
    """Wait until the names in the folder are on the disk. Windows has no such call: no-op."""
    if sys.platform == "win32":
        return
    with our_disk(path):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def make_folder(path: Path) -> None:
    """Create the folder and the parents it lacks, each on the disk when this returns."""
    if path.is_dir():
        return
    make_folder(path.parent)
    with our_disk(path):
        path.mkdir(exist_ok=True)
    sync_folder(path.parent)
