"""How well a potency repeats: minimum significant difference and ratio.

Eastwood, Farmen, Iversen et al., J Biomol Screen 2006;11:253; Assay Guidance Manual, HTS
validation. The multiplier is 2, as both write it; some programs take a quantile of t instead and
give slightly larger figures.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from labsvc.core.assays.replicates import Spread, spread


@dataclass(frozen=True, slots=True)
class Repeat:
    """Two runs of the same compounds, on log10 of the potencies. Ratios are second over first.

    ``msr``: two potencies further apart than this factor differ. ``limits``: within these ratios
    95 % of the compounds repeat; the Assay Guidance Manual wants them within 0.33 and 3.
    """

    compounds: int
    mean_ratio: float
    msd: float
    msr: float
    limits: tuple[float, float]


def repeated(pairs: Sequence[tuple[float, float]]) -> Repeat:
    """From the potencies of each compound in two runs, all in one unit.

    ValueError with fewer than three compounds, or where a potency is not above zero.
    """
    if len(pairs) < 3:
        raise ValueError(f"{len(pairs)} compounds in two runs: three or more are needed")
    if not all(math.isfinite(one) and one > 0 for pair in pairs for one in pair):
        raise ValueError("every potency must be a number above zero")
    found = spread(math.log10(second) - math.log10(first) for first, second in pairs)
    mean, sd = _known(found)
    msd = 2 * sd
    return Repeat(
        len(pairs), 10**mean, msd, 10**msd, (10 ** (mean - msd), 10 ** (mean + msd))
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """Two runs of the same compounds at one concentration, on their activity in percent.

    ``mean``: second less first. ``msd``: two activities further apart than this differ.
    ``limits``: within these differences 95 % of the compounds repeat.
    """

    compounds: int
    mean: float
    msd: float
    limits: tuple[float, float]


def differing(pairs: Sequence[tuple[float, float]]) -> Difference:
    """From the activity of each compound in two runs, in percent.

    ValueError with fewer than three compounds, or where an activity is no number.
    """
    if len(pairs) < 3:
        raise ValueError(f"{len(pairs)} compounds in two runs: three or more are needed")
    if not all(math.isfinite(one) for pair in pairs for one in pair):
        raise ValueError("every activity must be a number")
    mean, sd = _known(spread(second - first for first, second in pairs))
    return Difference(len(pairs), mean, 2 * sd, (mean - 2 * sd, mean + 2 * sd))


def control_msr(potencies: Sequence[float]) -> float:
    """The MSR of one compound run again and again: 10^(2 sqrt(2) SD of log10 potency).

    ValueError with fewer than three runs, or where a potency is not above zero.
    """
    if len(potencies) < 3 or not all(math.isfinite(one) and one > 0 for one in potencies):
        raise ValueError("three or more potencies above zero are needed")
    _, sd = _known(spread(math.log10(one) for one in potencies))
    return float(10 ** (2 * math.sqrt(2) * sd))


def _known(found: Spread | None) -> tuple[float, float]:
    if found is None or found.sd is None:
        raise ValueError("two or more values are needed for an SD")
    return found.mean, found.sd
