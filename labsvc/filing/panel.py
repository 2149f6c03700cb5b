"""One curve as shapes, in pixels from the panel's corner, and as SVG.

A page has a dozen panels. They are written here and not by a template: five times as fast. Colours
are Okabe and Ito's; presentation attributes only, so that the figure looks the same in a page with
a strict style policy, in mail and in a file of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from labsvc.filing.axes import is_number, is_percent, response_range
from labsvc.filing.grid import Grid, Room, grid
from labsvc.filing.marks import Marks, counted, marks, means
from labsvc.filing.place import Course, Place
from labsvc.filing.text import escaped, one_line, shorten, width
from labsvc.filing.wording import note
from labsvc.model.notation import in_unit, molar
from labsvc.model.result import Band, Curve, Fit, Interval, Point

_MARGIN = 16.0  # that texts keep to the right


class Frame(NamedTuple):
    """Where a panel stands on the page, how large it is, and the title of its response axis."""

    left: float
    top: float
    room: Room
    y_title: str = ""
    unit: str = ""


class Middle(NamedTuple):
    """The IC50: its ``stem`` from the axis up to the curve, its interval on the axis, its label."""

    x: float
    y: float
    low: float
    high: float
    stem: str
    reach: str
    label_x: float
    label_y: float
    anchor: str
    label: str


class Panel(NamedTuple):
    """One compound, ready to be drawn. ``line``, ``band``, ``means`` and ``whiskers`` are paths
    (see ``Course`` for the first two); the other texts are from outside."""

    frame: Frame
    grid: Grid
    compound: str
    title: str
    reportable: str
    note: str
    ink: str
    line: str
    band: str
    dashed: bool
    marks: Marks
    means: str
    whiskers: str
    middle: Middle | None


class _Framed(NamedTuple):
    """A curve in its frame, with the points that have a concentration: no other has a place."""

    curve: Curve
    frame: Frame
    points: list[Point]
    grid: Grid


def panels(curves: Iterable[Curve], frames: Iterable[Frame]) -> list[Panel]:
    """Each curve laid out in its frame."""
    laid_out: list[Panel] = []
    framed = [_framed(*one) for one in zip(curves, frames, strict=True)]
    for _, sharing in groupby(framed, key=lambda one: id(one.grid)):
        alike = list(sharing)
        bands = [one.curve.fit.band if one.curve.fit is not None else Band() for one in alike]
        courses = alike[0].grid.place.along(bands)
        laid_out += [_panel(*one) for one in zip(alike, courses, strict=True)]
    return laid_out


def _framed(curve: Curve, frame: Frame) -> _Framed:
    points = [one for one in curve.points if is_number(one.concentration_m)]
    axes = grid(frame.room, frozenset([one.concentration_m for one in points]))
    return _Framed(curve, frame, points, axes)


def _panel(framed: _Framed, drawn: Course | None) -> Panel:
    curve, frame, points, axes = framed
    place, room = axes.place, frame.room.width - _MARGIN
    found = counted(points)
    dots, whiskers = means(found, place)
    return Panel(
        frame=frame, grid=axes,
        compound=one_line(curve.compound[:400]),
        title=shorten(curve.compound, room, 14),
        reportable=shorten(curve.reportable, room, 12),
        note=shorten(note(curve), room - 16, 12),
        ink="#00664b" if curve.role == "reference" else "#0072b2",
        line=drawn.line if drawn else "", band=drawn.band if drawn else "",
        dashed=curve.fit is not None and curve.fit.status != "converged",
        marks=marks(points, found, place),
        means=dots, whiskers=whiskers,
        middle=_middle(curve.fit, place, drawn, frame.unit),
    )  # fmt: skip


def panels_svg(panels: Sequence[Panel]) -> str:
    """The panels of a figure, and before them the axes that they share."""
    axes = dict.fromkeys([one.grid.svg for one in panels])
    return f"<defs>\n{''.join(axes)}</defs>\n{''.join([_panel_svg(one) for one in panels])}"


def _panel_svg(one: Panel) -> str:
    """The panel as a group; texts are cleaned and escaped here."""
    frame, compound = one.frame, escaped(one.compound)
    return (
        f'<g class="curve" data-compound="{compound}" '
        f'transform="translate({frame.left:g} {frame.top:g})">\n'
        '<text x="4" y="15" font-size="14" font-weight="600" fill="#111827">'
        f"<title>{compound}</title>{escaped(one.title)}</text>\n"
        f'<text x="4" y="31" font-size="12" fill="#374151">{escaped(one.reportable)}</text>\n'
        f"{_note_svg(one.note)}{one.grid.drawn}{_y_title_svg(one)}{_fit_svg(one)}"
        f'<g fill="{one.ink}" fill-opacity="0.45">\n{one.marks.counted}\n</g>\n'
        f"{_means_svg(one)}{_masked_svg(one.marks.masked)}{_label_svg(one.middle)}</g>\n"
    )


def _note_svg(note: str) -> str:
    if not note:
        return ""
    return (
        '<path d="M4 47l5 -9l5 9z" fill="#9a3412"/>\n'
        f'<text x="18" y="47" font-size="12" fill="#9a3412">{escaped(note)}</text>\n'
    )


def _y_title_svg(one: Panel) -> str:
    if not one.frame.y_title:
        return ""
    up = one.grid.place.up
    return (
        f'<text transform="translate(13 {(up.start + up.end) / 2:g}) rotate(-90)" font-size="11" '
        f'fill="#374151" text-anchor="middle">{escaped(one.frame.y_title)}</text>\n'
    )


def _fit_svg(one: Panel) -> str:
    """The band, the line upon it, and where the IC50 stands."""
    drawn, ink, middle = "", one.ink, one.middle
    if one.band:
        dashes = ' stroke-dasharray="60 40"' if one.dashed else ""
        drawn = (
            f'<g transform="scale(.1)"><path d="{one.band}" fill="{ink}" fill-opacity="0.14"/>\n'
            f'<path d="{one.line}" fill="none" stroke="{ink}" stroke-width="20"{dashes}/></g>\n'
        )
    if middle is not None:
        drawn += (
            f'<path d="{middle.stem}" stroke="#4b5563" fill="none"/>\n'
            f'<path d="{middle.reach}" stroke="#4b5563" stroke-width="4" stroke-opacity="0.5" '
            'fill="none"/>\n'
        )
    return drawn


def _means_svg(one: Panel) -> str:
    if not one.means:
        return ""
    return (
        f'<g fill="{one.ink}" pointer-events="none">\n'
        f'<path d="{one.whiskers}" stroke="{one.ink}" stroke-width="1.2" fill="none"/>\n'
        f'<path d="{one.means}" stroke="#ffffff" stroke-width="0.8"/>\n</g>\n'
    )


def _masked_svg(masked: str) -> str:
    if not masked:
        return ""
    return f'<g fill="#ffffff" stroke="#b04a00" stroke-width="1.5">\n{masked}\n</g>\n'


def _label_svg(middle: Middle | None) -> str:
    if middle is None:
        return ""
    label = escaped(middle.label)
    return (
        f'<g font-size="12" text-anchor="{middle.anchor}" '
        f'transform="translate({middle.label_x:g} {middle.label_y:g})">'
        '<text stroke="#ffffff" stroke-width="3" stroke-linejoin="round" aria-hidden="true">'
        f'{label}</text><text fill="#111827">{label}</text></g>\n'
    )


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
    stem, reach = f"M{x:g} {foot:g}V{y:g}", f"M{low:g} {foot - 2:g}H{high:g}"
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
