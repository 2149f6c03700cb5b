"""The plate as shapes: a cell for every well, its colour by counts, its outline by role."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any

from labsvc.filing.axes import Scale, finite, linear_ticks
from labsvc.filing.panel import Label
from labsvc.filing.text import one_line, shorten
from labsvc.model.notation import molar, significant
from labsvc.model.plate import FORMATS, PlateFormat, row_and_column
from labsvc.model.result import Point, Result

_LEFT, _TOP, _PAGE = 28.0, 26.0, 1070.0
# One hue from light to dark: it stays in order in grey print and for every colour vision.
_STOPS = ((244, 248, 252), (176, 208, 233), (97, 160, 207), (31, 104, 166), (9, 47, 98))
_NO_COUNTS = "#ffffff"
_LOG_FROM_RATIO = 30.0


@dataclass(frozen=True, slots=True)
class Outline:
    """How a role's wells are outlined."""

    letter: str
    colour: str
    thickness: float
    dashes: str = ""


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
class Spot:
    """One well, ready to be drawn."""

    well: str
    role: str
    control: bool
    x: float
    y: float
    middle: float
    first: str
    first_y: float
    second: str
    second_y: float
    fill: str
    ink: str
    outline: Outline
    masked: bool
    cross: str
    says: str


@dataclass(frozen=True, slots=True)
class Colours:
    """From cpm to colour; by decades when the plate spans more than a factor of 30."""

    low: float
    high: float
    logarithmic: bool

    def share(self, cpm: float) -> float:
        if not self.logarithmic:
            return (cpm - self.low) / (self.high - self.low)
        at = math.log10(max(cpm, self.low)) - math.log10(self.low)
        return at / (math.log10(self.high) - math.log10(self.low))

    def of(self, share: float) -> str:
        return "#{:02x}{:02x}{:02x}".format(*_mix(share))

    def ink(self, share: float) -> str:
        """White or near-black, whichever stands out more (relative luminance, WCAG 2)."""
        red, green, blue = ((part / 255) ** 2.2 for part in _mix(share))
        return "#ffffff" if 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.2 else "#111827"


def colours(cpms: Iterable[float | None]) -> Colours:
    """The colour scale of a plate. One cpm is the lowest that a logarithmic scale shows."""
    seen = finite(cpms) or [0.0, 1.0]
    low, high = min(seen), max(seen)
    if high > _LOG_FROM_RATIO * max(low, 1.0):
        return Colours(max(low, 1.0), high, True)
    low = min(low, 0.0)
    return Colours(low, high if high > low else low + 1.0, False)


def _mix(share: float) -> tuple[int, int, int]:
    at = min(max(share, 0.0), 1.0) * (len(_STOPS) - 1)
    index = min(int(at), len(_STOPS) - 2)
    part = at - index
    red, green, blue = (
        round(a + part * (b - a)) for a, b in zip(_STOPS[index], _STOPS[index + 1], strict=True)
    )
    return red, green, blue


def plate_values(result: Result, plate: PlateFormat) -> dict[str, Any]:
    """All that ``plate.svg.j2`` draws. Positions that the plate does not have are left out."""
    cell = _cell(plate)
    scale = colours(point.cpm for point in result.points)
    on_plate = [point for point in result.points if plate.holds(point.position)]
    width = round(_LEFT + plate.columns * cell.width + 8, 1)
    legend = _TOP + plate.rows * cell.height + 26
    return {
        "title": f"Plate map of {one_line(result.title)[:200]}: counts per minute and roles",
        "width": width,
        "height": legend + 50,
        "legend": legend,
        "cell": cell,
        "columns": [
            Label(_LEFT + (column + 0.5) * cell.width, str(column + 1))
            for column in range(plate.columns)
        ],
        "rows": [
            Label(_TOP + (row + 0.5) * cell.height + 4, ascii_uppercase[row])
            for row in range(plate.rows)
        ],
        "wells": [_spot(point, cell, scale) for point in on_plate],
        "roles": _role_legend(on_plate),
        "simulated": result.simulated,
        **_colour_legend(scale),
    }


def _cell(plate: PlateFormat) -> Cell:
    width = min((_PAGE - _LEFT) // plate.columns, 110.0)
    return Cell(width, min(max(width * 0.56, 26.0), 50.0), 12.0 if width > 60 else 10.0)


def _spot(point: Point, cell: Cell, scale: Colours) -> Spot:
    row, column = row_and_column(point.position)
    x, y = _LEFT + (column - 1) * cell.width + 1.5, _TOP + row * cell.height + 1.5
    right, foot = x + cell.width - 3, y + cell.height - 3
    share = scale.share(point.cpm) if finite([point.cpm]) and point.cpm is not None else None
    roomy = cell.width > 60
    return Spot(
        well=point.position, role=point.role, control=point.role not in _COMPOUND_ROLES,
        x=x, y=y, middle=round((x + right) / 2, 1),
        first=_first(point, cell) if roomy else _letter(point.role),
        first_y=round(y + cell.height * (0.38 if roomy else 0.6), 1),
        second=_count(point.cpm) if roomy else "",
        second_y=round(y + cell.height * 0.76, 1),
        fill=scale.of(share) if share is not None else _NO_COUNTS,
        ink=scale.ink(share) if share is not None else "#111827",
        outline=ROLES.get(point.role, _OTHER),
        masked=point.masked is not None,
        cross=f"M{x + 3} {y + 3}L{right - 3} {foot - 3}M{x + 3} {foot - 3}L{right - 3} {y + 3}",
        says=_says(point),
    )  # fmt: skip


def _first(point: Point, cell: Cell) -> str:
    if point.role in _COMPOUND_ROLES and point.compound:
        return shorten(point.compound, cell.width - 8, cell.font)
    return _letter(point.role)


def _count(cpm: float | None) -> str:
    return f"{cpm:.0f}" if cpm is not None and 100 <= cpm < 1e7 else significant(cpm)


def _letter(role: str) -> str:
    return ROLES.get(role, _OTHER).letter


def _says(point: Point) -> str:
    said = [f"{point.position}: {point.role.replace('_', ' ')}"]
    if point.compound:
        said.append(one_line(point.compound)[:300])
    if point.concentration_m is not None:
        said.append(molar(point.concentration_m))
    said.append(f"{significant(point.cpm, 6)} cpm" if finite([point.cpm]) else "no counts")
    if point.masked is not None:
        said.append(f"masked: {one_line(point.masked)[:300]}")
    return ", ".join(said)


def _role_legend(points: Sequence[Point]) -> list[dict[str, Any]]:
    present = [role for role in ROLES if any(point.role == role for point in points)]
    shown, x = [], _LEFT
    for role in present:
        name = role.replace("_", " ")
        shown.append({"x": x, "letter": _letter(role), "name": name, "outline": ROLES[role]})
        x += 32 + 7.0 * len(name) + 18
    return shown


def _colour_legend(scale: Colours) -> dict[str, Any]:
    pieces, bar = 40, 320.0
    ticks = _decades(scale) if scale.logarithmic else _rounds(scale)
    return {
        "colours": [
            {"x": _LEFT + one * bar / pieces, "width": bar / pieces + 0.4,
             "fill": scale.of((one + 0.5) / pieces)}
            for one in range(pieces)
        ],
        "colour_ticks": [
            Label(round(_LEFT + bar * scale.share(value), 1), says) for value, says in ticks
        ],
        "colour_name": f"cpm, {'logarithmic' if scale.logarithmic else 'linear'} scale",
        "colour_name_x": _LEFT + bar + 14,
    }  # fmt: skip


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
