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

from labsvc.filing.axes import Scale, linear_ticks
from labsvc.filing.grid import Label
from labsvc.filing.shades import Colours, colour_bar, colours
from labsvc.filing.text import escaped, one_line, ours, shorten
from labsvc.model.notation import molar, significant
from labsvc.model.plate import FORMATS, PlateFormat, canonical, row_and_column
from labsvc.model.result import Point, Result

_LEFT, _TOP, _PAGE, _BAR = 28.0, 26.0, 1070.0, 320.0
_NO_COUNTS = "#ffffff", "#111827"


@dataclass(frozen=True, slots=True)
class Outline:
    """How a role's wells are outlined."""

    letter: str
    colour: str
    thickness: float
    dashes: str = ""

    def svg(self) -> str:
        dashes = f' stroke-dasharray="{self.dashes}"' if self.dashes else ""
        return f'stroke="{self.colour}" stroke-width="{self.thickness:g}"{dashes}'


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

    @property
    def roomy(self) -> bool:
        """Whether a well has room for a name and a count."""
        return self.width > 60


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a well stands: the same on every plate of its size, so it is written once.

    ``box`` are the attributes of its rectangle; ``first`` and ``second`` those of its two lines of
    text; ``cross`` crosses it out.
    """

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


def plate_values(result: Result, plate: PlateFormat) -> dict[str, Any]:
    """All that ``plate.svg.j2`` draws. Positions that the plate does not have are left out."""
    cell = _cell(plate)
    scale = colours(point.cpm for point in result.points)
    seated = _seated(result.points, plate)
    legend = round(_TOP + plate.rows * cell.height + 26, 1)
    roles = frozenset([one.role for one, _ in seated])
    return {
        "title": f"Plate map of {one_line(result.title)[:200]}: counts per minute and roles",
        "width": round(_LEFT + plate.columns * cell.width + 8, 1),
        "height": legend + 50,
        "legend": legend,
        "font": f"{cell.font:g}",
        "edges": _edges(plate),
        "wells": ours(_wells(seated, cell, scale)),
        "roles": _role_legend(roles, legend),
        "colour_bar": colour_bar(_LEFT, legend + 14, _BAR),
        "simulated": result.simulated,
        **_colour_legend(scale),
    }


@lru_cache(maxsize=8)
def _edges(plate: PlateFormat) -> Markup:
    """The numbers of the columns and the letters of the rows."""
    cell = _cell(plate)
    columns = [
        f'<text x="{_LEFT + (column + 0.5) * cell.width:g}" y="18">{column + 1}</text>'
        for column in range(plate.columns)
    ]
    rows = [
        f'<text x="14" y="{_TOP + (row + 0.5) * cell.height + 4:g}">{ascii_uppercase[row]}</text>'
        for row in range(plate.rows)
    ]
    return ours("\n".join(columns + rows))


def _cell(plate: PlateFormat) -> Cell:
    width = min((_PAGE - _LEFT) // plate.columns, 110.0)
    return Cell(width, min(max(width * 0.56, 26.0), 50.0), 12.0 if width > 60 else 10.0)


def _seated(points: Iterable[Point], plate: PlateFormat) -> list[tuple[Point, Seat]]:
    """Each point with its seat, however its position is spelled."""
    seats, found = _seats(plate), []
    for one in points:
        seat = seats.get(one.position)
        if seat is None and plate.holds(one.position):
            seat = seats[canonical(one.position)]
        if seat is not None:
            found.append((one, seat))
    return found


@lru_cache(maxsize=8)
def _seats(plate: PlateFormat) -> dict[str, Seat]:
    cell = _cell(plate)
    return {one: _seat_at(*row_and_column(one), cell) for one in plate.wells()}


def _seat_at(row: int, column: int, cell: Cell) -> Seat:
    x, y = _LEFT + (column - 1) * cell.width + 1.5, _TOP + row * cell.height + 1.5
    right, foot = x + cell.width - 3, y + cell.height - 3
    size = f'width="{cell.width - 3:g}" height="{cell.height - 3:g}" rx="4"'
    first, second = (
        f'x="{(x + right) / 2:g}" y="{round(y + cell.height * down, 1):g}"'
        for down in (0.38 if cell.roomy else 0.6, 0.76)
    )
    path = f"M{x + 3:g} {y + 3:g}L{right - 3:g} {foot - 3:g}"
    path += f"M{x + 3:g} {foot - 3:g}L{right - 3:g} {y + 3:g}"
    cross = (
        f'\n<path d="{path}" stroke="#ffffff" stroke-width="4" fill="none"/>'
        f'<path d="{path}" stroke="#b04a00" stroke-width="2" fill="none"/>'
    )
    return Seat(f'x="{x:g}" y="{y:g}" {size}', first, second, cross)


def _wells(seated: Sequence[tuple[Point, Seat]], cell: Cell, scale: Colours) -> str:
    # A plate holds few compounds and each many times.
    looks: dict[tuple[str, str | None], Look] = {}
    paints = scale.paints([one.cpm for one, _ in seated])
    wells = []
    for (point, seat), paint in zip(seated, paints, strict=True):
        which = point.role, point.compound
        look = looks.get(which) or looks.setdefault(which, _look(*which, cell))
        wells.append(_well(point, seat, look, paint, roomy=cell.roomy))
    return "\n".join(wells)


def _look(role: str, compound: str | None, cell: Cell) -> Look:
    outline, is_compound = ROLES.get(role, _OTHER), role in _COMPOUND_ROLES
    named = cell.roomy and is_compound and compound
    first = shorten(compound, cell.width - 8, cell.font) if named and compound else outline.letter
    bold = "" if is_compound else ' font-weight="600"'
    says = f": {role.replace('_', ' ')}"
    if compound and (whole := one_line(compound)[:300]):
        says += f", {whole}"
    upper = f"{bold}>{escaped(first)}</text>" if first else ""
    return Look(escaped(role), outline.svg(), escaped(says), upper)


def _well(
    point: Point, seat: Seat, look: Look, paint: tuple[str, str] | None, *, roomy: bool
) -> str:  # fmt: skip
    name, cpm, dose = escaped(point.position), point.cpm, point.concentration_m
    fill, ink = paint or _NO_COUNTS
    counted = "no counts" if paint is None else f"{significant(cpm, 6)} cpm"
    says = f"{name}{look.says}{f', {molar(dose)}' if dose is not None else ''}, {counted}"
    masked = cross = ""
    if point.masked is not None:
        masked, cross = ' data-masked="yes"', seat.cross
        says += f", masked: {escaped(one_line(point.masked)[:300])}"
    upper = f"\n<text {seat.first}{look.first}" if look.first else ""
    lower = f"\n<text {seat.second}>{_count(cpm)}</text>" if roomy else ""
    return (
        f'<g data-well="{name}" data-role="{look.role}"{masked} fill="{ink}">\n'
        f'<title>{says}</title>\n<rect {seat.box} fill="{fill}" {look.outline}/>'
        f"{upper}{lower}{cross}\n</g>"
    )


def _count(cpm: float | None) -> str:
    return str(round(cpm)) if cpm is not None and 100 <= cpm < 1e7 else significant(cpm)


@lru_cache(maxsize=64)  # the plates of one layout show the same
def _role_legend(roles: frozenset[str], foot: float) -> Markup:
    """A box, a letter and a name for each role on the plate."""
    shown, x = [], _LEFT
    for role, outline in ROLES.items():
        if role not in roles:
            continue
        name = role.replace("_", " ")
        box = f'x="{x:g}" y="{foot - 13:g}" width="26" height="18" rx="4"'
        shown.append(
            f'<rect {box} fill="#ffffff" {outline.svg()}/>\n'
            f'<text x="{x + 13:g}" y="{foot:g}" text-anchor="middle" font-weight="600">'
            f'{outline.letter}</text>\n<text x="{x + 32:g}" y="{foot:g}">{name}</text>\n'
        )
        x += 32 + 7.0 * len(name) + 18
    return ours("".join(shown))


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
