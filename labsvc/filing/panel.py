"""One curve as shapes: everything the template draws, in pixels from the panel's corner."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from labsvc.filing.axes import is_number, is_percent, log_range, response_range
from labsvc.filing.grid import Grid, Room, grid
from labsvc.filing.marks import Mark, counted_svg, doses, marks, masked_svg, means
from labsvc.filing.place import Course, Place, paths
from labsvc.filing.text import one_line, ours, shorten, width
from labsvc.filing.wording import note
from labsvc.model.notation import in_unit, molar
from labsvc.model.result import Curve, Fit, Interval

_MARGIN = 16.0  # that texts keep to the right


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a panel stands on the page, how large it is, and the title of its response axis."""

    left: float
    top: float
    room: Room
    y_title: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Middle:
    """The IC50: its ``stem`` from the axis up to the curve, its interval on the axis, its label."""

    x: float
    y: float
    low: float
    high: float
    stem: Markup
    reach: Markup
    label_x: float
    label_y: float
    anchor: str
    label: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One compound, ready to be drawn. ``counted`` and ``masked`` are ``marks`` written as SVG."""

    frame: Frame
    compound: str
    title: str
    reportable: str
    note: str
    ink: str
    grid: Grid
    line: Markup
    band: Markup
    dashed: bool
    marks: tuple[Mark, ...]
    counted: Markup
    masked: Markup
    means: Markup
    whiskers: Markup
    middle: Middle | None

    @property
    def halfway(self) -> float:
        return (self.grid.place.up.start + self.grid.place.up.end) / 2


def panel(curve: Curve, frame: Frame, title: str | None = None) -> Panel:
    """``curve`` laid out in ``frame``. Points without a concentration have no place here."""
    points = [one for one in curve.points if is_number(one.concentration_m)]
    molars = {one.concentration_m for one in points}
    axes = grid(frame.room, log_range(molars), has_zero=0 in molars)
    place, room = axes.place, frame.room.width - _MARGIN
    drawn = place.along(curve.fit.band) if curve.fit is not None else None
    line, band = paths(drawn)
    at = doses(points, place)
    dots, whiskers = means(at.values(), place)
    marked = marks(points, at, place)
    return Panel(
        frame=frame, grid=axes,
        compound=one_line(curve.compound[:400]),
        title=shorten(title if title is not None else curve.compound, room, 14),
        reportable=shorten(curve.reportable, room, 12),
        note=shorten(note(curve), room - 16, 12),
        ink="#00664b" if curve.role == "reference" else "#0072b2",
        line=ours(line), band=ours(band),
        dashed=curve.fit is not None and curve.fit.status != "converged",
        marks=marked,
        counted=ours(counted_svg(marked)),
        masked=ours(masked_svg(marked)),
        means=ours(dots), whiskers=ours(whiskers),
        middle=_middle(curve.fit, place, drawn, frame.unit),
    )  # fmt: skip


def responses_of(curves: Iterable[Curve], label: str) -> tuple[float, float]:
    """The response range that shows every counted point of ``curves``."""
    seen = [point.response for curve in curves for point in curve.points if point.masked is None]
    return response_range(seen, percent=is_percent(label))


def _middle(
    fit: Fit | None, place: Place, drawn: Course | None, unit: str = ""
) -> Middle | None:  # fmt: skip
    """None where the IC50 was not fitted, is only bounded, or lies off the axis."""
    ic50 = fit.parameters.get("ic50") if fit is not None else None
    if fit is None or ic50 is None or fit.qualifier or drawn is None:
        return None
    if not is_number(ic50.value) or not place.holds(ic50.value):
        return None
    x = place.x(ic50.value)
    y = drawn.height_at(x)
    low, high = _reach(ic50.ci95, x, place)
    label = f"IC50 {in_unit(molar(ic50.value), unit)}"
    label_x, label_y, anchor = _beside(label, x, y, place, falling=drawn.y[-1] > drawn.y[0])
    foot = place.up.start
    stem, reach = ours(f"M{x} {foot}V{y}"), ours(f"M{low} {foot - 2}H{high}")
    return Middle(x, y, low, high, stem, reach, label_x, label_y, anchor, label)


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
