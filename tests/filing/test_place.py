"""From concentration and response to pixels."""

from __future__ import annotations

import math

from labsvc.filing.axes import Scale
from labsvc.filing.place import Place, written
from labsvc.model.result import Band, BandPoint

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
    drawn = PLACE.along([Band.of(band)])[0]
    assert (drawn.x, drawn.y) == ([1000, 2000], [1000, 1000])
    assert drawn.band == "m1000,800,1000,0,0,400,-1000,0z"


def test_curves_are_drawn_the_same_together_and_each_by_itself():
    """Alike, of other concentrations, of another length, with a number that is none, empty."""
    one = [BandPoint(dose, 50.0, 40.0, 60.0) for dose in (1e-9, 1e-8, 1e-7)]
    alike = [BandPoint(dose, 30.0, 20.0, 45.0) for dose in (1e-9, 1e-8, 1e-7)]
    other = [BandPoint(dose, 30.0, 20.0, 45.0) for dose in (1e-9, 1e-8, 1e-6)]
    broken = [*alike[:2], BandPoint(1e-7, math.nan, 1.0, 2.0)]
    for each in ([one, alike], [one, other], [one, one[:2]], [one, broken], [one, ()]):
        bands = [Band.of(points) for points in each]
        assert PLACE.along(bands) == [PLACE.along([band])[0] for band in bands]


def test_a_band_without_end_stops_at_the_frame():
    """A 95 % band far beyond the axis is cut there, so it never covers the neighbours."""
    (drawn,) = PLACE.along([Band.of([BandPoint(1e-8, 50.0, -1e9, 1e9)])])
    assert drawn.band == "m1500,0,0,2000z"


def test_paths_go_along_the_curve_and_round_the_band():
    band = [BandPoint(1e-9, 99.0, 98.5, 99.5), BandPoint(1e-8, 98.0, 97.35, 98.5)]
    drawn = PLACE.along([Band.of(band)])[0]
    assert (drawn.line, drawn.band) == ("m1000,20,500,20", "m1000,10,500,20,0,23,-500,-23z")
    assert PLACE.along([]) == []
    assert PLACE.along([Band(), Band.of([BandPoint(1e-12, 50.0, 40.0, 60.0)])]) == [None, None]


def test_a_curve_on_a_panel_larger_than_the_texts_kept_ready_is_drawn_all_the_same():
    large = Place(PLACE.across, Scale(0.0, 100.0, 2000.0, 0.0), None)
    band = Band.of([BandPoint(1e-9, 50.0, 25.0, 75.0)])
    assert large.along([band])[0].line == "m1000,10000"


def test_a_concentration_has_one_pixel_and_one_text_however_many_were_asked_for():
    """What is known of the first is forgotten when there are too many, and had again."""
    place = Place(PLACE.across, PLACE.up, PLACE.zero)
    for number in range(2500):
        place.dose(1e-9 * (1 + number / 1000))
    assert place.dose(1e-8) == (150.0, "150", "10 nM")
    assert place.dose(None) == place.dose(0.0) == (80.0, "80", "0")


def test_a_pixel_far_out_is_written_as_it_is():
    """Beyond the texts kept ready, on either side."""
    assert written([-33, 120, 50004]) == ["-3.3", "12", "5000.4"]
    assert written([0, 5, 8191]) == ["0", "0.5", "819.1"]
