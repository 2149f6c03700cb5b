"""What one look at a folder did."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ScanReport:
    """What one scan did.

    ``taken`` are the names taken; ``waiting`` the names not taken yet, each with why;
    ``unreadable`` what the operating system would not let us read (files are also waiting).
    ``next_look_seconds`` is when the next waiting file can be ready; None: nothing waits.
    """

    taken: tuple[str, ...] = ()
    waiting: tuple[tuple[str, str], ...] = ()
    unreadable: tuple[str, ...] = ()
    next_look_seconds: float | None = None


@dataclass(slots=True)
class Tally:
    """A report while it is being made."""

    taken: list[str] = field(default_factory=list)
    waiting: list[tuple[str, str]] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    looks: list[float] = field(default_factory=list)

    def wait(self, name: str, why: str, seconds: float) -> None:
        self.waiting.append((name, why))
        self.looks.append(max(seconds, 0.0))

    def report(self) -> ScanReport:
        return ScanReport(
            tuple(self.taken),
            tuple(self.waiting),
            tuple(self.unreadable),
            min(self.looks, default=None),
        )
