"""From concentration and response to pixels."""

from __future__ import annotations

import math

from labsvc.filing.axes import Scale
from labsvc.filing.place import Place, line, ribbon
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
    assert drawn == [(100.0, 100.0, 80.0, 120.0), (200.0, 100.0, 80.0, 120.0)]


def test_a_band_without_end_stops_at_the_frame():
    """A 95 % band far beyond the axis is cut there, so it never covers the neighbours."""
    ((_, _, upper, lower),) = PLACE.along([BandPoint(1e-8, 50.0, -1e9, 1e9)])
    assert (upper, lower) == (0.0, 200.0)


def test_paths_go_along_the_curve_and_round_the_band():
    drawn = [(1.0, 2.0, 1.0, 3.0), (2.0, 4.0, 3.0, 5.0)]
    assert line(drawn) == "M1.0 2.0L2.0 4.0"
    assert ribbon(drawn) == "M1.0 1.0L2.0 3.0L2.0 5.0L1.0 3.0Z"
    assert line([]) == ribbon([]) == ""
