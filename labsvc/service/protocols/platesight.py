"""The layout that a counted plate seems to have: a proposal for a person to correct.

Seen are controls that fill an edge column or row (high: total, low: non-specific), and dilution
series across or down the rest, with neighbouring lines that are alike as replicates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, product

import numpy as np
from numpy.typing import NDArray

from labsvc.model.plate import FORMATS, row_and_column, well

HIGH, LOW = 0.6, 0.3
"""Of the plate's span: above, a well may be total; below, non-specific."""
SPAN = 0.4
"""A line that spans less is flat: it shows no direction."""
RISES = 0.75
"""The rank correlation of a line with its place, from which it is a series."""
ALIKE = 0.12
"""Lines that differ by less than this share of the span are replicates."""
SAME_NOISE = 1.3
Grid = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sight:
    """``total``, ``nonspecific`` and ``blocks`` as a protocol writes them (``A01-D01``).

    ``blocks``: for each slot its block and ``across`` or ``down``. ``levels``: each counted well
    from 0 (the plate's lowest) to 9.
    """

    size: int
    total: tuple[str, ...]
    nonspecific: tuple[str, ...]
    blocks: tuple[tuple[str, str], ...]
    levels: Mapping[str, str]
    marks: Mapping[str, str]


def sight(rates: Mapping[str, float], size: int) -> Sight:
    """What the count rates by well show; ``rates`` must hold two wells or more."""
    share = _share(rates, size)
    levels = {well(r, c + 1): str(min(9, int(10 * share[r, c]))) for r, c in _counted(share)}
    high, low = _controls(share)
    inner = _without(share, {*high, *low})
    blocks = tuple(_blocks(share, inner)) if inner else ()
    marks = {well(r, c + 1): "T" for r, c in high} | {well(r, c + 1): "N" for r, c in low}
    for number, (block, _) in enumerate(blocks, 1):
        marks |= dict.fromkeys(_wells(block), str(number))
    return Sight(size, tuple(_spans(high)), tuple(_spans(low)), blocks, levels, marks)


def _share(rates: Mapping[str, float], size: int) -> Grid:
    """Each well between the plate's 5th and 95th percentile, from 0 to 1; NaN: not counted."""
    plate = FORMATS[size]
    grid = np.full((plate.rows, plate.columns), np.nan)
    for position, rate in rates.items():
        row, column = row_and_column(position)
        grid[row, column - 1] = rate
    low, high = np.nanpercentile(grid, [5, 95])
    return np.clip((grid - low) / (high - low), 0, 1) if high > low else np.zeros_like(grid)


def _counted(share: Grid) -> Iterator[tuple[int, int]]:
    rows, columns = share.shape
    return ((r, c) for r, c in product(range(rows), range(columns)) if np.isfinite(share[r, c]))


def _controls(share: Grid) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """The wells of edge columns, else of edge rows, that are high or low and nothing between."""
    rows, columns = share.shape
    lines = [[(r, c) for r in range(rows)] for c in (0, columns - 1)]
    found = [line for line in lines if _is_control(share, line)]
    if not found:
        lines = [[(r, c) for c in range(columns)] for r in (0, rows - 1)]
        found = [line for line in lines if _is_control(share, line)]
    # Where one line holds both, a line all low is rather the highest concentration of series.
    both = [line for line in found if len({share[one] >= HIGH for one in line}) > 1]
    wells = [one for line in both or found for one in line]
    high, low = ([w for w in wells if (share[w] >= HIGH) == up] for up in (True, False))
    # With one of them alone nothing is told apart.
    return (high, low) if high and low else ([], [])


