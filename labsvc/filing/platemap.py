"""The plate as shapes: a cell for every well, its colour by counts, its outline by role.

The wells are written here and not by a template, which would take five times as long.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_uppercase
from typing import Any, NamedTuple

from markupsafe import Markup

from labsvc.filing.axes import Scale, is_number, linear_ticks
from labsvc.filing.grid import Label
from labsvc.filing.shades import Colours, colour_bar, colours, painted, shade_of
from labsvc.filing.text import escaped, one_line, ours, shorten
from labsvc.model.notation import molar, significant
from labsvc.model.plate import FORMATS, PlateFormat, row_and_column
from labsvc.model.result import Point, Result

_LEFT, _TOP, _PAGE, _BAR = 28.0, 26.0, 1070.0, 320.0
_NO_COUNTS, _MASKED = "#ffffff", ' data-masked="yes"'


@dataclass(frozen=True, slots=True)
class Outline:
    """How a role's wells are outlined."""

    letter: str
    colour: str
    thickness: float
    dashes: str = ""

    def svg(self) -> str:
        dashes = f' stroke-dasharray="{self.dashes}"' if self.dashes else ""
        return f'stroke="{self.colour}" stroke-width="{self.thickness}"{dashes}'


ROLES: Mapping[str, Outline] = {
    "total": Outline("T", "#111827", 2.4),
    "nonspecific": Outline("N", "#b04a00", 2.4, "5 3"),
    "sample": Outline("S", "#9ca3af", 1.0),
    "reference": Outline("R", "#00664b", 2.4),
    "vehicle": Outline("V", "#111827", 2.4, "8 3"),
    "background": Outline("Bg", "#6b7280", 1.6, "2 2"),
    "blank": Outline("Bk", "#6b7280", 1.6, "2 2"),
    "standard": Outline("St", "#7e22ce", 2.0),
    "total_added": Outline("A", "#7e22ce", 2.0, "5 3"),
    "unused": Outline("", "#e5e7eb", 1.0),
}
_OTHER = Outline("?", "#6b7280", 1.0)
_COMPOUND_ROLES = ("sample", "reference", "standard")


