"""Four-parameter inhibition curves: how fast, compared with scipy, how sure, and how honest.

    python benchmarks/fit.py [--json] [--curves 10000] [--many 1000000] [--quick] [--singles]

Makes its own curves from a seed. ``ordinary`` curves have 10 concentrations in triplicate and their
IC50 well inside the range; ``hard`` ones are a hundred each of ten kinds (see ``HARD``). All times
are processor time of one core, linear algebra included, in one run.

``curves_per_second`` and the ratio are the solver's alone, from means per concentration to minima;
scipy's ``curve_fit`` gets the 30 points, the formula as one would write it, and a good start.
``from_points_ratio`` counts what curve_fit does besides: from the 30 points to the parameters with
their standard errors. ``fits_per_second`` is everything: collapsing, intervals, band, remarks; and
``one_..._ms`` one experiment by itself with all its intervals, for every model (``assays.py``).
``--singles`` measures these alone. ``best_known_*_percent``
is the share of curves within 1e-8 of the lowest sum of squares that a dense grid over IC50 and
slope, polished by scipy from its lowest hollows, finds. ``coverage_*_percent`` is how often the
95 % interval of log IC50 held the truth in 10,000 simulated assays with constant scatter.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from functools import partial

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy is there: one core

import numpy as np
from assays import assays  # beside this script
from scipy.optimize import curve_fit, least_squares

from labsvc.core.fit import CurveData, fit_inhibition
from labsvc.core.fitting.arrays import fit_arrays
from labsvc.core.fitting.batch.collapse import collapse_arrays
from labsvc.core.fitting.batch.profile import limits
from labsvc.core.fitting.batch.separable import Lanes
from labsvc.core.fitting.batch.solve import REACH_DECADES, SLOPE_LIMITS, Box
from labsvc.core.fitting.curves import Array, inhibition, inhibition_gradient
from labsvc.core.fitting.general.precision import precision
from labsvc.core.fitting.general.starts import minimise
from labsvc.core.fitting.student import t_quantile

X = np.repeat(np.linspace(-9.5, -5.0, 10), 3)
SINGLY = np.array([-9.0, -8.5, -8.0, -7.5, -7.0, -6.0, -5.0])
WIDE = np.repeat(np.linspace(-14.0, -2.0, 13), 2)
SIX = np.linspace(-9.0, -5.0, 6)
BOX = Box(-4.5 - REACH_DECADES, REACH_DECADES)
BLOCK = 4096


def curves(x: Array, middle: Array, hill: Array, noise: float, seed: int) -> Array:
    """Responses (points, curves) from 100 to 0 with this scatter."""
    clean = inhibition(x[:, None], middle, hill, 100.0, 0.0)
    return clean + np.random.default_rng(seed).normal(0.0, noise, clean.shape)


def ordinary(count: int, seed: int = 10, noise: float = 5.0) -> Array:
    rng = np.random.default_rng(seed)
    middle, hill = rng.uniform(-8.7, -5.8, count), -np.exp(rng.normal(0.0, 0.2, count))
    return curves(X, middle, hill, noise, seed + 1)


def _kind(x: Array, low: float, high: float, noise: float, seed: int, spread: float = 0.2,
          sign: float = -1.0) -> Array:  # fmt: skip
    rng = np.random.default_rng(seed)
    middle = rng.uniform(low, high, 100)
    return curves(x, middle, sign * np.exp(rng.normal(0.0, spread, 100)), noise, seed + 1)


def _missing(y: Array) -> Array:
    return np.where(np.random.default_rng(77).random(y.shape) < 0.4, np.nan, y)


def _outliers(y: Array) -> Array:
    rng = np.random.default_rng(88)
    return np.where(rng.random(y.shape) < 0.1, y + rng.normal(0.0, 60.0, y.shape), y)


def _counted(y: Array) -> Array:
    return np.random.default_rng(99).poisson(1e4 * np.maximum(y, 0.0) + 1e4) / 1e4


HARD: dict[str, tuple[Array, Array]] = {
    "incomplete below": (X, _kind(X, -5.5, -4.3, 5.0, 31)),
    "incomplete above": (X, _kind(X, -10.2, -9.0, 5.0, 32)),
    "flat": (X, _kind(X, 3.0, 4.0, 5.0, 33)),
    "inverted": (X, _kind(X, -8.7, -5.8, 5.0, 34, sign=1.0)),
    "six points": (SIX, _kind(SIX, -8.0, -6.0, 4.0, 35)),
    "12 decades, steep": (WIDE, _kind(WIDE, -12.0, -4.0, 5.0, 36, spread=1.0, sign=-3.0)),
    "40 % missing": (X, _missing(_kind(X, -8.7, -5.8, 5.0, 37))),
    "counts of 1e6": (X, _counted(_kind(X, -8.7, -5.8, 0.0, 38))),
    "noise-free": (X, _kind(X, -8.7, -5.8, 0.0, 39, spread=0.5)),
    "10 % outliers": (X, _outliers(_kind(X, -8.7, -5.8, 3.0, 40))),
}


def singlet_plates(count: int) -> list[list[CurveData]]:
    """Plates of 12 curves of 7 single points in percent specific, as a counter has them.

    1500 cpm totals, 150 cpm non-specific, 3 % pipetting error and Poisson noise.
    """
    rng = np.random.default_rng(7)
    molar = tuple((10**SINGLY).tolist())
    middle = rng.uniform(-8.3, -6.2, (count, 12, 1))
    hill = -np.exp(rng.normal(0.0, 0.15, (count, 12, 1)))
    cpm = inhibition(SINGLY, middle, hill, 1500.0, 150.0)
    counted = rng.poisson(cpm * rng.normal(1.0, 0.03, cpm.shape))
    percent = ((counted - 150) / 13.5).tolist()
    return [[CurveData(molar, tuple(y), direction="falling") for y in one] for one in percent]


def lanes_of(y: Array) -> Lanes:
    mean = y.reshape(10, 3, -1).mean(axis=1)
    centred = (mean - mean.mean(axis=0)) / mean.std(axis=0)
    count = y.shape[1]
    weight = np.full(mean.shape, 3.0)
    axis = (X[::3] - X[-1])[:, None]
    return Lanes(axis, weight, centred, np.zeros(count), np.ones(count), True, True)


def seconds(work: Callable[[], object], repeats: int = 3) -> float:
    """The quickest of a few runs: what a core can do when it is not doing something else."""
    taken = []
    for _ in range(repeats):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return min(taken)


def typical_ms(plates: list[list[CurveData]]) -> float:
    """Processor time of one plate: the median."""
    return 1e3 * statistics.median(
        seconds(partial(fit_inhibition, "inhibition_4pl", plate), 1) for plate in plates
    )


def plain(x: Array, log10_ic50: float, hill: float, top: float, bottom: float) -> Array:
    """The formula as one would write it."""
    return np.asarray(bottom + (top - bottom) / (1 + 10 ** ((log10_ic50 - x) * hill)))


def scipy_fits(y: Array) -> None:
    for one in y.T:
        scipy_fit(one)


def scipy_fit(y: Array) -> None:
    start = (X[np.abs(y - y.mean()).argmin()], -1.0, y.max(), y.min())
    try:
        curve_fit(plain, X, y, p0=start)
    except RuntimeError:
        return


def compared(y: Array) -> tuple[float, float]:
    """Seconds a curve, ours and scipy's, taken in turns: both see the same machine."""
    lanes, ours, theirs = lanes_of(y), [], []
    for turn in range(5):
        ours.append(seconds(lambda: minimise(lanes, None, BOX), 2) / y.shape[1])
        theirs.append(seconds(partial(scipy_fits, y[:, 40 * turn : 40 * turn + 40]), 1) / 40)
    return statistics.median(ours), statistics.median(theirs)


