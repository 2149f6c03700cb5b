"""The protocols and run sheets in force: read from their folders, the last good kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from labsvc.errors import ConfigError
from labsvc.model.protocol import Protocol
from labsvc.model.runsheet import RunSheet
from labsvc.service.protocoltext import parse_protocol
from labsvc.service.runsheettext import parse_runsheet

_SUFFIXES = (".yaml", ".yml", ".csv")
T = TypeVar("T")
Stamp = tuple[int, int]


@dataclass(slots=True)
class _Shelf(Generic[T]):
    """The parsed files of one folder, by file name, with the stamp each was read at."""

    good: dict[str, T] = field(default_factory=dict)
    stamps: dict[str, Stamp] = field(default_factory=dict)
    troubles: dict[str, ConfigError] = field(default_factory=dict)


class Book:
    """Protocols and run sheets. A bad edit keeps the last good one and is told as a trouble."""

    def __init__(self, protocols: Path, runsheets: Path, timezone: str) -> None:
        self._protocol_folder = protocols
        self._sheet_folder = runsheets
        self._timezone = timezone
        self._protocols: _Shelf[Protocol] = _Shelf()
        self._sheets: _Shelf[RunSheet] = _Shelf()

    @property
    def protocols(self) -> tuple[Protocol, ...]:
        return tuple(self._protocols.good.values())

    @property
    def sheets(self) -> tuple[RunSheet, ...]:
        return tuple(self._sheets.good.values())

    @property
    def troubles(self) -> tuple[ConfigError, ...]:
        return (*self._protocols.troubles.values(), *self._sheets.troubles.values())

    def protocol(self, name: str) -> Protocol | None:
        return next((one for one in self.protocols if one.name == name), None)

    def refresh(self) -> bool:
        """Read what changed since the last look; whether anything in force changed."""
        protocols = _refresh(self._protocols, self._protocol_folder, self._read_protocol)
        if protocols:
            self._refuse_namesakes()
            # A run sheet may have been waiting for its protocol.
            for name in self._sheets.troubles:
                self._sheets.stamps.pop(name, None)
        sheets = _refresh(self._sheets, self._sheet_folder, self._read_sheet)
        return protocols or sheets

    def _read_protocol(self, path: Path, content: bytes) -> Protocol:
        return parse_protocol(content, file=path.name)

    def _read_sheet(self, path: Path, content: bytes) -> RunSheet:
        return parse_runsheet(
            content, file=path.name, timezone=self._timezone, protocols=self.protocol
        )

    def _refuse_namesakes(self) -> None:
        """Of two files with the same protocol name, the first by file name stands."""
        taken: dict[str, str] = {}
        for file in sorted(self._protocols.good):
            name = self._protocols.good[file].name
            if name in taken:
                self._protocols.troubles[file] = ConfigError(
                    f"protocol {name!r} is defined in {taken[name]} already; rename one",
                    file=file,
                )
                del self._protocols.good[file]
            else:
                taken[name] = file


def _refresh(shelf: _Shelf[T], folder: Path, read: Callable[[Path, bytes], T]) -> bool:
    found = {path.name: path for path in _files(folder)}
    changed = _forget_missing(shelf, found)
    for name, path in found.items():
        stamp = _stamp(path)
        if stamp is None or shelf.stamps.get(name) == stamp:
            continue
        shelf.stamps[name] = stamp
        try:
            shelf.good[name] = read(path, path.read_bytes())
        except ConfigError as error:
            shelf.troubles[name] = error
        except OSError:
            # Being written or locked just now: the next look reads it.
            shelf.stamps.pop(name)
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


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(
            path
            for path in folder.iterdir()
            if path.suffix.lower() in _SUFFIXES and not path.name.startswith((".", "~$"))
        )
    except OSError:
        return []


def _stamp(path: Path) -> Stamp | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns
