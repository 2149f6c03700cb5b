"""What should have come and did not, a clock that drifts, a disk that fills. Pure: facts in,
troubles out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from statistics import median
from typing import Final

from labsvc.notify.rules import Severity
from labsvc.notify.weektimes import WeekTime
from labsvc.notify.words import span, when

ROOM: Final = 1.2
"""A disk that was told of is well again with this much more room: else it would flap."""
VERY_FULL: Final = 4
"""With so many times less room than that it is critical."""
RECENT, BEFORE = 5, 20
"""A clock has moved when the waits of so many newest reports are all longer, or all shorter, than
those of so many before. Where nothing changed that is chance once in C(25, 5) / 2 = 26,565."""
LATE: Final = timedelta(hours=24)
"""An expected run that is later than that is told of no more: the next one is."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong, in words. ``topic`` is the same as long as it lasts."""

    topic: str
    headline: str
    about: str
    reason: str
    advice: str
    severity: Severity
    source: str | None = None
    over: str = "It is over"
    """The headline of its end."""


@dataclass(frozen=True, slots=True)
class Disk:
    """The room on the disk of ``path``, in bytes."""

    path: str
    free: int
    total: int

    @property
    def percent(self) -> float:
        return 100 * self.free / self.total if self.total else 100.0


def disk_troubles(disk: Disk, least_percent: float, told: Sequence[str] = ()) -> list[Trouble]:
    """Less room than ``least_percent``; far less is a trouble of its own. ``told``: the topics of
    which the lab knows, which are over only with some room to spare. Of both the graver is enough,
    where neither was told."""
    levels: tuple[tuple[str, float, Severity], ...] = (
        ("disk", least_percent, "warning"),
        ("disk-full", least_percent / VERY_FULL, "critical"),
    )
    found = [
        _disk_trouble(disk, topic, severity)
        for topic, least, severity in levels
        if disk.percent < least * (ROOM if topic in told else 1)
    ]
    return found if "disk" in told else found[-1:]


def _disk_trouble(disk: Disk, topic: str, severity: Severity) -> Trouble:
    room = f"{disk.free / 2**30:.1f} GB of {disk.total / 2**30:.0f} GB ({disk.percent:.1f} %)"
    return Trouble(
        topic=topic,
        headline="Disk nearly full" if severity == "critical" else "Disk fills",
        about=disk.path,
        reason=f"There are {room} free.",
        advice=(
            "Make room, or move the home to a larger disk (labsvc backup and restore). With no "
            "room nothing is filed; what comes stays in the instruments' folders until there is."
        ),
        severity=severity,
        over="There is room again",
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """A run that must come by these times, no longer than ``within`` before. ``what`` in words."""

    name: str
    by: tuple[WeekTime, ...]
    within: timedelta
    what: str
    source: str | None = None


def due_at(wanted: Wanted, now: datetime, zone: tzinfo) -> datetime:
    """The last time by which it should have come."""
    return max(one.latest(now, zone) for one in wanted.by)


def missing(
    wanted: Wanted, last: datetime | None, now: datetime, *, zone: tzinfo, watched_since: datetime
) -> Trouble | None:
    """The run that did not come; None: it came, or was not due since this is looked after.

    ``last``: when such a run came last. One that comes after its time ends the trouble too.
    """
    due = due_at(wanted, now, zone)
    if due < watched_since or now - due > LATE:
        return None
    if last is not None and last > due - wanted.within:
        return None
    never = "None has come yet" if last is None else f"The last one came at {when(_in(last, zone))}"
    return Trouble(
        topic=f"expected:{wanted.name}:{due.isoformat()}",
        headline="Expected run did not come",
        about=f"{wanted.name}: {wanted.what}",
        reason=(
            f"It was to come by {when(_in(due, zone))}, not more than {span(wanted.within)} "
            f"before. {never}."
        ),
        advice=(
            "Look whether the run was made, and whether the counter's program still writes where "
            "labsvc looks (labsvc status). If none was planned, acknowledge this."
        ),
        severity="error",
        source=wanted.source,
    )


def _in(moment: datetime, zone: tzinfo) -> datetime:
    return moment.astimezone(zone)


def clock_trouble(source: str, waits: Sequence[timedelta], allowed: timedelta) -> Trouble | None:
    """A counter's clock that is ahead of ours, or has moved; ``waits``: the time from the beginning
    of each count, by the counter's clock, to its report's arrival by ours, oldest first.

    A report cannot come before its count. How long it takes to come says little, but that it takes
    another time than ever before does, where all of the newest say so.
    """
    if not waits:
        return None
    ahead = -min(waits[-RECENT:])
    if ahead > allowed:
        told = f"at least {_minutes(ahead)} ahead of this machine's: a report came before its count"
        return _clock_trouble(source, f"The clock of {source} is {told}.")
    newest, before = waits[-RECENT:], waits[-RECENT - BEFORE : -RECENT]
    if len(before) < BEFORE:
        return None
    usual, moved = _median(before), _median(newest) - _median(before)
    apart = max(newest) < min(before) or min(newest) > max(before)
    if not apart or abs(moved) <= allowed:
        return None
    way = "behind" if moved > timedelta(0) else "ahead of"
    return _clock_trouble(
        source,
        f"Reports of {source} used to come {_minutes(usual)} after the beginning of their count, "
        f"the last {len(newest)} all came {_minutes(abs(moved))} "
        f"{'later' if moved > timedelta(0) else 'sooner'}: its clock may have moved to {way} ours, "
        "or the program is longer now.",
    )


def _median(waits: Sequence[timedelta]) -> timedelta:
    return timedelta(seconds=median(one.total_seconds() for one in waits))


def _clock_trouble(source: str, reason: str) -> Trouble:
    return Trouble(
        topic=f"clock:{source}",
        headline="Counter's clock drifts",
        about=source,
        reason=reason,
        advice=(
            "Set the clock of the counter's computer, or let it follow a time server. No time was "
            "changed by labsvc; labsvc runs timeline shows what can be told of each clock."
        ),
        severity="warning",
        source=source,
        over="Counter's clock is right again",
    )


def _minutes(time: timedelta) -> str:
    return f"{time.total_seconds() / 60:.0f} min"
