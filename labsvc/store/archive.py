"""What was filed, for good: folders that appear whole, with a manifest, and are never rewritten.

    archive/2026/2026-03-02 microbeta 0123456789abcdef/   raw/...  result.json ...  manifest.json
    archive/.staging/                                     folders being made; emptied at start

``manifest.json`` gives the SHA-256 of every file of its folder. A folder may lie inside another
(``revision-2/``): it has its own manifest, and the outer one does not speak of it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from labsvc.errors import ArchiveConflict, IntegrityError, StoreError
from labsvc.store.durable import our_disk, sync_folder
from labsvc.store.names import checked_path, safe_name
from labsvc.store.staging import Staging

__all__ = ["MANIFEST", "Archive", "safe_name"]

MANIFEST = "manifest.json"


class Staged(NamedTuple):
    """A folder made ahead of its filing: where it lies, all on the disk, and its manifest."""

    place: Path
    manifest: bytes


class Archive:
    """The archive below one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._staging = Staging(folder)

    def stage(self, folder: str, files: Mapping[str, bytes]) -> Staged:
        """Make ready what is to be filed under ``folder``; any process may, it changes nothing.

        What is never filed is taken away by ``sweep``.
        """
        return self.stage_all([(folder, files)])[0]

    def stage_all(self, made: Sequence[tuple[str, Mapping[str, bytes]]]) -> list[Staged]:
        """As ``stage`` for each folder and its files, or none."""
        manifests = [_manifest_of(folder, files) for folder, files in made]
        whole = [
            {**files, MANIFEST: manifest}
            for (_, files), manifest in zip(made, manifests, strict=True)
        ]
        return list(map(Staged, self._staging.make_all(whole), manifests))

    def _stage(self, files: Mapping[str, bytes], manifest: bytes) -> Staged:
        return Staged(self._staging.make({**files, MANIFEST: manifest}), manifest)

    def file(
        self, folder: str, files: Mapping[str, bytes] | Staged, *, leftover: bool = False
    ) -> str:
        """File ``files`` (relative name -> bytes) under ``folder``, whole or not at all.

        What is given back is the manifest's SHA-256, which vouches for the whole folder.
        Filing the same again is fine. Where the folder holds other files already it is
        ArchiveConflict and nothing changes, unless ``leftover`` says that the database never
        committed what lies there: then the new takes its place.
        """
        destination = self._folder / checked_path(folder)
        manifest = files.manifest if isinstance(files, Staged) else _manifest_of(folder, files)
        digest = hashlib.sha256(manifest).hexdigest()
        taken = destination.exists()
        if taken and self._holds(destination, manifest, leftover=leftover):
            # The rename that made it may not be on the disk yet: its maker may have died there.
            sync_folder(destination.parent)
            if isinstance(files, Staged):
                self._staging.discard(files.place)
            return digest
        staged = files if isinstance(files, Staged) else self._stage(files, manifest)
        if taken:
            self._staging.discard(destination)
        self._staging.put_in_place(staged.place, destination)
        return digest

    def put_all(self, made: Sequence[tuple[str, Staged]]) -> list[str]:
        """File several folders made ready, under names that nothing lies under yet.

        What is given back is each manifest's SHA-256. After an error some of them may be in place.
        """
        self._staging.put_all_in_place(
            [(staged.place, self._folder / checked_path(folder)) for folder, staged in made]
        )
        return [hashlib.sha256(staged.manifest).hexdigest() for _, staged in made]

    def holds(self, folder: str) -> bool:
        """Whether anything lies there, filed or left by a crash."""
        return (self._folder / folder).is_dir()

    def read(self, folder: str, name: str) -> bytes:
        """One filed file, hashed again: IntegrityError when it is missing or changed.

        A folder may be part of another, whose manifest lists its files: a plate's of its capture.
        """
        place = self._folder / checked_path(folder)
        with our_disk(place):
            while not (place / MANIFEST).exists() and place.parent != self._folder:
                place, name = place.parent, f"{place.name}/{name}"
            # The archive itself is there: this is no disk that is away and comes back.
            if not (place / MANIFEST).exists() and self._staging.path.is_dir():
                raise IntegrityError(
                    f"'{self._folder / folder}' is gone from the archive, or its manifest is: put "
                    "the folder back from a backup"
                )
        listed = _load_manifest(place)
        if name not in listed:
            raise StoreError(f"'{place}' has no file '{name}': it has {', '.join(listed)}")
        return _read_checked(place, name, listed[name])

    def names(self, folder: str) -> list[str]:
        """The names of the files filed under ``folder``, sorted, without the manifest."""
        return sorted(_load_manifest(self._folder / checked_path(folder)))

    def folders(self) -> set[str]:
        """Every folder that has a manifest, filed or left by a crash."""
        with our_disk(self._folder):
            found = {path.parent for path in self._folder.rglob(MANIFEST)}
        # An instrument's own file may have that name: a manifest further up lists it.
        return {
            path.relative_to(self._folder).as_posix()
            for path in found
            if not path.is_relative_to(self._staging.path)
            and not any(_told_by(up, path) for up in found.intersection(path.parents))
        }

    def manifest_digest(self, folder: str) -> str | None:
        """The SHA-256 of a folder's manifest as it lies there; None: it is gone."""
        path = self._folder / checked_path(folder) / MANIFEST
        with our_disk(path):
            try:
                return hashlib.sha256(path.read_bytes()).hexdigest()
            except (FileNotFoundError, NotADirectoryError):
                return None

    def verify(self) -> Iterator[str]:
        """Hash everything again: one sentence for each missing, altered or stray file."""
        owners: dict[Path, tuple[Path, Mapping[str, str]]] = {}
        for at, folders, names in os.walk(self._folder):
            place = Path(at)
            folders[:] = sorted(one for one in folders if place / one != self._staging.path)
            owner = owners.get(place.parent)
            if MANIFEST in names and not _lists(owner, place / MANIFEST):
                try:
                    owner = (place, _load_manifest(place))
                except StoreError as error:
                    yield str(error)
                    continue
                yield from _faults(*owner)
                names.remove(MANIFEST)
            if owner:
                owners[place] = owner
            links = [one for one in folders if (place / one).is_symlink()]
            for name in sorted([*names, *links]):
                if not _lists(owner, place / name):
                    yield f"'{place / name}' is stray: no manifest lists it"

    def sweep(self) -> None:
        """Empty the staging folder of what a crash left, or of what was made and is not filed."""
        self._staging.sweep()

    def _holds(self, destination: Path, manifest: bytes, *, leftover: bool) -> bool:
        """Whether the destination holds these very files; raises when it may not be replaced."""
        same = _same_manifest(destination, manifest)
        faults = list(_faults(destination, _load_manifest(destination))) if same else []
        if same and not faults:
            return True
        if not leftover and same:
            raise IntegrityError(faults[0])
        if not leftover:
            raise ArchiveConflict(
                f"'{destination}' is filed already with other contents: it is never overwritten; "
                f"compare the two and file the new one as a revision"
            )
        inner = _inner_manifests(destination)
        if inner:
            raise ArchiveConflict(
                f"'{destination}' cannot be replaced: '{inner[0].parent.name}' is filed inside it, "
                f"though the database does not know it; restore the database from its backup"
            )
        return False


