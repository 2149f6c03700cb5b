"""From concentration and response to pixels."""

from __future__ import annotations

import math

from labsvc.filing.axes import Scale
from labsvc.filing.place import Course, Place, paths, written
from labsvc.model.result import BandPoint

PLACE = Place(Scale(-9.0, -5.0, 100.0, 300.0), Scale(0.0, 100.0, 200.0, 0.0), zero=80.0)


def test_a_decade_is_the_same_number_of_pixels_everywhere():
    assert [PLACE.x(dose) for dose in (1e-9, 1e-8, 1e-5)] == [100.0, 150.0, 300.0]


def test_zero_concentration_has_its_own_place():
    """Zero has no logarithm: it stands left of the axis, not at an invented 1e-20."""
    assert PLACE.x(0.0) == 80.0


def test_a_response_off_the_axis_is_known_as_such():
    assert [PLACE.beyond(one) for one in (-5.0, 50.0, 130.0)] == [-1, 0, 1]
    assert PLACE.y(130.0) == 0.0


def test_the_curve_is_drawn_only_where_the_axis_reaches():
    """Band points left of the axis, at zero or without a number are not drawn."""
    band = [BandPoint(dose, 50.0, 40.0, 60.0) for dose in (0.0, 1e-12, 1e-9, 1e-7)]
    band.append(BandPoint(1e-6, math.nan, 1.0, 2.0))
    drawn = PLACE.along(band)
    expected = ((1000, 2000), [1000, 1000], [800, 800], [1200, 1200])
    assert (drawn.x, drawn.y, drawn.upper, drawn.lower) == expected


def test_a_band_without_end_stops_at_the_frame():
    """A 95 % band far beyond the axis is cut there, so it never covers the neighbours."""
    drawn = PLACE.along([BandPoint(1e-8, 50.0, -1e9, 1e9)])
    assert (drawn.upper, drawn.lower) == ([0], [2000])


def test_paths_go_along_the_curve_and_round_the_band():
    drawn = Course([10, 20], [20, 40], [10, 30], [30, 53])
    assert paths(drawn) == ("M1 2 2 4", "M1 1 2 3 2 5.3 1 3Z")
    assert paths(None) == ("", "")


def test_a_pixel_far_out_is_written_as_it_is():
    """Beyond the texts kept ready, on either side."""
    assert written([-33, 120, 50004]) == ["-3.3", "12", "5000.4"]
    assert written([0, 5, 8191]) == ["0", "0.5", "819.1"]
