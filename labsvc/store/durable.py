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
from collections.abc import Iterator
from pathlib import Path

from labsvc.errors import DiskFull, StoreError

TEMPORARY = ".tmp"
"""What the names of half-written files end with; they start with a dot."""

_HALF_WRITTEN = re.compile(r"\.[0-9a-f]{32}" + re.escape(TEMPORARY))

# EFBIG is how a limit on file sizes shows itself: to us the room has ended all the same.
_NO_ROOM = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}


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
    temporary = path.with_name(f".{uuid.uuid4().hex}{TEMPORARY}")
    with our_disk(path):
        try:
            write_synced(temporary, content)
            temporary.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise


def sweep_half_written(folder: Path) -> None:
    """At start: remove what a crash in ``write_durably`` left in this folder."""
    with our_disk(folder):
        for path in list(folder.iterdir()):
            if _HALF_WRITTEN.fullmatch(path.name):
                path.unlink(missing_ok=True)


def write_synced(path: Path, content: bytes) -> None:
    """Write a new file and wait until its bytes are on the disk. Raises OSError."""
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


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
