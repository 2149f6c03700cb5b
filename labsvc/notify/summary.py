"""The daily and the weekly summary written out. Pure: facts in, one message out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from labsvc.model.filing import Alert
from labsvc.notify.page import Tone, rendered
from labsvc.notify.rules import SUMMARY
from labsvc.notify.words import MARK, body, one_line, subject, when

Kind = Literal["daily", "weekly"]
MOST: Final = 25
"""So many lines of one sort; the index of the archive has them all."""
VERDICTS: Final = ("accepted", "review", "rejected", "held")


@dataclass(frozen=True, slots=True)
class ProtocolRow:
    """The runs of one protocol by verdict, in the order of ``VERDICTS``."""

    protocol: str
    verdicts: tuple[int, int, int, int]

    @property
    def runs(self) -> int:
        return sum(self.verdicts)


@dataclass(frozen=True, slots=True)
class FailedCheck:
    """A check, in how many runs it failed, and what it said of the last of them."""

    check: str
    runs: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Trend:
    """A chart of which a rule speaks at its newest run."""

    label: str
    protocol: str
    newest: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that waits for a person."""

    what: str
    why: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Summary:
    """What one summary tells, of the time from ``begins`` to ``ends`` (in the lab's zone).

    ``troubles``: sentences on sources and on messages that nobody acknowledged. ``charted``: how
    many charts have a new run.
    """

    kind: Kind
    lab: str
    begins: datetime
    ends: datetime
    rows: tuple[ProtocolRow, ...] = ()
    simulated: int = 0
    failed: tuple[FailedCheck, ...] = ()
    charted: int = 0
    trends: tuple[Trend, ...] = ()
    waiting: tuple[Item, ...] = ()
    troubles: tuple[str, ...] = ()
    index: str = ""

    @property
    def verdicts(self) -> tuple[int, ...]:
        """Over all protocols."""
        return tuple(sum(row.verdicts[n] for row in self.rows) for n in range(len(VERDICTS)))

    @property
    def runs(self) -> int:
        return sum(row.runs for row in self.rows)

    @property
    def headline(self) -> str:
        return f"{'Daily' if self.kind == 'daily' else 'Weekly'} summary"

    @property
    def told(self) -> str:
        """``12 runs: 9 accepted, 2 review, 1 rejected``."""
        if not self.runs:
            return "no runs"
        by = zip(self.verdicts, VERDICTS, strict=True)
        each = ", ".join(f"{number} {verdict}" for number, verdict in by if number)
        return f"{self.runs} run{'s' if self.runs > 1 else ''}: {each}"

    @property
    def tone(self) -> Tone:
        if self.troubles or self.verdicts[2:] != (0, 0):
            return "warn"
        return "good"

    def shown(self, items: Sequence[object]) -> Sequence[object]:
        """Those that stand in the message."""
        return items[:MOST]


def key_of(kind: Kind, due: datetime) -> str:
    """One summary for each time it is due, however often it is made."""
    return f"{SUMMARY}:{kind}:{due.isoformat()}"


def for_summary(one: Summary, due: datetime, *, at: datetime, to: Sequence[str] = ()) -> Alert:
    """The message. ``to``: addresses; none: the recipients of mail, or routes that name it."""
    waits = f"; {len(one.waiting)} wait for somebody" if one.waiting else ""
    return Alert(
        key=key_of(one.kind, due),
        kind=SUMMARY,
        subject=subject(f"{MARK}{one.headline}: {one.told}{waits}"),
        text=body(rendered("summary.txt.j2", one=one, when=when)).strip() + "\n",
        html=rendered("summary.html.j2", one=one, when=when, tone=one.tone),
        created_at=at,
        severity="info",
        topic=f"{SUMMARY}:{one.kind}",
        addressed="\n".join(map(one_line, to)) or None,
    )
