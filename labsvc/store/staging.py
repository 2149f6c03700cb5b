"""Folders made aside and put in place by one rename, so that they appear and vanish whole."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

from labsvc.store.durable import (
    make_folder,
    our_disk,
    patiently,
    sync_all,
    sync_folder,
    written,
)

STAGING = ".staging"


class Staging:
    """The folder ``.staging`` inside another one, on the same disk as what it makes."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / STAGING
        make_folder(self.path)

    def make(self, files: Mapping[str, bytes]) -> Path:
        """A new folder in staging with these files (relative name -> bytes), all on the disk."""
        return self.make_all([files])[0]

    def make_all(self, several: Sequence[Mapping[str, bytes]]) -> list[Path]:
        """As ``make`` for each, or none; the disk is waited for once for all of them."""
        made = {self._free(): files for files in several}
        folders = {staged: _folders(staged, files) for staged, files in made.items()}
        with our_disk(self.path):
            try:
                for staged in made:
                    staged.mkdir()
                    for folder in folders[staged]:
                        folder.mkdir()
                _write(made)
            except OSError:
                for staged in made:
                    shutil.rmtree(staged, ignore_errors=True)
                raise
        for staged in made:
            for folder in (staged, *folders[staged]):
                sync_folder(folder)
        return list(made)

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
                patiently(partial(staged.rename, destination))
        for parent in parents:
            sync_folder(parent)

    def discard(self, folder: Path) -> None:
        """Take a folder away whole. What cannot be deleted at once is swept at the next start."""
        aside = self._free()
        with our_disk(folder):
            patiently(partial(folder.rename, aside))
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


def _folders(staged: Path, files: Iterable[str]) -> list[Path]:
    """Every folder below ``staged`` that these files need, those above first."""
    deepest = {name.rpartition("/")[0] for name in files}
    return [staged / one for one in sorted({two for one in deepest for two in _above(one)})]


def _above(folder: str) -> list[str]:
    """The folder, none where it is empty, and each that it lies in."""
    ends = [at for at, letter in enumerate(folder) if letter == "/"]
    return [folder[:at] for at in (*ends, len(folder)) if folder]


def _write(made: Mapping[Path, Mapping[str, bytes]]) -> None:
    files = (
        (f"{staged}/{name}", content)
        for staged, mine in made.items()
        for name, content in mine.items()
    )
    with written(files) as descriptors:
        sync_all(descriptors)