def _is_control(share: Grid, line: Sequence[tuple[int, int]]) -> bool:
    """Stretches of high and of low wells, no well alone: series would differ well by well."""
    values = [float(share[one]) for one in line]
    if any(not np.isfinite(v) or LOW < v < HIGH for v in values):
        return False
    stretches = [len(list(same)) for _, same in groupby(value >= HIGH for value in values)]
    return min(stretches) > 1 and len(stretches) <= max(2, len(values) // 4)


def _without(share: Grid, taken: set[tuple[int, int]]) -> tuple[range, range] | None:
    """Rows and columns of the rectangle that the controls leave."""
    left = [one for one in _counted(share) if one not in taken]
    if not left:
        return None
    rows, columns = [r for r, _ in left], [c for _, c in left]
    return range(min(rows), max(rows) + 1), range(min(columns), max(columns) + 1)


def _blocks(share: Grid, inner: tuple[range, range]) -> Iterator[tuple[str, str]]:
    """Each slot: a block from its highest concentration, and the direction of its series."""
    rows, columns = inner
    part = share[rows.start : rows.stop, columns.start : columns.stop]
    across, down = _trends(part), _trends(part.T)
    if not max(_series(across), _series(down)):
        return
    is_across = _series(across) >= _series(down)
    lines, trends = (part, across) if is_across else (part.T, down)
    falls = sum(trend for trend in trends if abs(trend) >= RISES) < 0
    count = _replicates(lines)
    for start in range(0, len(lines) - count + 1, count):
        ends = [(start, 0), (start + count - 1, lines.shape[1] - 1)]
        if falls:
            # Counts fall along the line: the highest concentration is at its end.
            ends = [(start, lines.shape[1] - 1), (start + count - 1, 0)]
        places = [one if is_across else one[::-1] for one in ends]
        first, last = (well(rows.start + r, columns.start + c + 1) for r, c in places)
        yield f"{first}-{last}", "across" if is_across else "down"


def _series(trends: Sequence[float]) -> int:
    return sum(abs(trend) >= RISES for trend in trends)


def _trends(lines: Grid) -> list[float]:
    """The rank correlation of each line with its place; 0 for a line that is flat or not whole."""
    return [_trend(line) for line in lines]


def _trend(line: Grid) -> float:
    if len(line) < 4 or not np.isfinite(line).all() or np.ptp(line) < SPAN:
        return 0.0
    ranks = np.argsort(np.argsort(line)).astype(float)
    return float(np.corrcoef(ranks, np.arange(len(line)))[0, 1])


def _replicates(lines: Grid) -> int:
    """How many neighbouring lines are one compound: the most that are as alike as any."""
    apart = {
        count: _apart(lines, count) for count in (2, 3, 4) if len(lines) % count == 0
    }  # fmt: skip
    alike = {count: found for count, found in apart.items() if found < ALIKE}
    least = min(alike.values(), default=0.0)
    return max((count for count, found in alike.items() if found <= SAME_NOISE * least), default=1)


def _apart(lines: Grid, count: int) -> float:
    """How far the lines of a group scatter about their mean, in the median over groups."""
    groups = lines.reshape(len(lines) // count, count, lines.shape[1])
    # Divided by n - 1: groups of any size with the same noise give the same figure.
    return float(np.nanmedian(np.sqrt(np.nanmean(np.nanvar(groups, axis=1, ddof=1), axis=1))))


def _spans(wells: Sequence[tuple[int, int]]) -> Iterator[str]:
    """The wells as blocks along their column or row: ``A01-D01``."""
    left = sorted(wells, key=lambda one: (one[1], one[0]))
    if len({r for r, _ in left}) < len({c for _, c in left}):
        left.sort()
    start = 0
    for index in range(1, len(left) + 1):
        if index < len(left) and _beside(left[index - 1], left[index]):
            continue
        first, last = (well(r, c + 1) for r, c in (left[start], left[index - 1]))
        yield first if first == last else f"{first}-{last}"
        start = index


def _beside(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return abs(one[0] - other[0]) + abs(one[1] - other[1]) == 1


def _wells(block: str) -> Iterator[str]:
    (row_a, column_a), (row_b, column_b) = map(row_and_column, block.split("-"))
    for row in range(min(row_a, row_b), max(row_a, row_b) + 1):
        for column in range(min(column_a, column_b), max(column_a, column_b) + 1):
            yield well(row, column)
