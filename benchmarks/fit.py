"""Four-parameter inhibition curves: how fast, compared with scipy, and how often the best is found.

    python benchmarks/fit.py [--json] [--curves 4096]

Makes its own curves from a seed: 30 points, 10 concentrations in triplicate. ``ordinary`` curves
have their IC50 well inside the range; ``hard`` ones anywhere, any slope, twice the noise.
``curves_per_second`` and the ratio are those of the solver alone, from means per concentration to
the minimum; scipy gets the 30 points. ``fits_per_second`` is everything: collapsing, intervals,
band, remarks. ``plate_of_12_singlet_ms`` is the processor time of a plate of 12 curves of 7 single
points, where many intervals are wide, open, or end at a step.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import sys
import time
import warnings
from collections.abc import Callable

import numpy as np
from scipy.optimize import curve_fit, least_squares

from labsvc.core.collapse import collapse, points
from labsvc.core.curves import Array, inhibition
from labsvc.core.fit import CurveData, fit_inhibition
from labsvc.core.profile import limits
from labsvc.core.separable import Lanes
from labsvc.core.solve import Box
from labsvc.core.starts import Minimum, minimise

X = np.repeat(np.linspace(-9.5, -5.0, 10), 3)
BOX = Box(-10.5, 6.0)


def curves(count: int, hard: bool) -> Array:
    """Responses (30, count)."""
    rng = np.random.default_rng(20 if hard else 10)
    low, high, spread, noise = (-9.5, -5.0, 0.7, 10.0) if hard else (-8.7, -5.8, 0.2, 5.0)
    middle, hill = rng.uniform(low, high, count), -np.exp(rng.normal(0.0, spread, count))
    return inhibition(X[:, None], middle, hill, 100.0, 0.0) + rng.normal(0, noise, (30, count))


def singlet_plates(count: int) -> list[list[CurveData]]:
    """Plates of 12 curves of 7 single points in percent specific, as a counter has them.

    1500 cpm totals, 150 cpm non-specific, 3 % pipetting error and Poisson noise.
    """
    rng = np.random.default_rng(7)
    x = np.array([-9.0, -8.5, -8.0, -7.5, -7.0, -6.0, -5.0])
    molar = tuple((10**x).tolist())
    middle = rng.uniform(-8.3, -6.2, (count, 12, 1))
    hill = -np.exp(rng.normal(0.0, 0.15, (count, 12, 1)))
    cpm = inhibition(x, middle, hill, 1500.0, 150.0)
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
    """The quickest of a few runs: what the machine can do when it is not doing something else."""
    taken = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return min(taken)


def typical_ms(plates: list[list[CurveData]]) -> float:
    """Processor time of one plate: the median."""
    taken = []
    for plate in plates:
        started = time.process_time()
        fit_inhibition("inhibition_4pl", plate)
        taken.append(time.process_time() - started)
    return 1e3 * statistics.median(taken)


def model(x: Array, log10_ic50: float, hill: float, top: float, bottom: float) -> Array:
    return inhibition(x, log10_ic50, hill, top, bottom)


def scipy_fit(y: Array) -> None:
    start = (X[np.abs(y - y.mean()).argmin()], -1.0, y.max(), y.min())
    try:
        curve_fit(model, X, y, p0=start)
    except RuntimeError:
        return


def best_known_percent(y: Array) -> float:
    """The share of curves whose sum of squares is within 1e-8 of the lowest that is known."""
    lanes = lanes_of(y)
    found = minimise(lanes, None, BOX)
    reached = 0
    for n in range(y.shape[1]):
        known = min(_least(lanes, n, start) for start in (-3.7, -2.2, -0.8))
        reached += bool(found.sum_of_squares[n] <= known * (1 + 1e-8))
    return 100.0 * reached / y.shape[1]


def _least(lanes: Lanes, n: int, start: float) -> float:
    y, x = lanes.y[:, n], lanes.x[:, 0]

    def residual(p: Array) -> Array:
        return np.asarray(np.sqrt(3.0) * (inhibition(x, *p) - y))

    bounds = ([BOX.low, -200.0, -np.inf, -np.inf], [BOX.high, -0.05, np.inf, np.inf])
    found = least_squares(residual, [start, -1.0, 1.0, -1.0], bounds=bounds, xtol=1e-12, ftol=1e-12)
    return float(2 * found.cost)


def measure(count: int) -> dict[str, float]:
    y = curves(count, hard=False)
    molar = tuple(float(10**x) for x in X)
    lanes = lanes_of(y)
    ours = seconds(lambda: minimise(lanes, None, BOX)) / count
    some = min(count, 200)
    theirs = seconds(lambda: [scipy_fit(y[:, n]) for n in range(some)], 1) / some
    best: Minimum = minimise(lanes, None, BOX)
    rise, stride = best.sum_of_squares * 4.2 / 26, np.full(count, 0.1)
    profile = seconds(lambda: limits(lanes, best, rise, stride, True, BOX)) / count
    asked = [CurveData(molar, tuple(y[:, n].tolist())) for n in range(min(count, 1000))]
    read = [points(one.concentrations_m, one.responses, (1.0,) * 30) for one in asked]
    return {
        "curves_per_second": 1 / ours,
        "ratio_to_scipy_curve_fit": theirs / ours,
        "best_known_ordinary_percent": best_known_percent(y[:, :200]),
        "best_known_hard_percent": best_known_percent(curves(200, hard=True)),
        "profile_us_per_curve": 1e6 * profile,
        "collapse_us_per_curve": 1e6 * seconds(lambda: collapse(read)) / len(read),
        "fits_per_second": len(asked) / seconds(lambda: fit_inhibition("inhibition_4pl", asked)),
        "plate_of_12_ms": 1e3 * seconds(lambda: fit_inhibition("inhibition_4pl", asked[:12]), 10),
        "plate_of_12_singlet_ms": typical_ms(singlet_plates(60)),
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--curves", type=int, default=4096)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")  # curve_fit's, on curves it cannot fit
    figures = measure(asked.curves)
    if asked.json:
        sys.stdout.write(json.dumps(figures) + "\n")
        return
    for name, value in figures.items():
        sys.stdout.write(f"{name:30s} {value:12,.1f}\n")


if __name__ == "__main__":
    main()
