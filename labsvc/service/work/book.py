"""The protocols and run sheets in force: read from their folders, the last good kept."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Generic, TypeVar

from labsvc.capture.reading import opened
from labsvc.core.matching.sheetindex import SheetIndex
from labsvc.errors import ConfigError
from labsvc.model.protocol import Protocol, Rule
from labsvc.model.runsheet import RunSheet
from labsvc.service.authoring.ruletext import parse_rule
from labsvc.service.authoring.yamltext import MAX_BYTES
from labsvc.service.protocols.text import parse_protocol
from labsvc.service.runsheets.text import parse_runsheet

_SUFFIXES = (".yaml", ".yml", ".csv", ".xlsx")
RULES = "rules"
"""The folder of the laboratory's rules, beside that of the protocols."""
T = TypeVar("T")
Stamp = tuple[int, int]


@dataclass(slots=True)
class _Shelf(Generic[T]):
    """The parsed files of one folder, by file name, with the stamp each was read at."""

    good: dict[str, T] = field(default_factory=dict)
    stamps: dict[str, Stamp | None] = field(default_factory=dict)
    troubles: dict[str, ConfigError] = field(default_factory=dict)


class Book:
    """Protocols and run sheets. A bad edit keeps the last good one and is told as a trouble."""

    def __init__(self, protocols: Path, runsheets: Path, timezone: str) -> None:
        self._protocol_folder = protocols
        self._sheet_folder = runsheets
        self.timezone = timezone
        self._protocols: _Shelf[Protocol] = _Shelf()
        self._sheets: _Shelf[RunSheet] = _Shelf()
        self._rule_folder = protocols.with_name(RULES)
        self._rules: _Shelf[Rule] = _Shelf()
        self._in_force: dict[str, Protocol] | None = None
        self._index: SheetIndex | None = None
        self._looked = False
        self._stirred: set[str] | None = None
        self.edition = 0
        """Rises with every change of what is in force."""

    @property
    def protocols(self) -> tuple[Protocol, ...]:
        """In the order of their files, with their rules; of namesakes the first stands."""
        return tuple(self._by_name().values())

    def _by_name(self) -> dict[str, Protocol]:
        if self._in_force is None:
            self._in_force = {}
            for file in sorted(self._protocols.good):
                one = self._protocols.good[file]
                rules = tuple(rule for rule in self._rules.good.values()
                              if rule.protocol == one.name)  # fmt: skip
                self._in_force.setdefault(one.name, replace(one, always=rules) if rules else one)
        return self._in_force

    @property
    def files(self) -> dict[str, str]:
        """The file of each protocol in force, by the protocol's name."""
        files = sorted(self._protocols.good, reverse=True)
        return {self._protocols.good[file].name: file for file in files}

    @property
    def sheets(self) -> tuple[RunSheet, ...]:
        if self._index is None:
            self._index = SheetIndex(self._sheets.good.values())
        return self._index

    @property
    def sheets_by_file(self) -> Mapping[str, RunSheet]:
        """The same run sheets in the same order, by the names of their files."""
        return self._sheets.good

    @property
    def troubles(self) -> tuple[ConfigError, ...]:
        """What is not in force as it is written, and why."""
        return (
            *self._protocols.troubles.values(),
            *self._namesakes(),
            *self._rules.troubles.values(),
            *self._idle_rules(),
            *self._sheets.troubles.values(),
        )

    def protocol(self, name: str) -> Protocol | None:
        return self._by_name().get(name)

    def refresh(self) -> bool:
        """Read what changed since the last look; whether anything in force changed."""
        protocols = _refresh(self._protocols, self._protocol_folder, self._read_protocol)
        rules = _refresh(self._rules, self._rule_folder, _read_rule)
        if protocols or rules:
            self._in_force = None
        if protocols:
            # A run sheet is read by its protocol's layout, which may be there only now.
            self._sheets.stamps = dict.fromkeys(self._sheets.stamps)
        before = dict(self._sheets.good)
        sheets = _refresh(self._sheets, self._sheet_folder, self._read_sheet)
        if sheets:
            self._index = None
        if protocols or rules:
            self._stirred = None
        elif sheets:
            self._stir(before)
        changed = protocols or rules or sheets
        self.edition += changed
        self._looked = True
        return changed

    def concerns(self, plate_id: str | None, *, recognised: bool) -> bool:
        """Whether what changed since ``settled`` may release a held run of this plate.

        A run sheet that only names a plate releases no run of another, and none that no protocol
        recognises: thousands may wait, and each is read anew from the archive.
        """
        if self._stirred is None:
            return True
        return recognised if plate_id is None else plate_id.casefold() in self._stirred

    def settled(self) -> None:
        """All held runs have been looked at since the last change."""
        self._stirred = set()

    def _stir(self, before: Mapping[str, RunSheet]) -> None:
        after = self._sheets.good
        moved = [file for file in {*before, *after} if before.get(file) is not after.get(file)]
        changed = [one for file in moved for one in (before.get(file), after.get(file)) if one]
        if any(one.names_count for one in changed):
            self._stirred = None
        if self._stirred is not None:
            self._stirred |= {(one.plate_id or "").casefold() for one in changed}

    def _read_protocol(self, path: Path, content: bytes) -> Protocol:
        protocol = parse_protocol(content, file=path.name)
        # At the start they are taken as they are: fifty examples would cost seconds.
        if self._looked:
            from labsvc.service.protocols.worked import refuse_broken  # noqa: PLC0415  (heavy)

            refuse_broken(protocol)
        return protocol

    def _read_sheet(self, path: Path, content: bytes) -> RunSheet:
        return parse_runsheet(
            content,
            file=path.name,
            timezone=self.timezone,
            protocols=self.protocol,
            names=[one.name for one in self._protocols.good.values()],
        )

    def _namesakes(self) -> Iterator[ConfigError]:
        """A fault for each file whose protocol has the name of one in an earlier file."""
        taken: dict[str, str] = {}
        for file in sorted(self._protocols.good):
            name = self._protocols.good[file].name
            if name in taken:
                message = f"protocol {name!r} is defined in {taken[name]} already; rename one"
                yield ConfigError(message, file=file)
            taken.setdefault(name, file)

    def _idle_rules(self) -> Iterator[ConfigError]:
        """A fault for each rule whose protocol is not there."""
        for file, rule in self._rules.good.items():
            if self.protocol(rule.protocol) is None:
                message = (
                    f"protocol {rule.protocol!r} is not in force, so the rule has no effect; "
                    "correct the name, or add the protocol"
                )
                yield ConfigError(message, file=f"{RULES}/{file}")


