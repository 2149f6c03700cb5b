"""One curve as shapes: everything the template draws, in pixels. No text is made here twice."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from labsvc.filing.axes import (
    Scale,
    Tick,
    is_number,
    is_percent,
    log_range,
    log_ticks,
    response_range,
    response_ticks,
)
from labsvc.filing.place import Corner, Place, line, ribbon
from labsvc.filing.text import one_line, shorten, width
from labsvc.model.notation import molar, significant
from labsvc.model.result import Curve, Fit, Interval, Point

_ZERO_ROOM = 34.0  # pixels left of the broken axis, where concentration 0 stands
_MARGIN_LEFT, _MARGIN_RIGHT, _MARGIN_BOTTOM = 56.0, 16.0, 30.0
STATUS_WORDS = {
    "converged": "converged",
    "at_bound": "fit stopped at a bound",
    "not_converged": "the fit did not converge",
    "too_few_points": "too few points for a fit",
    "ambiguous": "ambiguous: the data do not settle the fit",
}


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a panel stands on the page and what it shares with its neighbours."""

    left: float
    top: float
    width: float
    height: float
    header: float
    responses: tuple[float, float]
    percent: bool
    y_title: str = ""
    x_title: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """One replicate. ``beyond`` is 1 above the axis, -1 below it, 0 within.

    ``alone``: no other counted replicate stands at its concentration, so no mean covers it.
    """

    x: float
    y: float
    well: str
    says: str
    masked: bool
    beyond: int
    alone: bool


@dataclass(frozen=True, slots=True)
class Middle:
    """The IC50: a line from the axis up to the curve, its interval, its label."""

    x: float
    y: float
    low: float
    high: float
    label_x: float
    label_y: float
    anchor: str
    label: str


