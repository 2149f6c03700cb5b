"""The plate as shapes."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace

from labsvc.filing.platemap import ROLES, plate_format, plate_values
from labsvc.filing.shades import colours
from labsvc.model.plate import FORMATS
from labsvc.model.result import Point
from tests.filing import example


def wells(result):
    return list(ET.fromstring(f"<g>{plate_values(result, FORMATS[96])['wells']}</g>"))


def place(well):
    box = well.find("rect")
    return float(box.get("x")), float(box.get("y"))


def luminance(colour):
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2


def test_more_counts_are_always_darker():
    """The palette is sequential: it can be read in grey and by every colour vision."""
    scale = colours([10.0, 3000.0])
    seen = [luminance(scale.of(one / 20)) for one in range(21)]
    assert seen == sorted(seen, reverse=True)


def test_figures_in_a_well_can_be_read_on_its_colour():
    """Contrast of at least 4.3 to 1 between ink and colour, at every step."""
    scale = colours([10.0, 3000.0])
    for step in range(101):
        pair = sorted(luminance(one) for one in (scale.of(step / 100), scale.ink(step / 100)))
        assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 4.3


def test_a_wide_spread_of_counts_is_shown_by_decades():
    assert colours([20.0, 3000.0]).logarithmic
    assert not colours([1000.0, 3000.0]).logarithmic


def test_a_plate_of_equal_or_no_counts_has_a_scale():
    """Nothing to tell apart must not divide by zero."""
    for cpms in ([], [None], [5.0, 5.0], [0.0], [-3.0, -3.0]):
        assert colours(cpms).share(5.0) >= 0


def test_every_well_is_in_its_row_and_column():
    at = {well.get("data-well"): place(well) for well in wells(example.result())}
    assert at["A01"][0] == at["H01"][0] < at["A12"][0]
    assert at["A01"][1] == at["A12"][1] < at["H01"][1]


def test_each_role_is_told_by_letter_and_by_outline():
    """Not by colour alone: no two roles share both letter and outline."""
    looks = [(one.letter, one.dashes, one.thickness) for one in ROLES.values()]
    assert len({letter for letter, _, _ in looks}) == len(looks)


def test_a_masked_well_is_crossed_and_says_why():
    (crossed,) = (well for well in wells(example.result()) if well.get("data-masked"))
    assert crossed.findtext("title").endswith("masked: masked by hand: pipette tip fell")
    assert len(crossed.findall("path")) == 2


def test_positions_off_the_plate_are_left_out():
    strange = replace(example.result(), points=(Point("Z99", "sample"), Point("A01", "total")))
    assert [well.get("data-well") for well in wells(strange)] == ["A01"]


def test_racks_have_no_plate():
    assert plate_format(example.uptake()) is None
    assert plate_format(replace(example.result(), plate_size=97)) is None


def test_a_position_is_placed_however_it_is_spelled():
    """And shown as it was: a1 is the well A01, and no text in it becomes markup."""
    strange = replace(example.result(), points=(Point(" a1\x1c", "<b>"), Point("A01", "total")))
    first, second = wells(strange)
    assert place(first) == place(second)
    assert (first.get("data-well"), first.get("data-role")) == (" a1\ufffd", "<b>")
