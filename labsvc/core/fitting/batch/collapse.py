"""Replicates collapsed exactly: the points of curves of one layout as means with weights.

The weighted sum of squares of all points is the pure error (points about the mean of their
concentration) plus the weighted sum of squares of the means: the fit needs only the means, and
nothing is lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite, log10
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from labsvc.core.fitting.curves import LOG_OF_ZERO, Array
from labsvc.core.fitting.sums import one_by_one, summed

# Concentrations equal to nine decimals of log10 are the same concentration: dilution series
# calculated in two ways differ in the last digits of a float.
_DECIMALS = 9


class Layout(NamedTuple):
    """Sorted log10 concentrations of all points, relative to the highest one: a batch's key."""

    x: tuple[float, ...]


class Points(NamedTuple):
    """One curve's points in order of concentration; those that do not count are not among them."""

    layout: Layout
    log10_highest: float
    responses: tuple[float, ...]
    weights: tuple[float, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Collapsed:
    """Curves of one layout. Arrays are (concentrations, curves) or (curves,).

    ``x`` (concentrations, 1) is relative to the layout's highest concentration. Weights average 1
    over the points used; ``weight_scale`` times them gives the weights as they came.
    ``about_mean`` is the weighted sum of squares of all points about their mean, ``pure_error``
    that about the means of their concentrations.
    """

    x: Array
    weight: Array
    mean: Array
    count: Array
    grand_mean: Array
    about_mean: Array
    pure_error: Array
    weight_scale: Array


def points(
    concentrations_m: Sequence[float], responses: Sequence[float], weights: Sequence[float]
) -> Points:
    """The points that count, sorted: what was left out leaves no trace in what is calculated."""
    rows = zip(concentrations_m, responses, weights, strict=True)
    if _all_usable(concentrations_m, responses, weights):
        ordered = sorted(rows)
    else:
        ordered = sorted(one for one in rows if _counts(*one))
    if not ordered:
        return Points(Layout(()), 0.0, (), ())
    molar, read, weighed = zip(*ordered, strict=True)
    return Points(*_layout(molar), read, weighed)


def _all_usable(molar: Sequence[float], read: Sequence[float], weights: Sequence[float]) -> bool:
    """Whether no point is missing, said from sums: most curves are whole, and there are many."""
    return (
        isfinite(sum(molar) + sum(read) + sum(weights))
        and min(molar, default=0.0) >= 0
        and min(weights, default=0.0) > 0
    )


@lru_cache(maxsize=256)
def _layout(molar: tuple[float, ...]) -> tuple[Layout, float]:
    """The layout of sorted concentrations, and log10 of the highest: the same plate after plate."""
    highest = log10(molar[-1]) if molar[-1] > 0 else 0.0
    logs = (round(log10(c) - highest, _DECIMALS) if c > 0 else LOG_OF_ZERO for c in molar)
    return Layout(tuple(logs)), highest


def _counts(molar: float, response: float, weight: float) -> bool:
    """Whether the point says anything: it is not missing, and carries weight."""
    return isfinite(molar) and molar >= 0 and isfinite(response) and isfinite(weight) and weight > 0


def collapse(curves: list[Points]) -> Collapsed:
    """Curves that share one layout, collapsed to their concentrations."""
    return collapse_arrays(
        np.array(curves[0].layout.x),
        np.array([one.responses for one in curves]).T,
        np.array([one.weights for one in curves]).T,
    )


def collapse_arrays(x_of_points: Array, y: Array, raw: Array) -> Collapsed:
    """The same from arrays: x (points,), responses and weights (points, curves).

    A point that is missing has response 0 and weight 0.
    """
    x, where, belongs = _places(x_of_points.tobytes())
    y, raw = np.ascontiguousarray(y), np.ascontiguousarray(raw)
    used = (raw > 0).astype(np.float64)
    total = summed(used)
    weight_scale = np.where(total > 0, summed(raw) / np.maximum(total, 1), 1.0)
    w = raw / weight_scale
    weight = _gathered(belongs, w)
    grand = summed(w * y) / np.maximum(total, 1)
    off = np.where(w > 0, y - grand, 0.0)
    mean = _gathered(belongs, w * off) / np.where(weight > 0, weight, 1.0)
    return Collapsed(
        x=x[:, None],
        weight=weight,
        mean=mean + grand,
        count=_gathered(belongs, used),
        grand_mean=grand,
        about_mean=summed(w * off**2),
        pure_error=summed(w * np.where(w > 0, off - mean[where], 0.0) ** 2),
        weight_scale=weight_scale,
    )


def _gathered(belongs: Array, terms: Array) -> Array:
    """The sums (concentrations, curves) of terms (points, curves)."""
    return np.ascontiguousarray(one_by_one(terms, belongs.T).T)


@lru_cache(maxsize=64)
def _places(x_of_points: bytes) -> tuple[Array, NDArray[np.intp], Array]:
    """The concentrations, which of them each point has, and that as (concentrations, points).

    The same plate after plate: none of them is to be written to.
    """
    x, where = np.unique(np.frombuffer(x_of_points), return_inverse=True)
    return x, where, (np.arange(len(x))[:, None] == where).astype(np.float64)