@dataclass(frozen=True, slots=True)
class Label:
    """A tick in pixels; a minor tick says nothing."""

    at: float
    says: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One compound, ready to be drawn."""

    frame: Frame
    left: float
    right: float
    top: float
    bottom: float
    compound: str
    title: str
    reportable: str
    note: str
    reference: bool
    zero: float | None
    ticks: str
    x_labels: tuple[Label, ...]
    y_labels: tuple[Label, ...]
    line: str
    band: str
    dashed: bool
    marks: tuple[Mark, ...]
    means: str
    whiskers: str
    middle: Middle | None


def panel(curve: Curve, frame: Frame, title: str | None = None) -> Panel:
    """``curve`` laid out in ``frame``. Points without a concentration have no place here."""
    points = [one for one in curve.points if is_number(one.concentration_m)]
    has_zero = any(one.concentration_m == 0 for one in points)
    left, right = frame.left + _MARGIN_LEFT, frame.left + frame.width - _MARGIN_RIGHT
    top, bottom = frame.top + frame.header, frame.top + frame.height - _MARGIN_BOTTOM
    zero = left + _ZERO_ROOM / 2 if has_zero else None
    across = Scale(
        *log_range(one.concentration_m for one in points),
        left + (_ZERO_ROOM if has_zero else 0.0),
        right,
    )
    up = Scale(*frame.responses, bottom, top)
    place = Place(across, up, zero)
    room = frame.width - _MARGIN_RIGHT
    x_ticks = [Label(across(one.value), one.label) for one in _concentrations(across)]
    if zero is not None:
        x_ticks.insert(0, Label(zero, "0"))
    y_ticks = [Label(round(up(one.value), 1), one.label) for one in _responses(frame)]
    means = _means(points, place)
    drawn = place.along(curve.fit.band) if curve.fit is not None else []
    return Panel(
        frame=frame, left=left, right=right, top=top, bottom=bottom, zero=zero,
        compound=one_line(curve.compound[:400]),
        title=shorten(title if title is not None else curve.compound, room, 14),
        reportable=shorten(curve.reportable, room, 12),
        note=shorten(note(curve), room - 16, 12),
        reference=curve.role == "reference",
        ticks=_ticks(x_ticks, y_ticks, left, bottom),
        x_labels=tuple(one for one in x_ticks if one.says),
        y_labels=tuple(one for one in y_ticks if one.says),
        line=line(drawn), band=ribbon(drawn),
        dashed=curve.fit is not None and curve.fit.status != "converged",
        marks=_marks(points, place),
        means="".join(dot for dot, _ in means), whiskers="".join(bar for _, bar in means),
        middle=_middle(curve.fit, place, drawn),
    )  # fmt: skip


def responses_of(curves: Iterable[Curve], label: str) -> tuple[float, float]:
    """The response range that shows every counted point of ``curves``."""
    seen = [point.response for curve in curves for point in curve.points if point.masked is None]
    return response_range(seen, percent=is_percent(label))


def well(point: Point) -> str:
    """``B07`` on a plate, ``3-12`` in rack 3."""
    return f"{point.rack}-{point.position}" if point.rack else point.position


def _concentrations(across: Scale) -> Sequence[Tick]:
    # A label such as "100 nM" needs some 46 pixels to stand clear of the next.
    most = max(int((across.end - across.start) / 46), 2)
    return log_ticks(across.low, across.high, most=most)


def _responses(frame: Frame) -> Sequence[Tick]:
    return response_ticks(*frame.responses, percent=frame.percent)


def note(curve: Curve) -> str:
    """What a reader must know before believing the curve; empty when all is well."""
    if not any(is_number(point.response) for point in curve.points):
        return "no points to show"
    if curve.fit is None:
        return "" if curve.reportable == "not fitted" else "not fitted"
    return "" if curve.fit.status == "converged" else STATUS_WORDS[curve.fit.status]


def _marks(points: Sequence[Point], place: Place) -> tuple[Mark, ...]:
    # Replicates share their concentration: its place and its text are made once.
    doses = {one.concentration_m or 0.0 for one in points}
    at = {dose: (place.x(dose), molar(dose)) for dose in doses}
    counted = Counter(one.concentration_m for one in points if one.masked is None)
    return tuple(
        _mark(one, one.response, place, at[one.concentration_m or 0.0],
              alone=counted[one.concentration_m] < 2)
        for one in points
        if is_number(one.response)
    )  # fmt: skip


def _mark(
    point: Point, response: float, place: Place, at: tuple[float, str], *, alone: bool
) -> Mark:
    (x, dose), position = at, well(point)
    said = f"{position[:60]}: {dose}, {significant(response)}"
    if point.masked is not None:
        said = f"{said}; masked: {point.masked[:300]}"
    masked = point.masked is not None
    return Mark(x, place.y(response), position, said, masked, place.beyond(response), alone)


def _means(points: Sequence[Point], place: Place) -> list[tuple[str, str]]:
    """A dot and its whiskers for each concentration with two or more counted replicates."""
    by_dose: dict[float, list[float]] = {}
    for point in points:
        dose, response = point.concentration_m, point.response
        if point.masked is None and is_number(dose) and is_number(response):
            by_dose.setdefault(dose, []).append(response)
    return [_mean(dose, seen, place) for dose, seen in by_dose.items() if len(seen) > 1]


def _mean(dose: float, seen: list[float], place: Place) -> tuple[str, str]:
    middle = sum(seen) / len(seen)
    spread = math.sqrt(sum((one - middle) ** 2 for one in seen) / (len(seen) - 1))
    x, y = place.x(dose), place.y(middle)
    top, bottom, left = place.y(middle + spread), place.y(middle - spread), round(x - 3, 1)
    circle = f"M{round(x - 3.4, 1)} {y}a3.4 3.4 0 1 0 6.8 0a3.4 3.4 0 1 0 -6.8 0z"
    return circle, f"M{x} {top}V{bottom}M{left} {top}h6M{left} {bottom}h6"


def _ticks(x_ticks: Sequence[Label], y_ticks: Sequence[Label], left: float, bottom: float) -> str:
    """Every tick in one path: long where it says something, short where it does not."""
    across = [f"M{one.at:.1f} {bottom}v{5 if one.says else 3}" for one in x_ticks]
    up = [f"M{left} {one.at:.1f}h{-5 if one.says else -3}" for one in y_ticks]
    return "".join(across + up)


def _middle(fit: Fit | None, place: Place, drawn: Sequence[Corner]) -> Middle | None:
    """None where the IC50 was not fitted, is only bounded, or lies off the axis."""
    ic50 = fit.parameters.get("ic50") if fit is not None else None
    if fit is None or ic50 is None or fit.qualifier or not drawn:
        return None
    if not is_number(ic50.value) or not place.holds(ic50.value):
        return None
    x = place.x(ic50.value)
    y = round(min(drawn, key=lambda at: abs(at[0] - x))[1], 1)
    low, high = _reach(ic50.ci95, x, place)
    label = f"IC50 {molar(ic50.value)}"
    label_x, label_y, anchor = _beside(label, x, y, place, falling=drawn[-1][1] > drawn[0][1])
    return Middle(x, y, low, high, label_x, label_y, anchor, label)


def _beside(
    label: str, x: float, y: float, place: Place, *, falling: bool
) -> tuple[float, float, str]:
    """Where the label is clear of curve and points: on the axis at the curve's high side,
    else beyond the crossing on its low side."""
    needed = width(label, 12) + 10
    foot = place.up.start - 8
    if falling:
        roomy = x - place.across.start > needed
        return (x - 6, foot, "end") if roomy else (x + 9, y - 6, "start")
    roomy = place.across.end - x > needed
    return (x + 6, foot, "start") if roomy else (x - 9, y - 6, "end")


def _reach(ci95: Interval | None, x: float, place: Place) -> tuple[float, float]:
    """The pixels the interval spans: an open end reaches the end of the axis."""
    if ci95 is None:
        return x, x
    low, high = ci95
    return (
        place.x(low) if low else place.across.start,
        place.x(high) if high else place.across.end,
    )
