"""The points of a curve: a mark for each replicate, a mean with its SD for each concentration.

A page has hundreds of them. They are written here and not by a template: five times as fast.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from labsvc.filing.axes import is_number
from labsvc.filing.place import Place, written
from labsvc.filing.text import escaped
from labsvc.filing.wording import well
from labsvc.model.notation import significant
from labsvc.model.result import Point


class Mark(NamedTuple):
    """One replicate. ``beyond`` is 1 above the axis, -1 below it, 0 within.

    ``figures`` are its concentration and response as text; ``why`` is why it is masked.
    ``alone``: no other counted replicate stands at its concentration, so no mean covers it.
    A tuple and no dataclass, as it is made four times as fast.
    """

    x: float
    y: str
    well: str
    figures: str
    why: str | None
    beyond: int
    alone: bool

    @property
    def masked(self) -> bool:
        return self.why is not None

    @property
    def says(self) -> str:
        said = f"{self.well[:60]}: {self.figures}"
        return said if self.why is None else f"{said}; masked: {self.why[:300]}"


class Dose(NamedTuple):
    """One concentration: its pixel, its text, and the counted responses that were had there."""

    x: float
    says: str
    seen: list[float]


def doses(points: Iterable[Point], place: Place) -> dict[float | None, Dose]:
    """What replicates share, made once: by concentration, in the order of the points."""
    found: dict[float | None, Dose] = {}
    for one in points:
        dose = one.concentration_m
        if dose not in found:
            found[dose] = Dose(*place.dose(dose), [])
        if one.masked is None and is_number(one.response):
            found[dose].seen.append(one.response)
    return found


def marks(
    points: Iterable[Point], found: Mapping[float | None, Dose], place: Place
) -> tuple[Mark, ...]:
    """A mark for every point with a response, in their order."""
    seen = [(one, one.response) for one in points if is_number(one.response)]
    heights = written(place.up.tenths([response for _, response in seen]))
    return tuple(
        [
            _mark(one, response, y, place.beyond(response), found[one.concentration_m])
            for (one, response), y in zip(seen, heights, strict=True)
        ]
    )


def _mark(point: Point, response: float, y: str, beyond: int, at: Dose) -> Mark:
    said = f"{at.says}, {significant(response)}"
    return Mark(at.x, y, well(point), said, point.masked, beyond, len(at.seen) < 2)


def counted_svg(drawn: Iterable[Mark]) -> str:
    """The marks that count, filled."""
    return "\n".join([_counted(mark) for mark in drawn if mark.why is None])


def masked_svg(drawn: Iterable[Mark]) -> str:
    """The marks that are masked, to be drawn hollow."""
    return "\n".join([_masked(mark) for mark in drawn if mark.why is not None])


def _counted(mark: Mark) -> str:
    place = escaped(mark.well)
    says = f"{place if len(place) <= 60 else escaped(mark.well[:60])}: {mark.figures}"
    if mark.beyond:
        return f'<path data-well="{place}" {_arrow(mark, says)}'
    look = 'r="3.6" fill-opacity="1"' if mark.alone else 'r="2.4"'
    at = f'cx="{mark.x}" cy="{mark.y}"'
    return f'<circle data-well="{place}" {at} {look}><title>{says}</title></circle>'


def _masked(mark: Mark) -> str:
    which = f'data-well="{escaped(mark.well)}" data-masked="yes"'
    says = escaped(mark.says)
    if mark.beyond:
        return f"<path {which} {_arrow(mark, says)}"
    at = f'cx="{mark.x}" cy="{mark.y}"'
    return f'<circle {which} {at} r="3.4"><title>{says}</title></circle>'


def _arrow(mark: Mark, says: str) -> str:
    # Off the scale: an arrow at the edge. ``says`` is escaped.
    shape = f"M{mark.x - 4:.1f} {mark.y}h8l-4 {-7 * mark.beyond}z"
    return f'd="{shape}"><title>{says} (off the scale)</title></path>'


def means(found: Iterable[Dose], place: Place) -> tuple[str, str]:
    """Two paths: dots and whiskers, for each concentration with two or more counted replicates."""
    replicates = [one for one in found if len(one.seen) > 1]
    middle = [sum(one.seen) / len(one.seen) for one in replicates]
    spread = [_sd(one.seen, mean) for one, mean in zip(replicates, middle, strict=True)]
    rows = zip(
        [one.x for one in replicates],
        written(place.up.tenths(middle)),
        written(place.up.tenths([mean + sd for mean, sd in zip(middle, spread, strict=True)])),
        written(place.up.tenths([mean - sd for mean, sd in zip(middle, spread, strict=True)])),
        strict=True,
    )
    drawn = [_mean(*row) for row in rows]
    return "".join([dot for dot, _ in drawn]), "".join([bar for _, bar in drawn])


def _sd(seen: Sequence[float], mean: float) -> float:
    return math.sqrt(sum([(one - mean) ** 2 for one in seen]) / (len(seen) - 1))


def _mean(x: float, y: str, top: str, bottom: str) -> tuple[str, str]:
    left = f"{x - 3:.1f}"
    circle = f"M{x - 3.4:.1f} {y}a3.4 3.4 0 1 0 6.8 0a3.4 3.4 0 1 0 -6.8 0z"
    return circle, f"M{x} {top}V{bottom}M{left} {top}h6M{left} {bottom}h6"
