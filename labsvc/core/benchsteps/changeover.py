"""The nights on which clocks are changed: an hour that comes twice, and one that never comes.

A counter or a harvester writes its clock without saying which of the two hours it means. The first
is taken, and it is said that it may be the other; unless the other had not yet come when the report
was here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from labsvc.core.benchsteps.timeline import BY_HAND
from labsvc.model.assay import Unit
from labsvc.model.result import Finding, Status, TimelineEntry

EXPECTED = "a time that comes once"


def changeover_findings(unit: Unit, entries: Sequence[TimelineEntry]) -> tuple[Finding, ...]:
    """A warning for each moment that the clock of an instrument leaves open, or cannot have shown.

    Clocks are read in the zone of the counter. What people wrote has its offset from UTC already.
    """
    counted = unit.counted_at
    if counted is None or counted.tzinfo is None:
        return ()
    zone, found = counted.tzinfo, list(_of("count", counted, "counter clock", unit.received_at))
    for one in entries:
        if one.at is not None and _by_an_instrument(one):
            shown = one.at.astimezone(zone)
            # A time that was skipped comes out of UTC as another one: only the double hour shows.
            found += _of(one.step, shown.replace(fold=0), one.source, unit.received_at)
    return tuple(found)


def _by_an_instrument(entry: TimelineEntry) -> bool:
    """Run sheets and people tell the hours apart; a time of receipt is our own."""
    if entry.step == "count" or entry.source == BY_HAND:
        return False
    return not entry.source.startswith("run sheet") and "time of receipt" not in entry.source


def _of(step: str, shown: datetime, source: str, received_at: datetime) -> Iterator[Finding]:
    """``shown``: by the clock, in its zone."""
    first, second = (shown.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    minutes = (second - first) / timedelta(minutes=1)
    if minutes > 0 and second <= received_at:
        yield _finding(
            step,
            minutes,
            f"The time of the {step} by {source}, {_written(shown)}, comes twice in "
            f"{_named(shown.tzinfo)}, where the clocks go back that night. The first is taken; if "
            f"it was the second, the {step} was {minutes:g} min later.",
        )
    if minutes < 0:
        yield _finding(
            step,
            -minutes,
            f"The time of the {step} by {source}, {_written(shown)}, never comes in "
            f"{_named(shown.tzinfo)}, where the clocks skip it that night: that clock is not set "
            "to summer time, or the source has the wrong timezone.",
        )


def _finding(step: str, minutes: float, sentence: str) -> Finding:
    return Finding(f"clocks: hour of the {step}", Status.WARN, minutes, EXPECTED, sentence)


def _written(shown: datetime) -> str:
    return f"{shown:%Y-%m-%d %H:%M}"


def _named(zone: tzinfo | None) -> str:
    return str(getattr(zone, "key", zone))
