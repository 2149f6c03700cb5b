"""Inhibition curves as arrays: for refitting very many, where a ``Fit`` for each is too much.

The numbers are those of ``fit_inhibition``, without its judgement: whoever takes them from here
looks at ``converged``, ``limits`` and ``dependency`` himself. Give a few thousand curves at a
time, and memory stays flat however many there are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from labsvc.core.fitting.batch.attempt import Key, measure
from labsvc.core.fitting.batch.collapse import Layout, collapse_arrays
from labsvc.core.fitting.curves import LOG_OF_ZERO, Array, distinct, log10_molar

_FEWEST_CONCENTRATIONS = 4
_FREE = (4, 3)  # parameters: with a free slope, and without


@dataclass(frozen=True, slots=True, eq=False)
class FittedArrays:
    """Arrays of (curves,); NaN where ``answered`` is false: too few points or concentrations.

    ``stderr`` (4, curves) and ``dependency`` (4, curves) are of log10 IC50, hill, top, bottom.
    ``limits`` (2, curves) are the 95 % profile limits of log10 IC50, NaN where open. Sums of
    squares are weighted.
    """

    log10_ic50: Array
    hill: Array
    top: Array
    bottom: Array
    stderr: Array
    dependency: Array
    limits: Array
    sum_of_squares: Array
    degrees_of_freedom: NDArray[np.intp]
    converged: NDArray[np.bool_]
    answered: NDArray[np.bool_]


def fit_arrays(
    concentrations_m: Array,
    responses: Array,
    weights: Array | None = None,
    slope: float | None = None,
) -> FittedArrays:
    """Fit curves measured at the same concentrations, both plateaus free.

    ``concentrations_m`` (points,) in M, replicates listed separately, 0.0 allowed; ``responses``
    and ``weights`` (points, curves); a response of NaN is missing. ``slope`` is the absolute hill
    where it is fixed (1.0: the three-parameter curve). Raises ValueError where shapes differ or a
    concentration is negative or not finite: no responses, however odd, raise anything.
    """
    y, raw = _checked(concentrations_m, responses, weights)
    x = log10_molar(concentrations_m)
    highest = float(x.max(initial=LOG_OF_ZERO))
    free = _FREE[slope is not None]
    places = np.where(x > LOG_OF_ZERO, np.round(x - highest, 9), LOG_OF_ZERO)
    rows = np.flatnonzero(_answerable(places, raw, free))
    values, answered = np.full((15, y.shape[1]), np.nan), np.zeros(y.shape[1], dtype=np.bool_)
    converged = answered.copy()
    if len(rows):
        seen = collapse_arrays(places, y[:, rows], raw[:, rows])
        key = Key(Layout(tuple(places.tolist())), 0, False, False, slope)
        nothing = np.full(len(rows), np.nan)
        known = measure(key, nothing, nothing, seen)
        values[:, rows] = np.vstack([
            known.values, known.stderr.T, known.dependency.T, known.limits, known.sum_of_squares,
        ])  # fmt: skip
        values[[0, 12, 13]] += highest
        answered[rows], converged[rows] = True, known.converged
    log10_ic50, hill, top, bottom = values[:4]
    return FittedArrays(
        log10_ic50, hill, top, bottom, values[4:8], values[8:12], values[12:14], values[14],
        (raw > 0).sum(axis=0) - free, converged, answered,
    )  # fmt: skip


def _checked(x: Array, responses: Array, weights: Array | None) -> tuple[Array, Array]:
    """Responses and weights, both 0 for a point that is missing."""
    raw = np.ones_like(responses) if weights is None else weights
    if responses.ndim != 2 or len(x) != len(responses) or raw.shape != responses.shape:
        raise ValueError(
            f"found concentrations {np.shape(x)}, responses {responses.shape}, weights "
            f"{raw.shape}: expected (points,), (points, curves), (points, curves)"
        )
    if not (np.isfinite(x) & (x >= 0)).all():
        raise ValueError("found a concentration that is negative or not finite, expected 0 or more")
    used = np.isfinite(responses) & np.isfinite(raw) & (raw > 0)
    return np.where(used, responses, 0.0), np.where(used, raw, 0.0)


def _answerable(x: Array, raw: Array, free: int) -> NDArray[np.bool_]:
    """As ``fit_inhibition`` has it: points and concentrations enough to fit anything at all."""
    used = raw > 0
    places = distinct(x)
    at = np.array([used[x == place].any(axis=0) for place in places]).reshape(len(places), -1)
    tested = at[places > LOG_OF_ZERO].sum(axis=0)
    enough = used.sum(axis=0) >= max(5, free + 1)
    return np.asarray(
        enough & (at.sum(axis=0) >= _FEWEST_CONCENTRATIONS) & (tested >= _FEWEST_CONCENTRATIONS - 1)
    )
