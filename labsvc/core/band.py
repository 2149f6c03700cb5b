"""The 95 % confidence band of the mean curve, by the delta method."""

from __future__ import annotations

from math import sqrt

import numpy as np

from labsvc.core.curves import Array, inhibition_with_gradient
from labsvc.core.evidence import Evidence
from labsvc.core.precision import band_variance
from labsvc.core.student import t_quantile
from labsvc.model.result import BandPoint

_POINTS = 60
_BEYOND_DECADES = 0.25
_SHARES = np.linspace(0.0, 1.0, _POINTS)


def band(seen: Evidence) -> tuple[BandPoint, ...]:
    """The fitted curve with its band, over the tested range and slightly beyond."""
    x = _range(seen)
    value, gradient = inhibition_with_gradient(x, *seen.values)
    half = np.sqrt(band_variance(gradient, seen.covariance)) * t_quantile(seen.degrees_of_freedom)
    rows = np.array([10**x, value, value - half, value + half])
    if not np.isfinite(rows[1:]).all():
        return ()
    return tuple(map(BandPoint, *rows.tolist()))


def flat_band(seen: Evidence) -> tuple[BandPoint, ...]:
    """The mean of all points with its interval: what is known of a curve without effect."""
    df = seen.n_points - 1
    half = t_quantile(df) * sqrt(seen.about_mean / df / seen.n_points)
    low, high = seen.mean - half, seen.mean + half
    return tuple(BandPoint(at, seen.mean, low, high) for at in (10 ** _range(seen)).tolist())


def _range(seen: Evidence) -> Array:
    low, high = seen.lowest - _BEYOND_DECADES, seen.highest + _BEYOND_DECADES
    return low + (high - low) * _SHARES
