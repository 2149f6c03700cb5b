"""The 95 % confidence band of the mean curve, by the delta method."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np

from labsvc.core.fitting.curves import Array, inhibition_with_gradient
from labsvc.core.fitting.evidence import Evidence
from labsvc.core.fitting.student import t_quantile
from labsvc.model.result import Band, BandPoint

_POINTS = 60
_BEYOND_DECADES = 0.25
_SHARES = np.linspace(0.0, 1.0, _POINTS)


def band(seen: Evidence) -> Band:
    """The fitted curve with its band, over the tested range and slightly beyond."""
    return bands([seen])[0]


def bands(seen: Sequence[Evidence]) -> list[Band]:
    """``band`` of each, all in one pass; empty where a number is not finite."""
    if not seen:
        return []
    x = _ranges(seen)
    values = np.array([one.values for one in seen]).T[:, :, None]
    value, gradient = inhibition_with_gradient(x, *values)
    by_curve = gradient.transpose(1, 0, 2)
    variance = np.add.reduce((np.array([one.covariance for one in seen]) @ by_curve) * by_curve, 1)
    t = np.array([t_quantile(one.degrees_of_freedom) for one in seen])
    half = np.sqrt(np.maximum(variance, 0.0)) * t[:, None]
    rows = np.array([10**x, value, value - half, value + half]).transpose(1, 2, 0)
    finite = np.isfinite(rows[:, :, 1:]).all(axis=(1, 2)).tolist()
    return [
        Band(one.tobytes()) if drawn else Band() for one, drawn in zip(rows, finite, strict=True)
    ]


def flat_band(seen: Evidence) -> Band:
    """The mean of all points with its interval: what is known of a curve without effect."""
    df = seen.n_points - 1
    half = t_quantile(df) * sqrt(seen.about_mean / df / seen.n_points)
    low, high = seen.mean - half, seen.mean + half
    doses = (10 ** _ranges([seen])[0]).tolist()
    return Band.of(BandPoint(at, seen.mean, low, high) for at in doses)


def _ranges(seen: Sequence[Evidence]) -> Array:
    """log10 concentrations (curves, points)."""
    low = np.array([one.lowest for one in seen])[:, None] - _BEYOND_DECADES
    high = np.array([one.highest for one in seen])[:, None] + _BEYOND_DECADES
    return np.asarray(low + (high - low) * _SHARES)