def best_known_percent(sets: list[tuple[Array, Array]], each: int) -> float:
    reached = tried = 0
    for x, y in sets:
        found = fit_arrays(10**x, y[:, :each])
        for n in np.flatnonzero(found.answered).tolist():
            used = np.isfinite(y[:, n])
            known, about = lowest(x[used], y[used, n])
            reached += bool(found.sum_of_squares[n] <= known * (1 + 1e-8) + 1e-22 * about)
            tried += 1
    return 100.0 * reached / tried


def lowest(x: Array, y: Array) -> tuple[float, float]:
    """The lowest sum of squares known, and that about the mean: independent of the fitter.

    300 x 80 places and slopes with the plateaus by linear least squares; scipy from the five
    lowest hollows.
    """
    middles = np.linspace(x.min() - REACH_DECADES, x.max() + REACH_DECADES, 300)
    middles = np.unique(np.append(middles, np.linspace(x.min() - 0.5, x.max() + 0.5, 200)))
    slopes = np.geomspace(*SLOPE_LIMITS, 80)
    shape = inhibition(x, middles[:, None, None], -slopes[:, None], 1.0, 0.0)
    shape = shape - shape.mean(axis=2, keepdims=True)
    off = y - y.mean()
    spread = (shape**2).sum(axis=2)
    sums = off @ off - np.where(spread > 1e-12, (shape @ off) ** 2 / np.maximum(spread, 1e-12), 0.0)
    around = np.pad(sums, 1, constant_values=np.inf)
    hollow = np.minimum.reduce([around[:-2, 1:-1], around[2:, 1:-1],
                                around[1:-1, :-2], around[1:-1, 2:]]) >= sums  # fmt: skip
    rows, columns = np.nonzero(hollow)
    first = np.argsort(sums[rows, columns])[:5]
    starts = zip(middles[rows[first]], slopes[columns[first]], strict=True)
    return min(_polished(x, y, *start) for start in starts), float(off @ off)


