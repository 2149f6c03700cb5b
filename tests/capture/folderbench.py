"""A watched folder with a ledger and a clock turned by hand."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from labsvc.capture.folder import FolderSettings, FolderSource
from labsvc.capture.grouping import Group
from labsvc.errors import DatabaseBusy, DiskFull
from labsvc.model.capture import Capture
from labsvc.model.filing import SeenFile

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
END = b"END OF ASSAY\r\n"


@dataclass
class Rows:
    """The rows of the bench's ledger."""

    bench: Bench

    def all(self) -> list[SeenFile]:
        return list(self.bench.ledger.values())

    def of(self, path: str) -> SeenFile | None:
        return self.bench.ledger.get(path)

    def remember(self, files: Sequence[SeenFile]) -> None:
        self.bench.remember(files)

    def forget(self, paths: Sequence[str]) -> None:
        for path in paths:
            del self.bench.ledger[path]


@dataclass
class Bench:
    """A folder, a ledger that survives restarts, and a clock turned by hand."""

    folder: Path
    ledger: dict[str, SeenFile] = field(default_factory=dict)
    taken: list[Capture] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    looks: int = 0
    ticks: int = 0
    now: float = 1000.0
    full: bool = False
    locked: bool = False
    deliver_only: int | None = None
    watch: Callable[[], None] = lambda: None
    grown: list[bytes] = field(default_factory=list)
    joined: list[tuple[str, str]] = field(default_factory=list)
    goes_on: bool | None = None
    unfinished: str | None = None
    began: float = 0.0

    def source(self, **changes: object) -> FolderSource:
        plain = FolderSettings("counter-1", self.folder, ("*.txt",), 2.0, None, "Europe/Paris")
        return FolderSource(
            replace(plain, **changes),  # type: ignore[arg-type]
            taken=Rows(self),
            deliver=self.deliver,
            refuse=lambda name, error: self.refused.append((name, str(error))),
            is_whole=self.is_whole,
            growing=lambda one: self.grown.append(one.content),
            join=self.join,
            goes_on=lambda name: self.goes_on,
            unfinished=lambda name, content: self.unfinished,
            clock=lambda: NOON + timedelta(seconds=self.now) if self.began else NOON,
            monotonic=lambda: self.now,
        )

    def deliver(self, captures: Sequence[Capture]) -> None:
        for capture in captures:
            if self.full or len(self.taken) == self.deliver_only:
                raise DiskFull("no room left in the inbox")
            self.taken.append(capture)

    def join(self, group: Group, capture: Capture) -> None:
        if self.full:
            raise DiskFull("no room left for the parts")
        self.joined.append((group.name, capture.name))

    def remember(self, files: Sequence[SeenFile]) -> None:
        if self.locked:
            raise DatabaseBusy("the database stayed locked")
        self.ledger.update((file.path, file) for file in files)

    def is_whole(self, name: str, content: bytes) -> bool:
        self.watch()
        self.looks += 1
        return content.endswith(END)

    def write(self, name: str, content: bytes) -> Path:
        file = self.folder / name
        file.write_bytes(content)
        # Every write gets a time of its own, whatever the file system's grain is.
        self.ticks += 1
        os.utime(file, ns=(0, self.ticks * 1_000_000_000))
        return file

    def appends(self, name: str, content: bytes) -> None:
        """At the time that the bench's clock shows."""
        with (self.folder / name).open("ab") as file:
            file.write(content)
        at = int((NOON.timestamp() + self.now) * 1e9)
        os.utime(self.folder / name, ns=(0, at))

    def settle(self, source: FolderSource, seconds: float = 2.0) -> tuple[str, ...]:
        source.scan()
        self.now += seconds
        return source.scan().taken
