"""When each bench step happened, who told us, and whether it kept to the protocol's times."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from labsvc.model.assay import BenchEvent, Unit
from labsvc.model.protocol import Protocol, Step
from labsvc.model.result import Finding, Status, TimelineEntry
from labsvc.model.runsheet import RunSheet


def timeline(
    unit: Unit, protocol: Protocol, sheet: RunSheet, events: Sequence[BenchEvent]
) -> tuple[TimelineEntry, ...]:
    """Every known moment of the unit's plate, in order of time.

    The bench log and the scanner are nearer to the event than the run sheet: where both tell of
    a step, theirs comes later in the list of equals and is the one ``moment_of`` finds.
    """
    told = [TimelineEntry(step, at, f"run sheet {sheet.name}") for step, at in sheet.times.items()]
    if unit.plate_id is not None:
        plate = unit.plate_id.casefold()
        told += [
            TimelineEntry(event.step, event.at, event.source)
            for event in events
            if event.plate_id.casefold() == plate
        ]
    if unit.counted_at is not None:
        told.append(TimelineEntry("count", unit.counted_at.astimezone(UTC), "counter clock"))
    told.sort(key=lambda entry: entry.at or datetime.max.replace(tzinfo=UTC))
    return tuple(told)


def moment_of(entries: Sequence[TimelineEntry], step: str) -> TimelineEntry | None:
    """The entry that stands for a step: a bench record before a run sheet, then the latest."""
    found = [entry for entry in entries if entry.step == step and entry.at is not None]
    told = [entry for entry in found if not entry.source.startswith("run sheet")]
    chosen = told or found
    return chosen[-1] if chosen else None


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
    status = _step_status(step, minutes)
    sentence = (
        f"The {step.name} took {minutes:.0f} min ({begin.step} by {begin.source}, {end.step} by "
        f"{end.source}); expected {limits}."
    )
    return Finding(check, status, minutes, limits, sentence)


def _limits(step: Step) -> str:
    if step.minutes is None:
        return f"at most {step.maximum_minutes:g} min"
    if step.maximum_minutes is not None:
        return f"{step.minutes:g} to {step.maximum_minutes:g} min"
    return f"{step.minutes:g} ± {step.tolerance_minutes or 0:g} min"


def _step_status(step: Step, minutes: float) -> Status:
    """Outside the tolerance it warns; beyond three times the tolerance, or negative, it fails."""
    if minutes < 0:
        return Status.FAIL
    if step.minutes is None or step.maximum_minutes is not None:
        low, high = step.minutes or 0.0, step.maximum_minutes or float("inf")
        return Status.PASS if low <= minutes <= high else Status.WARN
    tolerance = step.tolerance_minutes or 0.0
    off = abs(minutes - step.minutes)
    if off <= tolerance:
        return Status.PASS
    return Status.WARN if off <= 3 * tolerance else Status.FAIL
