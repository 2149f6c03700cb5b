"""Folders made aside and put in place by one rename, so that they appear and vanish whole."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import uuid
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from labsvc.store.durable import make_folder, our_disk, sync_folder

STAGING = ".staging"
_BINARY = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
"""Windows translates line ends otherwise."""


class Staging:
    """The folder ``.staging`` inside another one, on the same disk as what it makes."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / STAGING
        make_folder(self.path)

    def make(self, files: Mapping[str, bytes]) -> Path:
        """A new folder in staging with these files (relative name -> bytes), all on the disk."""
        staged = self._free()
        with our_disk(staged):
            try:
                _write(staged, files)
            except OSError:
                shutil.rmtree(staged, ignore_errors=True)
                raise
        for folder in {staged, *_folders(staged, files)}:
            sync_folder(folder)
        return staged

    def put_in_place(self, staged: Path, destination: Path) -> None:
        """Give what was made its name; it is there for good when this returns."""
        self.put_all_in_place([(staged, destination)])

    def put_all_in_place(self, made: Sequence[tuple[Path, Path]]) -> None:
        """As ``put_in_place`` for each and its destination; their names reach the disk together."""
        parents = {destination.parent for _, destination in made}
        for parent in parents:
            make_folder(parent)
        for staged, destination in made:
            with our_disk(destination):
                staged.rename(destination)
        for parent in parents:
            sync_folder(parent)

    def discard(self, folder: Path) -> None:
        """Take a folder away whole. What cannot be deleted at once is swept at the next start."""
        aside = self._free()
        with our_disk(folder):
            folder.rename(aside)
        sync_folder(folder.parent)
        shutil.rmtree(aside, ignore_errors=True)

    def sweep(self) -> None:
        """Empty the staging folder of what a crash left."""
        with our_disk(self.path):
            for left in list(self.path.iterdir()):
                if left.is_dir() and not left.is_symlink():
                    shutil.rmtree(left)
                else:
                    left.unlink()

    def _free(self) -> Path:
        return self.path / uuid.uuid4().hex


def _folders(staged: Path, files: Iterable[str]) -> set[Path]:
    """Every folder below ``staged`` that these files need."""
    deepest = {name.rpartition("/")[0] for name in files}
    return {staged / one for name in deepest for one in (name, *_above(name)) if one}


def _above(name: str) -> list[str]:
    return [name[:at] for at, letter in enumerate(name) if letter == "/"]


def _write(staged: Path, files: Mapping[str, bytes]) -> None:
    staged.mkdir()
    for folder in sorted(_folders(staged, files)):
        folder.mkdir(exist_ok=True)
    with contextlib.ExitStack() as held:
        opened = [_opened(f"{staged}/{name}", held) for name in files]
        for descriptor, content in zip(opened, files.values(), strict=True):
            _put(descriptor, content)
        # All are on their way before any is waited for: a third of the time of one after another.
        _send_off(opened)
        for descriptor in opened:
            os.fsync(descriptor)


def _opened(path: str, held: contextlib.ExitStack) -> int:
    """A new file, open for writing. A file object asks the system three more questions for each."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o666)
    held.callback(os.close, descriptor)
    return descriptor


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
