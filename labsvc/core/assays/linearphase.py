"""How long an uptake time course is linear: rates are only meant up to there.

From the longest time downwards, the points up to that time are fitted by a straight line and by a
parabola; the extra-sum-of-squares F test says whether the bend is real. The largest time without a
significant bend ends the linear phase. Few or scattered points show no bend, so ``p`` and the
number of times are told with the answer: it is "no curvature shown", not "proven straight".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np

from labsvc.core.fitting.curves import Array
from labsvc.core.fitting.student import f_tail

_P = 0.05
_FEWEST_TIMES = 3
_FEWEST_POINTS = 4
_EXACT = 1e-24  # of the spread: a sum of squares below it is rounding


@dataclass(frozen=True, slots=True)
class LinearPhase:
    """Until when (minutes, None: not to be told), at what rate (response per minute), and why.

    ``p``: of the bend in the linear part; ``p_beyond``: of that with the next time, None where
    the course is linear throughout.
    """

    until_minutes: float | None
    rate: float | None
    p: float | None
    p_beyond: float | None
    sentence: str


def linear_phase(minutes: Sequence[float], responses: Sequence[float]) -> LinearPhase:
    """The linear phase of a time course; replicates are points, NaN responses do not count.

    Needs four points at three times. ValueError where the two differ in length.
    """
    rows = [(t, y) for t, y in zip(minutes, responses, strict=True) if isfinite(t) and isfinite(y)]
    x, y = np.array(rows, dtype=np.float64).reshape(-1, 2).T
    times = sorted(set(x.tolist()))
    beyond: float | None = None
    for end in reversed(times):
        part = x <= end
        if len(set(x[part].tolist())) < _FEWEST_TIMES or part.sum() < _FEWEST_POINTS:
            break
        p = _bend_p(x[part], y[part])
        if p > _P:
            return _linear(end, x[part], y[part], p, beyond, times)
        beyond = p
    if beyond is None:
        sentence = (
            f"Found {len(x)} points at {len(times)} times; a linear phase needs 4 at 3 times."
        )
        return LinearPhase(None, None, None, None, sentence)
    sentence = (
        f"Curved from the start (F test for curvature, p = {beyond:.2g} with the first times): "
        "take earlier times."
    )
    return LinearPhase(None, None, None, beyond, sentence)


def _linear(
    end: float, x: Array, y: Array, p: float, beyond: float | None, times: Sequence[float]
) -> LinearPhase:
    rate = float(np.polyfit(x, y, 1)[0])
    used = sum(1 for time in times if time <= end)
    after = f"; with the next time p = {beyond:.2g}" if beyond is not None else ", the whole course"
    sentence = (
        f"Linear to {end:g} min ({used} times, F test for curvature, p = {p:.2g}{after}): "
        f"take rates up to {end:g} min only."
    )
    return LinearPhase(end, rate, p, beyond, sentence)


def _bend_p(x: Array, y: Array) -> float:
    """The F test of a parabola against a straight line: the p of the bend."""
    at = (x - x.mean()) / (x.max() - x.min())
    line, bent = (_sum_of_squares(at, y, degree) for degree in (1, 2))
    left, spread = len(x) - 3, float(((y - y.mean()) ** 2).sum())
    if line <= _EXACT * spread:
        return 1.0
    if bent <= _EXACT * spread:
        return 0.0
    return f_tail((line - bent) / (bent / left), 1, left)


def _sum_of_squares(x: Array, y: Array, degree: int) -> float:
    return float(((y - np.polyval(np.polyfit(x, y, degree), x)) ** 2).sum())