def _polished(x: Array, y: Array, middle: float, slope: float) -> float:
    def residual(p: Array) -> Array:
        share = inhibition(x, p[0], -np.exp(p[1]), 1.0, 0.0)
        columns = np.column_stack([share, 1 - share])
        return np.asarray(y - columns @ np.linalg.lstsq(columns, y, rcond=None)[0])

    low = [x.min() - REACH_DECADES, np.log(SLOPE_LIMITS[0])]
    high = [x.max() + REACH_DECADES, np.log(SLOPE_LIMITS[1])]
    start = np.clip([middle, np.log(slope)], np.array(low) + 1e-9, np.array(high) - 1e-9)
    found = least_squares(residual, start, bounds=(low, high), xtol=3e-16, ftol=3e-16, gtol=3e-16)
    return float(2 * found.cost)


def refused_percent() -> float:
    """All-NaN and two-concentration curves: all must end as ``too_few_points``."""
    molar = tuple((10**X).tolist())
    two = ((1e-8, 1e-7) * 10, (90.0, 10.0) * 10)
    asked = [CurveData(molar, (float("nan"),) * 30), CurveData(*two)] * 100
    fits = fit_inhibition("inhibition_4pl", asked)
    return 100.0 * sum(fit.status == "too_few_points" for fit in fits) / len(fits)


def coverage_percent(x: Array, noise: float, count: int) -> float:
    """How often the interval of log IC50 held the truth; an open end holds everything."""
    rng = np.random.default_rng(5)
    middle, hill = rng.uniform(-8.3, -6.3, count), -np.exp(rng.normal(0.0, 0.15, count))
    low, high = fit_arrays(10**x, curves(x, middle, hill, noise, 6)).limits
    inside = (middle >= np.where(np.isnan(low), -np.inf, low)) & (
        middle <= np.where(np.isnan(high), np.inf, high)
    )
    return float(100.0 * inside.mean())


def many_us(count: int) -> float:
    """Everything but judgement, block after block: microseconds a curve."""
    molar, block = 10**X, ordinary(BLOCK)
    taken = 0.0
    for first in range(0, count, BLOCK):
        y = block[:, : min(BLOCK, count - first)] + first * 1e-7
        taken += seconds(partial(fit_arrays, molar, y), 1)
    return 1e6 * taken / count


def profile_us(y: Array) -> float:
    """What the profile limits cost on top, in microseconds a curve."""
    lanes, count = lanes_of(y), y.shape[1]
    best, known, t = minimise(lanes, None, BOX), fit_arrays(10**X, y), t_quantile(26)
    scale = y.reshape(10, 3, -1).mean(axis=1).std(axis=0)
    rise, stride = known.sum_of_squares / scale**2 * t**2 / 26, known.stderr[0] * t
    covariance = _unscaled(lanes, known.log10_ic50, known.hill, known.top, known.bottom)
    tilt = covariance[:, 0, 1] / covariance[:, 0, 0] / known.hill
    work = partial(limits, lanes, best, rise, stride, True, BOX, tilt)
    return float(1e6 * seconds(work) / count)


def _unscaled(lanes: Lanes, *values: Array) -> Array:
    jacobian = inhibition_gradient(X[::3, None], *values)
    return precision(jacobian, lanes.weight, np.ones(4, dtype=np.bool_)).unscaled


