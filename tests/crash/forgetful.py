"""A disk that forgets what was not synced: what a cut of power leaves of a folder.

``Disk`` stands in the process whose power will be cut. It hears each ``os.fsync``: the bytes of a
file as they were then, the names in a folder as they were then, are on the disk; nothing else is.
Files are known by their inode, so that a rename without a sync of its folder is forgotten, and a
name that was synced for bytes that were not is an empty file. ``lay_out`` then makes the folder
that the next start would find: of each name and of each file's bytes that differ between what was
synced and what was there, one or the other, by the dice; bytes also torn or turned into zeros.

SQLite writes by itself and is not heard: its files are left as the last write call left them. That
its commits wait for the disk is ``synchronous=FULL``, which the engine's tests hold.
"""

from __future__ import annotations

import os
import pickle
import random
import stat
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from store_doors import KILLED, at_each_door  # beside this script

SQLITE = ("labsvc.db", "labsvc.db-wal", "labsvc.lock")
DOORS = ("open", "os.fsync", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "commit")
FORGOTTEN, MIXED, KEPT = "forgotten", "mixed", "kept"
"""What becomes of what was not synced: nothing of it is left, the dice decide, all of it is."""


@dataclass
class Synced:
    """What is on the disk for good, by inode, and what the process had promised by then."""

    folders: dict[int, dict[str, int]] = field(default_factory=dict)
    files: dict[int, bytes] = field(default_factory=dict)
    places: set[int] = field(default_factory=set)
    """The inodes that are folders."""
    promised: list[str] = field(default_factory=list)
    doors: int = 0
    last_door: str = ""


class Disk:
    """The disk below ``root``; the power is cut at door ``cut_at``, and ``record`` tells of it."""

    def __init__(self, root: Path, record: Path, cut_at: int) -> None:
        self._root, self._record, self._cut_at = root, record, cut_at
        self._turn = threading.RLock()
        # An inode that is held open is not given to another file.
        self._held: dict[int, int] = {}
        self.synced = Synced()
        for at, _, names in os.walk(root):
            for path in (Path(at), *(Path(at) / name for name in names)):
                self._hear(path)

    def connect(self) -> None:
        """From now on, each sync is heard. There is no way back."""
        os.fsync = os.fdatasync = self._sync  # type: ignore[assignment]
        at_each_door(self._passed)

    def promise(self, what: str) -> None:
        """The process has told somebody that ``what`` is safe."""
        with self._turn:
            self.synced.promised.append(what)

    def end(self) -> None:
        """The work is done and the power still there."""
        with self._turn:
            self._record.write_bytes(pickle.dumps(self.synced))

    def _passed(self, door: str) -> None:
        if not door.startswith(DOORS) or (door != "commit" and str(self._root) not in door):
            return
        with self._turn:
            self.synced.doors += 1
            if self.synced.doors == self._cut_at:
                self.synced.last_door = door
                self.end()
                # The other threads wait for their turn, or have promised nothing since.
                os._exit(KILLED)

    def _sync(self, descriptor: int) -> None:
        with self._turn:
            self._hear(Path(f"/proc/self/fd/{descriptor}"))

    def _hear(self, path: Path) -> None:
        found = path.stat()
        self._hold(path, found)
        if stat.S_ISDIR(found.st_mode):
            inodes = {one.name: self._inode(one) for one in path.iterdir()}
            self.synced.folders[found.st_ino] = {k: v for k, v in inodes.items() if v}
        else:
            self.synced.files[found.st_ino] = path.read_bytes()

    def _inode(self, path: Path) -> int:
        try:
            found = path.stat()
            self._hold(path, found)
        except FileNotFoundError:  # another thread removed it since
            return 0
        return found.st_ino

    def _hold(self, path: Path, found: os.stat_result) -> None:
        if found.st_ino not in self._held:
            self._held[found.st_ino] = os.open(path, os.O_RDONLY)
        if stat.S_ISDIR(found.st_mode):
            self.synced.places.add(found.st_ino)


class Remains:
    """What is left of ``live`` after the cut, by ``way`` and the dice."""

    def __init__(self, live: Path, synced: Synced, way: str, dice: random.Random) -> None:
        self._synced, self._way, self._dice = synced, way, dice
        self._paths: dict[int, Path] = {}
        for at, _, names in os.walk(live):
            for path in (Path(at), *(Path(at) / name for name in names)):
                self._paths[path.stat().st_ino] = path
        self._live = live

    def lay_out(self, root: Path) -> None:
        self._folder(self._live.stat().st_ino, root)
        for name in SQLITE:
            if (self._live / name).exists():
                (root / name).write_bytes((self._live / name).read_bytes())

    def _folder(self, inode: int, place: Path) -> None:
        place.mkdir()
        synced, there = self._synced.folders.get(inode, {}), self._names(inode)
        for name in sorted({*synced, *there}):
            left = self._either(synced.get(name), there.get(name))
            if left is None or name.startswith("labsvc.db") or name in SQLITE:
                continue
            if self._is_folder(left):
                self._folder(left, place / name)
            else:
                (place / name).write_bytes(self._bytes(left))

    def _names(self, inode: int) -> dict[str, int]:
        path = self._paths.get(inode)
        return {} if path is None else {one.name: one.stat().st_ino for one in path.iterdir()}

    def _is_folder(self, inode: int) -> bool:
        path = self._paths.get(inode)
        return path.is_dir() if path else inode in self._synced.places

    def _bytes(self, inode: int) -> bytes:
        path, synced = self._paths.get(inode), self._synced.files.get(inode)
        there = path.read_bytes() if path else synced or b""
        if synced == there:
            return there
        torn: list[Callable[[], bytes]] = [
            lambda: synced or b"",
            lambda: there,
            lambda: there[: self._dice.randrange(len(there) + 1)],
            lambda: bytes(len(there)),
        ]
        match self._way:
            case "forgotten":
                return synced or b""
            case "kept":
                return there
        return self._dice.choice(torn)()

    def _either(self, synced: int | None, there: int | None) -> int | None:
        match self._way:
            case "forgotten":
                return synced
            case "kept":
                return there
        return self._dice.choice((synced, there))


def lay_out(live: Path, record: Path, root: Path, way: str, dice: random.Random) -> Synced:
    """Make ``root`` what the cut left of ``live``; what was synced and promised by then."""
    synced: Synced = pickle.loads(record.read_bytes())
    Remains(live, synced, way, dice).lay_out(root)
    return synced
