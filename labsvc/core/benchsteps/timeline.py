"""When each bench step happened, who told us, and whether it kept to the protocol's times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from labsvc.core.benchsteps.words import washes_in_words
from labsvc.model.assay import BenchEvent, Unit
from labsvc.model.protocol import Protocol, Step
from labsvc.model.result import Finding, Status, TimelineEntry
from labsvc.model.runsheet import RunSheet

END = "_end"
"""What the end of an event is called after it, where it is known: ``harvest_end``."""
BY_HAND = "labsvc step"
"""The source of what a person told at the bench."""
LONG_MINUTES, DAY_MINUTES = 3 * 60, 24 * 60


def timeline(
    unit: Unit, protocol: Protocol, sheet: RunSheet, events: Sequence[BenchEvent]
) -> tuple[TimelineEntry, ...]:
    """Every known moment of the unit's plate, in order of time.

    Where the bench log or the scanner and the run sheet both tell of a step, both stand here;
    ``moment_of`` says which of them counts.
    """
    told = [TimelineEntry(step, at, f"run sheet {sheet.name}") for step, at in sheet.times.items()]
    for event in events_of(unit, events):
        told.append(
            TimelineEntry(event.step, event.at, event.source,
                          washes=event.washes, wash_ml=event.wash_ml)
        )  # fmt: skip
        if event.ended_at is not None:
            told.append(TimelineEntry(f"{event.step}{END}", event.ended_at, event.source))
    if unit.counted_at is not None:
        told.append(TimelineEntry("count", unit.counted_at.astimezone(UTC), "counter clock"))
    return tuple(
        sorted(_once(told), key=lambda entry: entry.at or datetime.max.replace(tzinfo=UTC))
    )


def _once(told: Sequence[TimelineEntry]) -> list[TimelineEntry]:
    """An event may be told again with its orientation or its washes: that is no second moment."""
    fuller = {(one.step, one.at, one.source) for one in told if one.washes is not None}
    return [
        one
        for one in dict.fromkeys(told)
        if one.washes is not None or (one.step, one.at, one.source) not in fuller
    ]


def events_of(unit: Unit, events: Sequence[BenchEvent]) -> tuple[BenchEvent, ...]:
    """Those of the unit's plate; none when its name is not known."""
    plate = (unit.plate_id or "").casefold()
    return tuple(event for event in events if plate and event.plate_id.casefold() == plate)


def entries_of(document: Mapping[str, Any]) -> tuple[TimelineEntry, ...]:
    """The timeline that a result's document holds."""
    return tuple(
        TimelineEntry(
            step=one["step"],
            at=datetime.fromisoformat(one["at"]) if one["at"] else None,
            source=one["source"],
            finding=one["finding"],
            washes=one.get("washes"),
            wash_ml=one.get("wash_ml"),
        )
        for one in document["timeline"]
    )


def moment_of(entries: Sequence[TimelineEntry], step: str) -> TimelineEntry | None:
    """The entry that stands for a step: a bench record before a run sheet, then the latest.

    The bench log and the scanner are nearer to the event than what was written down for it.
    """
    found = [entry for entry in entries if entry.step == step and entry.at is not None]
    told = [entry for entry in found if not entry.source.startswith("run sheet")]
    chosen = told or found
    return chosen[-1] if chosen else None


def washes_told(entries: Sequence[TimelineEntry], step: str) -> tuple[TimelineEntry, ...]:
    """Who tells of the washes of a step at the last moment at which anyone does.

    More than one only where they contradict each other. What a person says of the same moment goes
    before the log.
    """
    telling = [one for one in entries if one.step == step and one.washes is not None and one.at]
    last = max((one.at for one in telling if one.at), default=None)
    at_last = [one for one in telling if one.at == last]
    by_hand = [one for one in at_last if one.source == BY_HAND]
    once = {(one.washes, one.wash_ml): one for one in by_hand or at_last}
    # A record that lacks the volume does not contradict one that has it.
    numbers = {washes for washes, volume in once if volume is not None}
    return tuple(
        one for (washes, volume), one in once.items() if volume is not None or washes not in numbers
    )