def _check_names(folder: str, files: Mapping[str, bytes]) -> None:
    for name in files:
        checked_path(name)
    # Two names that differ in case alone are one file on Windows and macOS.
    folded = [name.casefold() for name in (*files, MANIFEST)]
    twice = sorted({name for name in folded if folded.count(name) > 1})
    if twice:
        raise StoreError(f"'{folder}' would hold '{twice[0]}' twice: give each file its own name")


def _manifest_of(folder: str, files: Mapping[str, bytes]) -> bytes:
    _check_names(folder, files)
    digests = {name: hashlib.sha256(files[name]).hexdigest() for name in sorted(files)}
    document = {"algorithm": "sha256", "files": digests}
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()


def _load_manifest(place: Path) -> dict[str, str]:
    """Name -> SHA-256 of the files of a folder. IntegrityError when the manifest is damaged."""
    path = place / MANIFEST
    with our_disk(path):
        content = path.read_bytes()
    try:
        listed = json.loads(content)["files"]
        return {str(checked_path(str(name))): str(digest) for name, digest in listed.items()}
    except (ValueError, KeyError, TypeError, AttributeError, StoreError) as error:
        raise IntegrityError(f"the manifest '{path}' is altered: {error}") from error


def _told_by(outer: Path, place: Path) -> bool:
    """Whether the manifest of ``outer`` lists what looks like the manifest of ``place``."""
    try:
        return _lists((outer, _load_manifest(outer)), place / MANIFEST)
    except StoreError:
        return False


def _same_manifest(destination: Path, manifest: bytes) -> bool:
    with our_disk(destination):
        try:
            return (destination / MANIFEST).read_bytes() == manifest
        except (FileNotFoundError, NotADirectoryError):
            return False


def _inner_manifests(place: Path) -> list[Path]:
    """The manifests of the folders filed inside this one."""
    owner = (place, _load_manifest(place) if (place / MANIFEST).is_file() else {})
    found = sorted(place.rglob(MANIFEST))
    return [path for path in found if path.parent != place and not _lists(owner, path)]


def _faults(place: Path, listed: Mapping[str, str]) -> Iterator[str]:
    for name, digest in sorted(listed.items()):
        try:
            _read_checked(place, name, digest)
        except StoreError as error:
            yield str(error)


def _read_checked(place: Path, name: str, digest: str) -> bytes:
    path = place / name
    with our_disk(path):
        try:
            content = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            raise IntegrityError(f"'{path}' is missing: the manifest lists it") from None
    found = hashlib.sha256(content).hexdigest()
    if found != digest:
        raise IntegrityError(
            f"'{path}' is altered: its SHA-256 is {found}, the manifest says {digest}"
        )
    return content


def _lists(owner: tuple[Path, Mapping[str, str]] | None, path: Path) -> bool:
    return owner is not None and path.relative_to(owner[0]).as_posix() in owner[1]
