"""Values of a result that do more than lie there."""

from __future__ import annotations

import math
import pickle

from labsvc.model.result import Band, BandPoint

POINTS = (BandPoint(1e-9, 99.0, 98.5, 99.5), BandPoint(1e-8, 50.0, -0.0, math.inf))


def test_a_band_reads_like_a_tuple_of_its_points() -> None:
    band = Band.of(POINTS)
    assert (tuple(band), len(band), band[-1]) == (POINTS, 2, POINTS[1])
    assert (band[:1], bool(Band()), list(reversed(band))) == (POINTS[:1], False, [*POINTS[::-1]])


def test_bands_of_the_same_points_are_equal_and_come_back_whole_from_another_process() -> None:
    band = Band.of(POINTS)
    assert pickle.loads(pickle.dumps(band)) == band == Band.of(iter(POINTS))
    assert band != Band.of(POINTS[:1])
