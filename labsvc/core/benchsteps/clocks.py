"""How far the clocks of the bench and of the counter are apart, where both tell of one event.

An offset is estimated and told; no time is ever corrected by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from labsvc.core.benchsteps.timeline import moment_of
from labsvc.core.counts.decay import remaining
from labsvc.model.assay import Unit
from labsvc.model.notation import significant
from labsvc.model.result import Finding, Operation, Status, TimelineEntry

AGREE_MINUTES = 5.0
"""Nearer than this two records of one event agree."""
NOTED_MINUTES = 15.0
"""The same where one of them was noted in a run sheet: people round, and write it down later."""
HOUR, DAY = 60.0, 24 * 60.0
SERVICE = "the clock of labsvc"


@dataclass(frozen=True, slots=True)
class Offset:
    """One clock ahead of another by ``minutes``, by what both tell of ``event``.

    ``at_least``: one of the two is only known to be later than the event.
    """

    ahead: str
    behind: str
    minutes: float
    event: str
    at_least: bool = False

    @property
    def limit_minutes(self) -> float:
        noted = any(one.startswith("run sheet") for one in (self.ahead, self.behind))
        return NOTED_MINUTES if noted else AGREE_MINUTES

    @property
    def sentence(self) -> str:
        least = "at least " if self.at_least else ""
        hours = round(self.minutes / HOUR)
        whole = hours > 0 and abs(self.minutes - hours * HOUR) <= AGREE_MINUTES
        named = f", some {hours} h: is one not set to summer time, or to another zone?"
        return (
            f"By the {self.event} the time of {self.ahead} is {least}"
            f"{significant(self.minutes)} min ahead of that of {self.behind}"
            f"{named if whole and not self.at_least else '.'}"
        )


def offsets(unit: Unit, entries: Sequence[TimelineEntry]) -> tuple[Offset, ...]:
    """Every pair of clocks that can be compared in this unit."""
    return (*_told_twice(entries), *_by_order(unit, entries))


def _told_twice(entries: Sequence[TimelineEntry]) -> list[Offset]:
    """Of each step that several tell of, the last that each told."""
    found = []
    for step in dict.fromkeys(entry.step for entry in entries):
        told = {one.source: one.at for one in entries if one.step == step and one.at is not None}
        for (one, at), (other, then) in combinations(told.items(), 2):
            minutes = (at - then).total_seconds() / 60
            ahead, behind = (one, other) if minutes >= 0 else (other, one)
            found.append(Offset(ahead, behind, abs(minutes), step))
    return found


def _by_order(unit: Unit, entries: Sequence[TimelineEntry]) -> list[Offset]:
    """What cannot be: counted after its report was here, or before it was harvested."""
    count, harvest = moment_of(entries, "count"), moment_of(entries, "harvest")
    if count is None or count.at is None:
        return []
    found = []
    early = (count.at - unit.received_at).total_seconds() / 60
    if early > 0:
        found.append(Offset(count.source, SERVICE, early, "count", at_least=True))
    if harvest is not None and harvest.at is not None and harvest.at > count.at:
        late = (harvest.at - count.at).total_seconds() / 60
        found.append(Offset(harvest.source, count.source, late, "count", at_least=True))
    return found


@dataclass(frozen=True, slots=True)
class Wait:
    """How soon after the beginning of its count a report of ``source`` was here, of ``runs``.

    That bounds its clock: one that is behind, by no more than that; below zero, one ahead.
    """

    source: str
    runs: int
    soonest_minutes: float

    @property
    def sentence(self) -> str:
        minutes, of = abs(self.soonest_minutes), f"{self.runs} run{'s' * (self.runs > 1)}"
        if self.soonest_minutes < 0:
            return (
                f"The clock of {self.source} is at least {minutes:.0f} min ahead of that of "
                f"labsvc: a report was here before its count began, by that clock ({of})."
            )
        if minutes >= DAY:
            return (
                f"How right the clock of {self.source} is cannot be told: no report was here "
                f"within a day of its count ({of})."
            )
        return (
            f"The clock of {self.source} is at most {minutes:.0f} min behind that of labsvc: so "
            f"soon after the beginning of its count a report was here ({of})."
        )


def waits(counts: Iterable[tuple[str, datetime, datetime]]) -> tuple[Wait, ...]:
    """Of each source what bounds its clock; ``counts``: source, when it counted, when received."""
    found: dict[str, list[float]] = {}
    for source, counted_at, received_at in counts:
        minutes = (received_at - counted_at).total_seconds() / 60
        found.setdefault(source, []).append(minutes)
    return tuple(Wait(source, len(one), min(one)) for source, one in sorted(found.items()))


def clock_findings(found: Sequence[Offset]) -> tuple[Finding, ...]:
    """A warning for each pair that does not agree."""
    return tuple(
        Finding(
            f"clocks: {one.event}",
            Status.WARN,
            one.minutes,
            f"within {one.limit_minutes:g} min of each other",
            one.sentence,
        )
        for one in found
        if one.minutes > one.limit_minutes
    )


def clock_operations(found: Sequence[Offset]) -> tuple[Operation, ...]:
    """The offsets, also the small ones, so that they are seen before they matter."""
    return tuple(
        Operation(
            f"clocks at the {one.event}",
            one.sentence,
            {"minutes": one.minutes, "ahead": one.ahead, "behind": one.behind},
        )
        for one in found
    )


def harvest_to_count(entries: Sequence[TimelineEntry], isotope: str) -> tuple[Operation, ...]:
    """How long the filter waited for its count, and what decayed meanwhile.

    Nothing where one of the moments is not known, or they are in the wrong order.
    """
    harvest, count = moment_of(entries, "harvest"), moment_of(entries, "count")
    if harvest is None or count is None or harvest.at is None or count.at is None:
        return ()
    hours = (count.at - harvest.at).total_seconds() / 3600
    if hours < 0:
        return ()
    left = remaining(isotope, hours / 24)
    decayed = (
        f"; {significant(100 * (1 - left), 2)} % of the {isotope} decayed meanwhile and is not "
        "corrected for"
        if left is not None
        else ""
    )
    sentence = (
        f"Counted {significant(hours)} h after the harvest (harvest by {harvest.source}, count by "
        f"{count.source}){decayed}."
    )
    inputs: dict[str, float | str | None] = {"hours": hours, "isotope": isotope, "left": left}
    return (Operation("harvest to count", sentence, inputs),)
