"""Which files of a folder may be new: all are asked now and then, in between only a few.

To ask for the size and time of a hundred thousand old files takes a third of a second. So that is
done as often as it is worth, and between two such looks only for the files that are waiting, those
that the system told of, and the newest. Names that were not there before show in the time of their
folder; where that cannot be relied on, the names are listed now and then whatever it is.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from heapq import heappush, heappushpop
from typing import Final

from labsvc.capture.ledger import Ledger
from labsvc.capture.listing import Matches, files

WHOLE_SHARE: Final = 0.002
"""The part of all time that looks at everything may take."""
NAMES_SHARE: Final = 0.001
"""The part that the listing of names may take where the time of the folder did not change and is
not relied on."""
LONGEST_SECONDS: Final = 600.0
"""However large the folder is, everything in it is looked at so often."""
SLOW: Final = 20.0
"""A share on which that takes minutes has at least so many times as long to rest."""
SMALL_SECONDS: Final = 0.02
NEWEST: Final = 100
"""So many files, those changed last, are asked at every look: a name used again is one of them."""
GRAIN_SECONDS: Final = 5.0
"""A folder's time may be no finer than 2 s: what comes within one grain does not show in it."""

Identity = tuple[int, int, int]


@dataclass(slots=True)
class _Folder:
    """What a folder was when it was listed: device, number, time; and since when it has been so."""

    identity: Identity
    since: float
    listed: float

    @property
    def settled(self) -> bool:
        return self.listed - self.since >= GRAIN_SECONDS


@dataclass(slots=True)
class _Pace:
    """When something that took so long is due again, by ``share`` of the time."""

    share: float
    due: float = float("-inf")
    seconds: float = 0.0

    def took(self, started: float, ended: float) -> None:
        self.seconds = ended - started
        longest = max(LONGEST_SECONDS, SLOW * self.seconds)
        self.due = ended + min(self.seconds / self.share, longest)


class Glance:
    """Looks at one folder against ``ledger``. Raises OSError when the folder cannot be listed.

    ``relied``: the time of a folder changes with the names in it, at once.
    """

    def __init__(
        self,
        folder: str,
        ledger: Ledger,
        *,
        wanted: Matches,
        junk: Matches,
        recursive: bool,
        monotonic: Callable[[], float],
    ) -> None:
        self._root = folder
        self._ledger = ledger
        self._wanted = wanted
        self._junk = junk
        self._recursive = recursive
        self._monotonic = monotonic
        self._folders: dict[str, _Folder] = {}
        self._newest: list[str] = []
        self._whole = _Pace(WHOLE_SHARE)
        self._names = _Pace(NAMES_SHARE)
        self.relied = True
        self.met = 0
        """How many files of the ledger the last look at everything met."""

    @property
    def place(self) -> tuple[int, int] | None:
        """Device and number of the folder when it was last looked at: another one may lie there."""
        root = self._folders.get(self._root)
        return root.identity[:2] if root is not None else None

    @property
    def due(self) -> bool:
        """Whether everything is to be looked at now."""
        return self._monotonic() >= self._whole.due

    @property
    def small(self) -> bool:
        """Whether to look at everything takes no time to speak of."""
        return self._whole.seconds < SMALL_SECONDS

    def everything(self, closed: list[str]) -> set[str]:
        """The paths that are not as the ledger has them. The hot loop: one stat for each file."""
        started, before = self._monotonic(), self._folders
        self._folders = {}
        newest: list[tuple[int, str]] = []
        changed: set[str] = set()
        self.met = 0
        for entry in self._files(self._root, closed, before):
            try:
                stat = entry.stat()
            except OSError:
                changed.add(entry.path)
                continue
            if self._ledger.same(entry.path, stat.st_size, stat.st_mtime_ns):
                self.met += 1
            else:
                changed.add(entry.path)
            _keep(newest, (stat.st_mtime_ns, entry.path))
        self._newest = [path for _, path in newest]
        self._whole.took(started, self._monotonic())
        return changed

    def briefly(self, told: Iterable[str], closed: list[str], *, names: bool) -> set[str]:
        """What may be new among the paths ``told``; with ``names`` also the names that came, and
        the newest files."""
        changed = {path for path in told if self._concerns(path)}
        if not names:
            return changed
        changed.update(path for path in self._newest if self._changed(path))
        started = self._monotonic()
        always = not self.relied and started >= self._names.due
        for folder in list(self._folders):
            changed.update(self._came(folder, closed, always=always))
        if always:
            self._names.took(started, self._monotonic())
        return changed

    def start_anew(self) -> None:
        """The folder was away: everything is looked at next."""
        self._whole = _Pace(WHOLE_SHARE)

    def took(self, path: str) -> None:
        """``path`` was taken just now: it is among the newest."""
        if path not in self._newest:
            self._newest = [*self._newest[1 - NEWEST :], path]

    def _files(
        self, folder: str, closed: list[str], before: dict[str, _Folder]
    ) -> Iterator[os.DirEntry[str]]:
        def entered(path: str) -> None:
            self._folders[path] = self._now(path, before.get(path))

        return files(folder, self._wanted, self._junk, recursive=self._recursive,
                     closed=closed, entered=entered)  # fmt: skip

    def _now(self, path: str, before: _Folder | None) -> _Folder:
        """The folder as it is: to be asked before it is listed."""
        stat = os.stat(path)  # noqa: PTH116
        identity, now = (stat.st_dev, stat.st_ino, stat.st_mtime_ns), self._monotonic()
        same = before is not None and before.identity == identity
        return _Folder(identity, before.since if before is not None and same else now, now)

    def _came(self, folder: str, closed: list[str], *, always: bool) -> set[str]:
        """The names that came since it was listed; ``always``: whatever its time says."""
        before = self._folders[folder]
        try:
            now = self._now(folder, before)
            if not always and before.settled and now.identity == before.identity:
                return set()
            found = set(self._new_names(folder, closed))
        except OSError as error:
            if folder == self._root:
                raise
            del self._folders[folder]
            if not isinstance(error, FileNotFoundError):
                closed.append(folder)
            return set()
        self._folders[folder] = now
        return found

    def _new_names(self, folder: str, closed: list[str]) -> Iterator[str]:
        below: list[str] = []
        with os.scandir(folder) as entries:
            for entry in entries:
                if self._ledger.knows(entry.path) or self._junk(entry.name):
                    continue
                if self._recursive and entry.is_dir(follow_symlinks=False):
                    below.append(entry.path)
                elif self._wanted(entry.name) and entry.is_file():
                    yield entry.path
        for inner in below:
            if inner not in self._folders:
                yield from (one.path for one in self._files(inner, closed, {}))

    def _changed(self, path: str) -> bool:
        try:
            stat = os.stat(path)  # noqa: PTH116
        except OSError:
            return False
        return not self._ledger.same(path, stat.st_size, stat.st_mtime_ns)

    def _concerns(self, path: str) -> bool:
        """Whether a path that was told of is one that a listing would have, and is new."""
        folder, name = os.path.split(path)
        if folder not in self._folders or self._junk(name) or not self._wanted(name):
            return False
        return os.path.isfile(path) and self._changed(path)  # noqa: PTH113


def _keep(newest: list[tuple[int, str]], one: tuple[int, str]) -> None:
    if len(newest) < NEWEST:
        heappush(newest, one)
    elif one > newest[0]:
        heappushpop(newest, one)
