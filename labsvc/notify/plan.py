"""Which of the messages due go out now, to whom, and which together. Pure: a table of rules.

In this order, for each message and each place it goes to:

    it went there, or was refused there for good      nothing
    its topic was acknowledged and is quiet           kept back, unless it is graver
    quiet hours                                       kept back, unless it is grave enough
    it was tried before                               with the others that were
    its topic was told a short while ago              kept back, unless it is graver or the end
    it was kept back until now, or is old             with the others that were
    else                                              by itself, at once
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal

from labsvc.model.filing import Alert, OwedAlert
from labsvc.notify.rules import ENDS, Destination, Rules, gravity, weight

OLD: Final = timedelta(hours=2)
"""What is older came while nobody could be told: together with the rest of it."""
LONGEST_REPEATS: Final = timedelta(hours=24)
Why = Literal["new", "many", "waited", "kept", "unanswered"]


@dataclass(frozen=True, slots=True)
class Told:
    """The last message of a topic through a door."""

    at: datetime
    severity: str | None
    kind: str


@dataclass(frozen=True, slots=True)
class Hushed:
    """A topic that was acknowledged ``at``, and how grave it was."""

    at: datetime
    severity: str


@dataclass(frozen=True, slots=True)
class Known:
    """What happened before. ``settled``: key and door; ``told``: topic and door."""

    settled: frozenset[tuple[str, str]] = frozenset()
    told: Mapping[tuple[str, str], Told] = field(default_factory=dict)
    hushed: Mapping[str, Hushed] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Parcel:
    """What goes to one place as one message."""

    destination: Destination
    alerts: tuple[OwedAlert, ...]
    why: Why


def plan(
    due: Sequence[OwedAlert],
    known: Known,
    rules: Rules,
    now: datetime,
    *,
    at_once: int,
    left: int,
) -> list[Parcel]:
    """The messages that go out now, at most ``left`` where that is possible at all.

    More than ``at_once`` new ones for one place are one message.
    """
    places: dict[Destination, list[tuple[OwedAlert, Why]]] = {}
    seen: set[tuple[str, str]] = set()
    # What was kept back speaks for its topic before anything new does.
    for new in (False, True):
        for owed in due:
            for place in rules.destinations(owed.alert):
                why = _why(owed, place.door, known, rules, now)
                if why is None or (why == "new") is not new:
                    continue
                if why == "new" and not _first(owed.alert, place.door, seen, rules):
                    continue
                seen.add((owed.alert.topic or "", place.door))
                places.setdefault(place, []).append((owed, why))
    parcels = [one for place, told in places.items() for one in _parcels(place, told, at_once)]
    if len(parcels) <= left:
        return parcels
    order = {owed.alert.key: number for number, owed in enumerate(due)}
    return [_whole(place, [one for one, _ in told], order) for place, told in places.items()]


def unanswered(sent: Sequence[OwedAlert], rules: Rules, now: datetime) -> list[Parcel]:
    """What nobody acknowledged, for those who are told further; all of it as one message."""
    escalation = rules.escalation
    if escalation is None:
        return []
    late = tuple(
        one
        for one in sent
        if one.sent_at is not None
        and now - one.sent_at >= escalation.after
        and escalation.concerns(one.alert)
        and not rules.keeps_now(one.alert, now)
    )
    return [Parcel(place, late, "unanswered") for place in rules.escalated() if late]


def _why(owed: OwedAlert, door: str, known: Known, rules: Rules, now: datetime) -> Why | None:
    """As the table above has it; None: not now."""
    alert = owed.alert
    if (alert.key, door) in known.settled or _is_hushed(alert, known):
        return None
    if rules.keeps_now(alert, now):
        return None
    if owed.attempts > 0:
        return "waited"
    told = known.told.get((alert.topic or "", door))
    if told is not None and _repeats(alert, told, rules):
        if now - told.at < rules.repeats:
            return None
        if alert.created_at < told.at + rules.repeats:
            return "kept"
    if rules.keeps_now(alert, alert.created_at) or now - alert.created_at > OLD:
        return "kept"
    return "new"


def _is_hushed(alert: Alert, known: Known) -> bool:
    said = known.hushed.get(alert.topic or alert.key)
    if said is None or alert.kind in ENDS or alert.created_at <= said.at:
        return False
    return weight(alert) <= gravity(alert.kind, said.severity)


def _repeats(alert: Alert, told: Told, rules: Rules) -> bool:
    """Whether it says again what was said. The end of a trouble does not, nor what comes after."""
    if alert.kind in ENDS or told.kind in ENDS or not rules.repeats:
        return False
    return weight(alert) <= gravity(told.kind, told.severity)


def _first(alert: Alert, door: str, seen: set[tuple[str, str]], rules: Rules) -> bool:
    """Of its topic in this round."""
    if alert.topic is None or alert.kind in ENDS or not rules.repeats:
        return True
    return (alert.topic, door) not in seen


def _parcels(
    place: Destination, told: Sequence[tuple[OwedAlert, Why]], at_once: int
) -> list[Parcel]:
    found = []
    whys: tuple[Why, ...] = ("waited", "kept")
    for why in whys:
        if together := tuple(owed for owed, one in told if one == why):
            found.append(Parcel(place, together, why))
    new = [owed for owed, one in told if one == "new"]
    if len(new) > at_once:
        return [*found, Parcel(place, tuple(new), "many")]
    return [*found, *(Parcel(place, (owed,), "new") for owed in new)]


def _whole(place: Destination, alerts: Sequence[OwedAlert], order: Mapping[str, int]) -> Parcel:
    return Parcel(place, tuple(sorted(alerts, key=lambda one: order[one.alert.key])), "many")