def one_line(entries: Sequence[TimelineEntry]) -> str:
    """The moment of each step, in order, with the time between; empty when none is known.

    ``2026-03-02 UTC: reaction_start 08:05, +121 min harvest 10:06, +3 h 54 min count 14:00``; a
    harvest with ``(3 washes of 2 mL)`` behind it, where they are known.
    """
    steps = dict.fromkeys(entry.step for entry in entries)
    known = [(one.step, one.at) for step in steps if (one := moment_of(entries, step)) and one.at]
    known.sort(key=lambda one: one[1])
    if not known:
        return ""
    day, before = known[0][1].date(), known[0][1]
    parts: list[str] = []
    for step, at in known:
        when = f"{at:%H:%M}" if at.date() == day else f"{at:%Y-%m-%d %H:%M}"
        since = f"+{_lasting(at, before)} " if parts else ""
        parts.append(f"{since}{step} {when}{_washed(entries, step)}")
        day, before = at.date(), at
    return f"{known[0][1]:%Y-%m-%d} UTC: {', '.join(parts)}"


def _washed(entries: Sequence[TimelineEntry], step: str) -> str:
    told = washes_told(entries, step)
    words = " or ".join(washes_in_words(one.washes, one.wash_ml) for one in told)
    return f" ({words})" if words else ""


def _lasting(at: datetime, since: datetime) -> str:
    """``121 min``, from three hours on ``3 h 54 min``, from two days on ``2.4 d``."""
    minutes = round((at - since).total_seconds() / 60)
    if minutes < LONG_MINUTES:
        return f"{minutes} min"
    if minutes < 2 * DAY_MINUTES:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes / DAY_MINUTES:.1f} d"


def annotated(
    entries: Sequence[TimelineEntry], remarks: Iterable[tuple[str | None, Finding]]
) -> tuple[TimelineEntry, ...]:
    """The timeline with each finding that is not a pass beside its event."""
    said: dict[str | None, list[str]] = {}
    for event, finding in remarks:
        if finding.status is not Status.PASS:
            said.setdefault(event, []).append(finding.sentence)
    return tuple(
        replace(entry, finding=" ".join(said.get(entry.step, ())) or None) for entry in entries
    )


def step_findings(protocol: Protocol, entries: Sequence[TimelineEntry]) -> tuple[Finding, ...]:
    """One finding for each timed step of the protocol."""
    return tuple(
        _judge_step(step, entries)
        for step in protocol.steps
        if step.begins and step.ends and (step.minutes or step.maximum_minutes)
    )


def _judge_step(step: Step, entries: Sequence[TimelineEntry]) -> Finding:
    check = f"step_{step.name}"
    begin = moment_of(entries, step.begins or "")
    end = moment_of(entries, step.ends or "")
    limits = _limits(step)
    if begin is None or end is None or begin.at is None or end.at is None:
        unknown = " and ".join(
            name or "" for name, entry in ((step.begins, begin), (step.ends, end)) if entry is None
        )
        sentence = (
            f"The {step.name} could not be timed: no time is known for {unknown}. Log it with "
            "the harvest log, labsvc step or the run sheet."
        )
        return Finding(check, Status.WARN, None, limits, sentence)
    minutes = (end.at - begin.at).total_seconds() / 60
    told = f"{begin.step} by {begin.source}, {end.step} by {end.source}"
    if minutes < 0:
        sentence = (
            f"The {step.name} ended {_spell(-minutes)} min before it began ({told}); one of the "
            f"times or a clock is wrong; expected {limits}."
        )
        return Finding(check, Status.FAIL, minutes, limits, sentence)
    sentence = f"The {step.name} took {_spell(minutes)} min ({told}); expected {limits}."
    return Finding(check, _step_status(step, minutes), minutes, limits, sentence)


def _spell(minutes: float) -> str:
    """To the second, so that 10.02 min does not read as the 10 min it exceeds."""
    return f"{minutes:.2f}".rstrip("0").rstrip(".")


def _limits(step: Step) -> str:
    if step.minutes is None:
        return f"at most {step.maximum_minutes:g} min"
    if step.maximum_minutes is not None:
        return f"{step.minutes:g} to {step.maximum_minutes:g} min"
    return f"{step.minutes:g} ± {step.tolerance_minutes or 0:g} min"


def _step_status(step: Step, minutes: float) -> Status:
    """Outside the tolerance it warns; beyond three times the tolerance it fails.

    Outside a duration with a maximum it warns.
    """
    if step.minutes is None or step.maximum_minutes is not None:
        low, high = step.minutes or 0.0, step.maximum_minutes or float("inf")
        return Status.PASS if low <= minutes <= high else Status.WARN
    tolerance = step.tolerance_minutes or 0.0
    off = abs(minutes - step.minutes)
    if off <= tolerance:
        return Status.PASS
    return Status.WARN if off <= 3 * tolerance else Status.FAIL
