"""An uptake time course: what is taken up with time, and until when that is a straight line.

Each position's time is in its group as ``minutes``. Where there are non-specific positions, the
mean of those at the same time is taken off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import nan

from labsvc.core.assays.linearphase import LinearPhase, linear_phase
from labsvc.core.assays.replicates import spread
from labsvc.core.assays.saturable import NONSPECIFIC
from labsvc.core.fitting.regression import DataSet, fit
from labsvc.model.assay import Assay
from labsvc.model.notation import significant
from labsvc.model.result import Curve, Finding, Fit, Operation, Point, Status

MINUTES = "minutes"
LONGEST_MINUTES = 1e6  # two years
_LARGEST = 1e100  # a square of more is no number
_TAKEN = ("total", "vehicle", "sample", "reference")


def minutes_of(point: Point) -> float | None:
    """The time of a position; None where it has none that is a number."""
    try:
        found = float(point.group.get(MINUTES, ""))
    except ValueError:
        return None
    return found if 0 <= found <= LONGEST_MINUTES else None


def net(points: Sequence[Point]) -> tuple[Point, ...]:
    """The points with the mean of the non-specific ones at their time taken off the others.

    A non-specific position counts for the points of its group and concentration, or for all where
    it names none.
    A point whose group has some, but none at its time, is masked: half a course without its blank
    would bend the other half.
    """
    blanks = _blanks(points)
    return tuple(_net(one, blanks) for one in points)


def net_told(points: Sequence[Point]) -> tuple[Operation, ...]:
    """What ``net`` does, in words; nothing where there is nothing to take off."""
    blanks = _blanks(points)
    if not blanks:
        return ()
    sentence = (
        f"The mean of the non-specific positions ({len(blanks)} in all) at the same time, of the "
        "same group and concentration, was taken off each of the others."
    )
    return (Operation("non-specific", sentence, {"positions": float(len(blanks))}),)


def _blanks(points: Sequence[Point]) -> list[Point]:
    return [
        one for one in points
        if one.role in NONSPECIFIC and one.masked is None and minutes_of(one) is not None
        and one.response is not None
    ]  # fmt: skip


def _of(point: Point, blanks: Sequence[Point]) -> list[Point]:
    """The non-specific positions that count for a point, at whatever time."""
    own = _kind(point)
    return [
        one for one in blanks
        if _kind(one) <= own and one.concentration_m in (None, point.concentration_m)
    ]  # fmt: skip


def blank_findings(points: Sequence[Point]) -> tuple[Finding, ...]:
    """Where nothing was taken off, the non-specific part is in the numbers."""
    blanks = _blanks(points)
    timed = [one for one in points if one.role in _TAKEN and minutes_of(one) is not None]
    lacking = [one for one in timed if not _of(one, blanks)]
    if not lacking:
        return ()
    sentence = (
        f"{len(lacking)} of {len(timed)} positions have no non-specific ones of their group and "
        "concentration: their non-specific part is in the numbers."
    )
    limits = "some for each group"
    return (Finding("nonspecific", Status.WARN, float(len(lacking)), limits, sentence),)


def _net(point: Point, blanks: Sequence[Point]) -> Point:
    at = minutes_of(point)
    if point.role not in _TAKEN or point.response is None or at is None:
        return point
    same = _of(point, blanks)
    if not same:
        return point
    mean = spread(one.response or 0.0 for one in same if minutes_of(one) == at)
    if mean is not None:
        return point._replace(response=point.response - mean.mean)
    why = f"no non-specific position at {at:g} min, as its group has at other times"
    return point._replace(response=None, masked=point.masked or why)


def _kind(point: Point) -> frozenset[tuple[str, str]]:
    """What a position's group says beside its time."""
    return frozenset((name, text) for name, text in point.group.items() if name != MINUTES and text)


def curves(assay: Assay, points: Sequence[Point], unit: str) -> tuple[Curve, ...]:
    """A course for each compound and group, with the straight line through its linear phase."""
    found: dict[str, list[Point]] = {}
    for one in points:
        if one.role in _TAKEN and minutes_of(one) is not None:
            found.setdefault(_label(assay, one), []).append(one)
    return tuple(_curve(label, part, unit) for label, part in found.items())


def _label(assay: Assay, point: Point) -> str:
    group = ", ".join(text for name, text in point.group.items() if name != MINUTES)
    name = point.compound or assay.protocol.radioligand.name
    return f"{name} ({group})" if group else name


def phase_of(points: Sequence[Point]) -> LinearPhase:
    """The linear phase of one course."""
    return linear_phase([minutes_of(one) or 0.0 for one in points], _responses(points))


def _responses(points: Sequence[Point]) -> list[float]:
    return [
        nan if one.masked or one.response is None or abs(one.response) > _LARGEST else one.response
        for one in points
    ]


def _curve(label: str, points: Sequence[Point], unit: str) -> Curve:
    phase = phase_of(points)
    if phase.until_minutes is None:
        return Curve(label, tuple(points), None, None, "no linear phase shown")
    line = _line(points, phase.until_minutes, unit)
    slope = line.parameters["slope"]
    rate = significant(slope.value if slope.value is not None else phase.rate)
    said = f"Linear to {phase.until_minutes:g} min, {rate} {unit}/min"
    return Curve(label, tuple(points), line, None, said)


def _line(points: Sequence[Point], until: float, unit: str) -> Fit:
    times = [minutes_of(one) or 0.0 for one in points]
    pairs = [(t, y) for t, y in zip(times, _responses(points), strict=True) if t <= until]
    x, y = zip(*pairs, strict=True)
    line = fit("linear", DataSet(x=x, y=y, units=unit))
    slope = replace(line.parameters["slope"], unit=f"{unit}/min")
    return replace(line, parameters={**line.parameters, "slope": slope})


def findings(assay: Assay, found: Sequence[Curve]) -> tuple[Finding, ...]:
    """Whether each course is linear for as long as the protocol's uptake takes."""
    if not found:
        return (Finding("time course", Status.FAIL, 0.0, "one course or more", _NO_COURSE),)
    return tuple(_finding(curve, assay.protocol.reduction.minutes) for curve in found)


_NO_COURSE = (
    "No position has a time: the run sheet gives none its `minutes` (a column of a CSV, or "
    "group: {minutes: 5})."
)


def _finding(curve: Curve, wanted: float | None) -> Finding:
    phase = phase_of(curve.points)
    limits = f"at least {wanted:g} min" if wanted is not None else "a linear phase"
    until = phase.until_minutes
    good = until is not None and until >= (wanted or 0.0)
    sentence = f"{curve.compound}: {phase.sentence}"
    if wanted is not None and not good:
        sentence += f" Uptake is to be linear for {wanted:g} min."
    return Finding(
        f"linear phase: {curve.compound}", Status.PASS if good else Status.WARN, until, limits,
        sentence,
    )  # fmt: skip