@dataclass(frozen=True, slots=True)
class Cell:
    """The size of a well on the page."""

    width: float
    height: float
    font: float


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a well stands: the same on every plate of its size, so it is written once.

    ``box`` are the attributes of its rectangle; ``first`` and ``second`` those of its two lines of
    text; ``cross`` is the path that crosses it out. ``name`` is its position, escaped.
    """

    name: str
    x: float
    y: float
    box: str
    first: str
    second: str
    cross: str


class Look(NamedTuple):
    """What the wells of one compound in one role share, written once. Texts are escaped.

    ``says`` stands after the position; ``first`` is the upper line of text, with its end tag.
    """

    role: str
    outline: str
    says: str
    first: str


class Spot(NamedTuple):
    """One well, ready to be drawn. A tuple: made four times as fast as a dataclass.

    ``says`` and ``second`` are escaped; ``well`` is the position as it was given.
    """

    well: str
    seat: Seat
    look: Look
    second: str
    fill: str
    ink: str
    masked: bool
    says: str

    @property
    def x(self) -> float:
        return self.seat.x

    @property
    def y(self) -> float:
        return self.seat.y


def plate_values(result: Result, plate: PlateFormat) -> dict[str, Any]:
    """All that ``plate.svg.j2`` draws. Positions that the plate does not have are left out."""
    cell = _cell(plate)
    scale = colours(point.cpm for point in result.points)
    seated = [(one, seat) for one in result.points if (seat := _seat(one.position, plate))]
    wells = _spots(seated, cell, scale)
    width = round(_LEFT + plate.columns * cell.width + 8, 1)
    legend = _TOP + plate.rows * cell.height + 26
    return {
        "title": f"Plate map of {one_line(result.title)[:200]}: counts per minute and roles",
        "width": width,
        "height": legend + 50,
        "legend": legend,
        "cell": cell,
        "edges": _edges(plate),
        "wells": wells,
        "wells_svg": ours(_wells_svg(wells)),
        "roles": _role_legend(one for one, _ in seated),
        "colour_bar": colour_bar(_LEFT, legend + 14, _BAR),
        "simulated": result.simulated,
        **_colour_legend(scale),
    }


@lru_cache(maxsize=8)
def _edges(plate: PlateFormat) -> Markup:
    """The numbers of the columns and the letters of the rows."""
    cell = _cell(plate)
    columns = [
        f'<text x="{_LEFT + (column + 0.5) * cell.width}" y="18">{column + 1}</text>'
        for column in range(plate.columns)
    ]
    rows = [
        f'<text x="14" y="{_TOP + (row + 0.5) * cell.height + 4}">{ascii_uppercase[row]}</text>'
        for row in range(plate.rows)
    ]
    return ours("\n".join(columns + rows))


def _cell(plate: PlateFormat) -> Cell:
    width = min((_PAGE - _LEFT) // plate.columns, 110.0)
    return Cell(width, min(max(width * 0.56, 26.0), 50.0), 12.0 if width > 60 else 10.0)


@lru_cache(maxsize=2048)
def _seat(position: str, plate: PlateFormat) -> Seat | None:
    """None for a position that the plate does not have."""
    if not plate.holds(position):
        return None
    cell = _cell(plate)
    row, column = row_and_column(position)
    x, y = _LEFT + (column - 1) * cell.width + 1.5, _TOP + row * cell.height + 1.5
    right, foot = x + cell.width - 3, y + cell.height - 3
    roomy = cell.width > 60
    size = f'width="{cell.width - 3}" height="{cell.height - 3}" rx="4"'
    middle = round((x + right) / 2, 1)
    first, second = (
        f'x="{middle}" y="{round(y + cell.height * down, 1)}" text-anchor="middle" '
        f'font-size="{cell.font}"'
        for down in (0.38 if roomy else 0.6, 0.76)
    )
    cross = f"M{x + 3} {y + 3}L{right - 3} {foot - 3}M{x + 3} {foot - 3}L{right - 3} {y + 3}"
    return Seat(escaped(position), x, y, f'x="{x}" y="{y}" {size}', first, second, cross)


def _spots(seated: Sequence[tuple[Point, Seat]], cell: Cell, scale: Colours) -> list[Spot]:
    # A plate holds few compounds and each many times.
    looks: dict[tuple[str, str | None], Look] = {}
    spots = []
    for point, seat in seated:
        which = point.role, point.compound
        look = looks.get(which) or looks.setdefault(which, _look(*which, cell))
        spots.append(_spot(point, seat, look, scale, roomy=cell.width > 60))
    return spots


def _look(role: str, compound: str | None, cell: Cell) -> Look:
    outline, is_compound = ROLES.get(role, _OTHER), role in _COMPOUND_ROLES
    named = cell.width > 60 and is_compound and compound
    first = shorten(compound, cell.width - 8, cell.font) if named and compound else outline.letter
    bold = "" if is_compound else ' font-weight="600"'
    says = f": {role.replace('_', ' ')}"
    if compound and (whole := one_line(compound)[:300]):
        says += f", {whole}"
    upper = f"{bold}>{escaped(first)}</text>" if first else ""
    return Look(escaped(role), outline.svg(), escaped(says), upper)


def _spot(point: Point, seat: Seat, look: Look, scale: Colours, *, roomy: bool) -> Spot:
    cpm = point.cpm
    if is_number(cpm):
        fill, ink = painted(shade_of(scale.share(cpm)))
        counted = f", {significant(cpm, 6)} cpm"
    else:
        fill, ink, counted = _NO_COUNTS, "#111827", ", no counts"
    dose = f", {molar(point.concentration_m)}" if point.concentration_m is not None else ""
    says = f"{seat.name}{look.says}{dose}{counted}"
    if point.masked is not None:
        says += f", masked: {escaped(one_line(point.masked)[:300])}"
    second = _count(cpm) if roomy else ""
    return Spot(point.position, seat, look, second, fill, ink, point.masked is not None, says)


def _wells_svg(wells: Iterable[Spot]) -> str:
    return "\n".join([_well_svg(one) for one in wells])


def _well_svg(one: Spot) -> str:
    _, seat, look, second, fill, ink, masked, says = one
    cross = ""
    if masked:
        cross = (
            f'\n<path d="{seat.cross}" stroke="#ffffff" stroke-width="4" fill="none"/>'
            f'<path d="{seat.cross}" stroke="#b04a00" stroke-width="2" fill="none"/>'
        )
    upper = f'\n<text {seat.first} fill="{ink}"{look.first}' if look.first else ""
    lower = f'\n<text {seat.second} fill="{ink}">{second}</text>' if second else ""
    return (
        f'<g data-well="{seat.name}" data-role="{look.role}"'
        f"{_MASKED if masked else ''}>\n<title>{says}</title>\n"
        f'<rect {seat.box} fill="{fill}" {look.outline}/>{upper}{lower}{cross}\n</g>'
    )


def _count(cpm: float | None) -> str:
    return f"{cpm:.0f}" if cpm is not None and 100 <= cpm < 1e7 else significant(cpm)


def _role_legend(points: Iterable[Point]) -> list[dict[str, Any]]:
    roles = {point.role for point in points}
    present = [role for role in ROLES if role in roles]
    shown, x = [], _LEFT
    for role in present:
        name = role.replace("_", " ")
        shown.append({"x": x, "letter": ROLES[role].letter, "name": name, "outline": ROLES[role]})
        x += 32 + 7.0 * len(name) + 18
    return shown


def _colour_legend(scale: Colours) -> dict[str, Any]:
    ticks = _decades(scale) if scale.logarithmic else _rounds(scale)
    return {
        "colour_ticks": [
            Label(round(_LEFT + _BAR * scale.share(value), 1), says) for value, says in ticks
        ],
        "colour_name": f"cpm, {'logarithmic' if scale.logarithmic else 'linear'} scale",
        "colour_name_x": _LEFT + _BAR + 14,
    }


def _decades(scale: Colours) -> list[tuple[float, str]]:
    powers = range(math.ceil(math.log10(scale.low)), math.floor(math.log10(scale.high)) + 1)
    digits = (1,) if len(powers) > 3 else (1, 2, 5)
    span = range(powers.start - 1, powers.stop)
    values = [digit * 10.0**power for power in span for digit in digits]
    return [(one, significant(one)) for one in values if scale.low <= one <= scale.high]


def _rounds(scale: Colours) -> list[tuple[float, str]]:
    axis = Scale(scale.low, scale.high, 0.0, 1.0)
    return [(tick.value, tick.label) for tick in linear_ticks(axis.low, axis.high, most=5)]


def plate_format(result: Result) -> PlateFormat | None:
    """The plate of the result; None for racks and for sizes we do not know."""
    return FORMATS.get(result.plate_size) if result.plate_size is not None else None