def from_points(y: Array) -> Array:
    """What curve_fit gives, from the points: the parameters, and their standard errors."""
    seen = collapse_arrays(X, y, np.ones_like(y))
    spread = np.sqrt(seen.about_mean / len(X))
    zero, count = np.zeros(y.shape[1]), y.shape[1]
    lanes = Lanes(
        seen.x - seen.x[-1], seen.weight, (seen.mean - seen.grand_mean) / spread, zero,
        np.ones(count), True, True,
    )  # fmt: skip
    best = minimise(lanes, None, BOX)
    level, amplitude = best.level * spread + seen.grand_mean, best.amplitude * spread
    top, bottom = level + np.maximum(amplitude, 0.0), level + np.minimum(amplitude, 0.0)
    hill = np.where((amplitude > 0) == (best.sign > 0), best.slope, -best.slope)
    middle = best.log10_ic50 + seen.x[-1]
    unscaled = _unscaled(lanes, middle, hill, top, bottom)
    left = seen.pure_error + spread**2 * best.sum_of_squares
    return np.asarray(np.sqrt(np.einsum("nii->ni", unscaled) * (left / 26)[:, None]))


def one_by_one_ms(count: int) -> dict[str, float]:
    """Processor time of one fit of each model, with its limits: the median over data sets.

    Each is the quicker of two in a row, as a service that has just fitted the like is warm.
    """
    chance, taken = np.random.default_rng(3), dict[str, list[float]]()
    for _ in range(count):
        for name, assay in assays(chance).items():
            work = partial(assay.fitted, assay.measured(chance))
            taken.setdefault(f"one_{name}_ms", []).append(1e3 * seconds(work, 2))
    return {name: statistics.median(each) for name, each in taken.items()}


def measure(count: int, many: int, quick: bool) -> dict[str, float]:
    y, each = ordinary(count), 4 if quick else 100
    ours, theirs = compared(y)
    asked = [
        CurveData(tuple((10**X).tolist()), tuple(y[:, n].tolist())) for n in range(min(1000, count))
    ]
    plates = singlet_plates(60)
    ones = np.ones_like(y)
    figures = {
        "curves_per_second": 1 / ours,
        "ratio_to_scipy_curve_fit": theirs / ours,
        "from_points_ratio": theirs / (seconds(lambda: from_points(y)) / count),
        "best_known_ordinary_percent": best_known_percent([(X, y)], 10 * each),
        "best_known_hard_percent": best_known_percent(list(HARD.values()), each),
        "refused_percent": refused_percent(),
        "coverage_triplicate_percent": coverage_percent(X, 5.0, 100 * each),
        "coverage_singly_percent": coverage_percent(SINGLY, 3.0, 100 * each),
        "profile_us_per_curve": profile_us(y),
        "collapse_us_per_curve": 1e6 * seconds(lambda: collapse_arrays(X, y, ones)) / count,
        "arrays_us_per_curve": many_us(count),
        "peak_rss_mb_before_many": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "many_us_per_curve": many_us(many),
        "fits_per_second": len(asked) / seconds(lambda: fit_inhibition("inhibition_4pl", asked)),
        "plate_of_12_ms": 1e3 * seconds(lambda: fit_inhibition("inhibition_4pl", asked[:12]), 10),
        "plate_of_12_singlet_ms": typical_ms(plates),
        "one_curve_ms": typical_ms([plate[:1] for plate in plates]),
        **one_by_one_ms(4 if quick else 60),
    }
    return {**figures, "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--curves", type=int, default=10_000)
    parser.add_argument("--many", type=int, default=1_000_000)
    parser.add_argument("--quick", action="store_true", help="few curves: is it alive?")
    parser.add_argument("--singles", action="store_true", help="single fits of every model alone")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")  # curve_fit's, on curves it cannot fit
    many = 20_000 if asked.quick else asked.many
    if asked.singles:
        figures = one_by_one_ms(4 if asked.quick else 60)
    else:
        figures = measure(asked.curves, many, asked.quick)
    if asked.json:
        sys.stdout.write(json.dumps(figures) + "\n")
        return
    for name, value in figures.items():
        sys.stdout.write(f"{name:42s} {value:12,.2f}\n")


if __name__ == "__main__":
    main()
