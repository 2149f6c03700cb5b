"""The protocols and run sheets in force: read from their folders, the last good kept."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from labsvc.errors import ConfigError
from labsvc.model.protocol import Protocol
from labsvc.model.runsheet import RunSheet
from labsvc.service.protocoltext import parse_protocol
from labsvc.service.runsheettext import parse_runsheet
from labsvc.service.yamltext import MAX_BYTES

_SUFFIXES = (".yaml", ".yml", ".csv")
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
        self._timezone = timezone
        self._protocols: _Shelf[Protocol] = _Shelf()
        self._sheets: _Shelf[RunSheet] = _Shelf()
        self.edition = 0
        """Rises with every change of what is in force."""

    @property
    def protocols(self) -> tuple[Protocol, ...]:
        """In the order of their files; of two with the same name the first stands."""
        by_name: dict[str, Protocol] = {}
        for file in sorted(self._protocols.good):
            by_name.setdefault(self._protocols.good[file].name, self._protocols.good[file])
        return tuple(by_name.values())

    @property
    def sheets(self) -> tuple[RunSheet, ...]:
        return tuple(self._sheets.good.values())

    @property
    def troubles(self) -> tuple[ConfigError, ...]:
        """What is not in force as it is written, and why."""
        return (
            *self._protocols.troubles.values(),
            *self._namesakes(),
            *self._sheets.troubles.values(),
        )

    def protocol(self, name: str) -> Protocol | None:
        return next((one for one in self.protocols if one.name == name), None)

    def refresh(self) -> bool:
        """Read what changed since the last look; whether anything in force changed."""
        protocols = _refresh(self._protocols, self._protocol_folder, self._read_protocol)
        if protocols:
            # A run sheet is read by its protocol's layout, which may be there only now.
            self._sheets.stamps = dict.fromkeys(self._sheets.stamps)
        sheets = _refresh(self._sheets, self._sheet_folder, self._read_sheet)
        self.edition += protocols or sheets
        return protocols or sheets

    def _read_protocol(self, path: Path, content: bytes) -> Protocol:
        return parse_protocol(content, file=path.name)

    def _read_sheet(self, path: Path, content: bytes) -> RunSheet:
        return parse_runsheet(
            content, file=path.name, timezone=self._timezone, protocols=self.protocol
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
    return path.read_bytes()


def _stamp(path: str) -> Stamp | None:
    try:
        # Not the entry's own: on Windows a listing may lag behind the file.
        status = os.stat(path)  # noqa: PTH116
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns
