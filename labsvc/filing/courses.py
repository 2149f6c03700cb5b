"""Saturation, kinetics, homologous competition, time courses: amounts, each curve with its axes.

What the lines are is told in ``courselines``, what the axes are in ``courseaxis``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from labsvc.core.assays import homologous
from labsvc.core.assays.timecourse import minutes_of
from labsvc.filing.axes import Scale, is_number, linear_ticks, response_range
from labsvc.filing.courseaxis import Across, dose_axis, log_axis, minutes_axis
from labsvc.filing.courselines import INKS, Trace, by_time, ink_of, traces
from labsvc.filing.grid import Label
from labsvc.filing.text import one_line, shorten, width
from labsvc.filing.wording import note, well
from labsvc.model.notation import significant
from labsvc.model.result import Curve, Point, Result

_WIDTH, _HEIGHT, _GAP, _LEGEND = 520.0, 370.0, 14.0, 34.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 64.0, 16.0, 60.0, 46.0


@dataclass(frozen=True, slots=True)
class Mark:
    """One point in pixels; ``why`` is why it is masked."""

    x: float
    y: float
    well: str
    says: str
    ink: str
    why: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """A fitted line as a path; ``name`` is that of the legend."""

    path: str
    ink: str
    name: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the legend at ``x``."""

    x: float
    name: str
    ink: str


@dataclass(frozen=True, slots=True)
class Course:
    """One curve, ready to be drawn at ``left``, ``top`` of the page."""

    left: float
    top: float
    title: str
    reportable: str
    note: str
    x_title: str
    x_ticks: tuple[Label, ...]
    y_ticks: tuple[Label, ...]
    lines: tuple[Line, ...]
    marks: tuple[Mark, ...]


def courses_values(result: Result) -> dict[str, Any]:
    """All that ``courses.svg.j2`` draws."""
    across = min(len(result.curves), 2)
    down = -(-len(result.curves) // across)
    drawn = [
        _course(curve, _GAP + index % across * (_WIDTH + _GAP),
                _GAP + index // across * (_HEIGHT + _GAP))
        for index, curve in enumerate(result.curves)
    ]  # fmt: skip
    legend, end = _legend(drawn)
    return {
        "width": max(across * (_WIDTH + _GAP) + _GAP, end + 90),
        "height": down * (_HEIGHT + _GAP) + _GAP + _LEGEND,
        "area": (_LEFT, _WIDTH - _RIGHT, _TOP, _HEIGHT - _BOTTOM),
        "courses": drawn,
        "y_title": shorten(result.response_label or "response", 260, 11),
        "legend": legend,
        "masked_at": end,
        "title": f"Curves of {one_line(result.title)}"[:400],
        "simulated": result.simulated,
    }


def _legend(drawn: Sequence[Course]) -> tuple[list[Entry], float]:
    """Each kind of line once, and where the legend goes on."""
    names = dict.fromkeys(line.name for one in drawn for line in one.lines)
    found, x = [], 0.0
    for name in names:
        found.append(Entry(round(x, 1), name, INKS[name]))
        x += 50 + width(name, 12)
    return found, round(x, 1)


def _course(curve: Curve, left: float, top: float) -> Course:
    x_of = _x_of(curve)
    placed = [(one, x) for one in curve.points if (x := x_of(one)) is not None]
    across = _axis(curve, [x for _, x in placed])
    seen = [one.response for one, _ in placed if one.masked is None]
    up = Scale(*response_range(seen, percent=False), _HEIGHT - _BOTTOM, _TOP)
    return Course(
        left, top,
        title=shorten(curve.compound, _WIDTH - 16, 14),
        reportable=shorten(curve.reportable, _WIDTH - 16, 12),
        note=shorten(note(curve) if curve.fit else "", _WIDTH - 32, 12),
        x_title=across.title,
        x_ticks=across.ticks,
        y_ticks=tuple(Label(round(up(tick.value), 1), tick.label)
                      for tick in linear_ticks(up.low, up.high)),
        lines=tuple(_line(one, across, up) for one in traces(curve)),
        marks=tuple(_mark(curve, one, x, across, up)
                    for one, x in placed if is_number(one.response)),
    )  # fmt: skip


def _x_of(curve: Curve) -> Callable[[Point], float | None]:
    if by_time(curve):
        return minutes_of
    if _logarithmic(curve):
        return lambda point: point.concentration_m or 0.0
    return lambda point: point.concentration_m


def _axis(curve: Curve, values: Sequence[float]) -> Across:
    start, end = _LEFT, _WIDTH - _RIGHT
    if by_time(curve):
        return minutes_axis(values, start, end)
    make = log_axis if _logarithmic(curve) else dose_axis
    return make(values, start, end)


def _logarithmic(curve: Curve) -> bool:
    return curve.fit is not None and curve.fit.model == homologous.MODEL


def _mark(curve: Curve, point: Point, x: float, across: Across, up: Scale) -> Mark:
    response = point.response or 0.0
    masked = f"; masked: {point.masked[:300]}" if point.masked is not None else ""
    says = f"{well(point)[:60]}: {across.says(x)}, {significant(response)}{masked}"
    return Mark(
        round(across.pixel(x), 1), round(up.clamped(response), 1), well(point), says,
        ink_of(point, curve.fit), point.masked,
    )  # fmt: skip


def _line(trace: Trace, across: Across, up: Scale) -> Line:
    x = across.along(trace.until)
    pairs = zip(x.tolist(), trace.curve(x).tolist(), strict=True)
    path = " ".join(f"{across.pixel(at):.1f} {up.clamped(value):.1f}" for at, value in pairs)
    return Line(f"M{path}", INKS[trace.name], trace.name)
