"""Where on the plate counts are off: edge, rows, columns, drift, harvester, detectors.

Wells that hold the same (a control, or one compound at one concentration) should read the same
wherever they stand. The effect of a place is the median, over its wells, of ln(counts) less the
median of the like wells elsewhere; one wild well does not move it. Where all like wells stand in
the same place nothing can be told, and that is said.

An effect is taken for real beyond so many standard errors, from the robust scatter (1.4826 MAD) of
like wells. Drift is the median slope of all pairs of like wells, weighted by their distance
(Theil, Proc. Kon. Ned. Akad. v. Wetensch. 1950;53:386; Sen, J Am Stat Assoc 1968;63:1379).
The Assay Guidance Manual calls edge effects and drift below 20 % insignificant.

On the way of every plate: lists and sorting, since numpy costs more for two to eight values.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

MEDIAN_COSTS = math.pi / 2
"""The variance of a median of normal values over that of their mean."""
FEWEST = 3
"""Wells of a place: with fewer, one wild well would be the median or half of it."""
ONE_ERRORS, MANY_ERRORS = 3.5, 4.0
"""Standard errors beyond which an effect is real: for one place, for the worst of many."""


class PlacedWell(NamedTuple):
    """A well (row from 0, column from 1) of the like wells ``like``; ``value`` as compared."""

    row: int
    column: int
    like: Hashable
    value: float
    detector: str | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """How far the wells of a place lie from their like wells elsewhere, with its standard error.

    Both in the unit of the values: for ln(counts) 0.1 is about 10 %.
    """

    place: str
    size: float
    error: float
    wells: int

    def real(self, errors: float) -> bool:
        """Whether it is more than scatter."""
        return abs(self.size) > errors * self.error


Likes = Sequence[Sequence[PlacedWell]]
Key = Callable[[PlacedWell], str | None]


def likes(wells: Iterable[PlacedWell]) -> Likes:
    """The wells by what they hold, where two or more hold the same."""
    found: dict[Hashable, list[PlacedWell]] = {}
    for one in wells:
        found.setdefault(one.like, []).append(one)
    return [group for group in found.values() if len(group) > 1]


def scatter(groups: Likes) -> float:
    """The SD of one well about its like wells, robust: 1.4826 times the median deviation."""
    deviations: list[float] = []
    for group in groups:
        count = len(group)
        mean = sum([one.value for one in group]) / count
        freed = math.sqrt(count / (count - 1))
        deviations += [abs(one.value - mean) * freed for one in group]
    return 1.4826 * _median(deviations) if deviations else 0.0


def effects(groups: Likes, key: Key, sd: float) -> list[Effect]:
    """The effect of each place, the wells with one ``key``; ``sd`` is the scatter of a well.

    Places of which too few wells have like wells elsewhere are left out; a well whose key is None
    is elsewhere.
    """
    differences: dict[str, list[float]] = {}
    variances: dict[str, float] = {}
    for group in groups:
        if len(group) == 2:  # by far the most: duplicates
            one, other = group
            _compare_two(one, other, key, differences, variances)
            continue
        parts: dict[str | None, list[float]] = {}
        for one in group:
            parts.setdefault(key(one), []).append(one.value)
        if len(parts) > 1:
            _compare(parts, differences, variances)
    return [
        Effect(place, _median(found), _error(sd, variances[place], len(found)), len(found))
        for place, found in differences.items()
        if len(found) >= FEWEST
    ]


def _compare_two(
    one: PlacedWell,
    other: PlacedWell,
    key: Key,
    differences: dict[str, list[float]],
    variances: dict[str, float],
) -> None:
    """As ``_compare``, of a well and its duplicate."""
    here, there, difference = key(one), key(other), one.value - other.value
    if here == there:
        return
    for place, size in ((here, difference), (there, -difference)):
        if place is not None:
            differences.setdefault(place, []).append(size)
            variances[place] = variances.get(place, 0.0) + 2.0


def _compare(
    parts: dict[str | None, list[float]],
    differences: dict[str, list[float]],
    variances: dict[str, float],
) -> None:
    """Add what one group of like wells tells of each of its places."""
    for place, within in parts.items():
        if place is None:
            continue
        without = [value for other, part in parts.items() if other != place for value in part]
        middle, count = _median(without), len(within)
        differences.setdefault(place, []).extend([one - middle for one in within])
        added = count + count * count / len(without)
        variances[place] = variances.get(place, 0.0) + added


def _error(sd: float, variance: float, count: int) -> float:
    return sd * math.sqrt(MEDIAN_COSTS * variance) / count


def _median(values: list[float]) -> float:
    """As ``statistics.median``, of one value or more; that costs four times as much."""
    count, ordered = len(values), sorted(values)
    return (ordered[(count - 1) // 2] + ordered[count // 2]) / 2


def worst(found: Sequence[Effect]) -> Effect | None:
    """The largest effect; of those that are as large within the standard error, the low one.

    Among duplicates in two places, one low and the other high are the same difference, and what
    is lost is the commoner fault.
    """
    largest = max(found, key=_size, default=None)
    if largest is None:
        return None
    near = [one for one in found if _size(one) >= _size(largest) - largest.error]
    return min(near, key=lambda one: one.size)


def _size(one: Effect) -> float:
    return abs(one.size)


def lowest(found: Sequence[Effect]) -> Effect | None:
    """The place that lies lowest against its like wells."""
    return min(found, key=lambda one: one.size, default=None)


def highest(found: Sequence[Effect]) -> Effect | None:
    """The place that lies highest above its like wells."""
    return max(found, key=lambda one: one.size, default=None)


def row_of(one: PlacedWell) -> str:
    return _ROWS[one.row]


def column_of(one: PlacedWell) -> str:
    return _COLUMNS[one.column]


_ROWS = tuple(f"row {chr(ord('A') + row)}" for row in range(26))
_COLUMNS = tuple(f"column {column}" for column in range(100))


def outer_of(rows: int, columns: int) -> Key:
    """Of a plate of ``rows`` x ``columns`` the wells at its edge."""

    def outer(one: PlacedWell) -> str | None:
        at_edge = one.row in (0, rows - 1) or one.column in (1, columns)
        return "outer wells" if at_edge else None

    return outer


def tile(rows: int, columns: int) -> Callable[[PlacedWell], str]:
    """The probe or detector of a head of ``rows`` x ``columns`` that steps over the plate."""

    def number(one: PlacedWell) -> str:
        return f"number {(one.row % rows) * columns + (one.column - 1) % columns + 1}"

    return number


def drift(
    groups: Likes, sd: float, length: int, along: Callable[[PlacedWell], int], words: str
) -> Effect | None:
    """The change from the first to the last of ``length`` rows or columns, given by ``along``."""
    slopes: list[tuple[float, float]] = []
    spread = 0.0
    for group in groups:
        count = len(group)
        for one, other in combinations(group, 2):
            if step := along(other) - along(one):
                slopes.append(((other.value - one.value) / step, float(abs(step))))
                spread += step * step / count  # the sum of squares about the mean, pair by pair
    if len(slopes) < FEWEST:
        return None
    size, error = _weighted_median(slopes), sd * math.sqrt(MEDIAN_COSTS / spread)
    return Effect(words, size * (length - 1), error * (length - 1), len(slopes))


def _weighted_median(weighed: list[tuple[float, float]]) -> float:
    """Of pairs of value and weight: half of the weight lies to either side."""
    half, passed = sum([weight for _, weight in weighed]) / 2, 0.0
    ordered = sorted(weighed)
    for at, (value, weight) in enumerate(ordered):
        passed += weight
        if passed > half:
            return value
        if passed == half:
            return (value + ordered[at + 1][0]) / 2
    return ordered[-1][0]