def _read_rule(path: Path, content: bytes) -> Rule:
    return parse_rule(content, file=f"{RULES}/{path.name}")


def _refresh(shelf: _Shelf[T], folder: Path, read: Callable[[Path, bytes], T]) -> bool:
    found = _found(folder)
    changed = _forget_missing(shelf, found)
    for name, stamp in found.items():
        if stamp is None or shelf.stamps.get(name) == stamp:
            continue
        shelf.stamps[name], path = stamp, folder / name
        try:
            shelf.good[name] = read(path, _content(path, stamp))
        except ConfigError as error:
            shelf.troubles[name] = error
        except OSError as error:
            # It may be locked just now: the next look tries again.
            shelf.stamps[name] = None
            shelf.troubles[name] = ConfigError(f"cannot be read: {error.strerror}", file=name)
        else:
            shelf.troubles.pop(name, None)
            changed = True
    return changed


def _forget_missing(shelf: _Shelf[T], found: Iterable[str]) -> bool:
    gone = set(shelf.stamps) - set(found)
    for name in gone:
        shelf.stamps.pop(name, None)
        shelf.troubles.pop(name, None)
        shelf.good.pop(name, None)
    return bool(gone)


def _found(folder: Path) -> dict[str, Stamp | None]:
    """What lies in the folder, by name, with its stamp; None: it cannot be told just now.

    Done before every capture: with thousands of run sheets, Path objects would cost more than the
    disk does.
    """
    try:
        with os.scandir(folder) as entries:
            return {one.name: _stamp(one.path) for one in sorted(entries, key=_name) if _ours(one)}
    except OSError:
        return {}


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name


def _ours(entry: os.DirEntry[str]) -> bool:
    name = entry.name
    return name.lower().endswith(_SUFFIXES) and not name.startswith((".", "~$")) and entry.is_file()


def _content(path: Path, stamp: Stamp) -> bytes:
    if stamp[0] > MAX_BYTES:
        raise ConfigError(
            f"this file has {stamp[0]} bytes; at most {MAX_BYTES} are read", file=path.name
        )
    with opened(str(path)) as file:
        # It may have grown since.
        return file.read(MAX_BYTES + 1)


def _stamp(path: str) -> Stamp | None:
    try:
        # Not the entry's own: on Windows a listing may lag behind the file.
        status = os.stat(path)  # noqa: PTH116
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns
