"""Newton's step in a few dimensions, from the slopes here and a little to either side.

The slopes around give the second derivatives and those third ones that have a direction twice: the
step is corrected by them, so that what it misses is a third power.
"""

from __future__ import annotations

import numpy as np

from labsvc.core.fitting.curves import Array

_FLAT = 1e-9  # of the largest curvature
_TINY = 1e-290


def newton(slopes: Array) -> Array:
    """The steps (places, directions), in widths, to where all slopes are 0.

    ``slopes`` (places, 1 + 2 directions, directions): half of them here, then a width above in
    each direction, then a width below, each times the width. Where the landscape is no hollow the
    step is downhill along each of its axes; where nothing is known there is none.
    """
    if not np.isfinite(np.add.reduce(slopes, None)):
        known = np.asarray(np.isfinite(slopes).all(axis=(1, 2), keepdims=True))
        slopes = np.where(known, slopes, 0.0)
    count = slopes.shape[2]
    here, above, below = slopes[:, 0], slopes[:, 1 : 1 + count], slopes[:, 1 + count :]
    bend = above - below
    curvature, axes = np.linalg.eigh((bend + bend.transpose(0, 2, 1)) / 4)
    size = np.abs(curvature)
    firm = np.maximum(size, _FLAT * size.max(axis=1)[:, None] + _TINY)
    inverse = (axes / -firm[:, None]) @ axes.transpose(0, 2, 1)
    first = (inverse @ here[:, :, None])[:, :, 0]
    # Third derivatives: of slope j twice along i. Of three different directions none is known.
    bow = above + below - 2 * here[:, None]
    once = (bow @ first[:, :, None])[:, :, 0] - bow.diagonal(axis1=1, axis2=2) * first
    tilt = ((first * first)[:, None] @ bow)[:, 0] / 2 + first * once
    second = (inverse @ tilt[:, :, None])[:, :, 0]
    small = np.abs(second).max(axis=1) < np.abs(first).max(axis=1) / 2
    hollow = small & (curvature[:, 0] > 0)
    return np.asarray(first + second * hollow[:, None])
