"""The points of a curve: a mark for each replicate, a mean with its SD for each concentration.

A page has hundreds of them. They are written here and not by a template: five times as fast.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import compress
from typing import NamedTuple

from labsvc.filing.axes import is_number
from labsvc.filing.place import Place
from labsvc.filing.text import escaped
from labsvc.filing.wording import well
from labsvc.model.notation import significant
from labsvc.model.result import Point

_LONGEST = 60  # letters of a well's name in a title
_COUNTED, _ALONE, _MASKED = 'r="2.4"', 'r="3.6" fill-opacity="1"', 'r="3.4"'


class Marks(NamedTuple):
    """The replicates as SVG: those that count, to be filled, and the masked, to be hollow."""

    counted: str
    masked: str


def counted(points: Iterable[Point]) -> dict[float | None, list[float]]:
    """The responses that count at each concentration, in the order of the points."""
    found: dict[float | None, list[float]] = {}
    for one in points:
        if one.masked is None and is_number(one.response):
            found.setdefault(one.concentration_m, []).append(one.response)
    return found


def marks(
    points: Iterable[Point], found: Mapping[float | None, Sequence[float]], place: Place
) -> Marks:
    """A mark for every point with a response, in their order. ``found`` are those that count."""
    seen = [(one, one.response) for one in points if is_number(one.response)]
    heights = place.heights([response for _, response in seen])
    # Without company no mean covers a replicate: it stands for itself.
    sizes = {dose: _ALONE if len(those) == 1 else _COUNTED for dose, those in found.items()}
    drawn = [
        _mark(one, response, y, place, sizes)
        for (one, response), y in zip(seen, heights, strict=True)
    ]
    hollow = [one.masked is not None for one, _ in seen]
    if not any(hollow):
        return Marks("\n".join(drawn), "")
    full = [not one for one in hollow]
    return Marks("\n".join(compress(drawn, full)), "\n".join(compress(drawn, hollow)))


def _mark(
    point: Point, response: float, y: str, place: Place, sizes: Mapping[float | None, str]
) -> str:  # fmt: skip
    where, (x, at, says) = well(point), place.dose(point.concentration_m)
    name = escaped(where)
    brief = name if len(name) <= _LONGEST else escaped(where[:_LONGEST])
    says = f"{brief}: {says}, {significant(response)}"
    if point.masked is None:
        which, size = f'data-well="{name}"', sizes[point.concentration_m]
    else:
        which, size = f'data-well="{name}" data-masked="yes"', _MASKED
        says += f"; masked: {escaped(point.masked[:300])}"
    if beyond := place.beyond(response):  # an arrow at the edge
        shape = f"M{x - 4:g} {y}h8l-4 {-7 * beyond}z"
        return f'<path {which} d="{shape}"><title>{says} (off the scale)</title></path>'
    return f'<circle {which} cx="{at}" cy="{y}" {size}><title>{says}</title></circle>'


def means(found: Mapping[float | None, Sequence[float]], place: Place) -> tuple[str, str]:
    """Two paths: dots and whiskers, for each concentration with two or more counted replicates."""
    replicates = {dose: those for dose, those in found.items() if len(those) > 1}
    if not replicates:
        return "", ""
    middle = [sum(those) / len(those) for those in replicates.values()]
    spread = [_sd(those, mean) for those, mean in zip(replicates.values(), middle, strict=True)]
    rows = zip(
        [place.dose(one).x for one in replicates],
        place.heights(middle),
        place.heights([mean + sd for mean, sd in zip(middle, spread, strict=True)]),
        place.heights([mean - sd for mean, sd in zip(middle, spread, strict=True)]),
        strict=True,
    )
    drawn = [_mean(*row) for row in rows]
    return "".join([dot for dot, _ in drawn]), "".join([bar for _, bar in drawn])


def _sd(seen: Sequence[float], mean: float) -> float:
    return math.sqrt(sum([(one - mean) ** 2 for one in seen]) / (len(seen) - 1))


def _mean(x: float, y: str, top: str, bottom: str) -> tuple[str, str]:
    left = f"{x - 3:.1f}"
    circle = f"M{x - 3.4:.1f} {y}a3.4 3.4 0 1 0 6.8 0a3.4 3.4 0 1 0 -6.8 0z"
    return circle, f"M{x:g} {top}V{bottom}M{left} {top}h6M{left} {bottom}h6"
