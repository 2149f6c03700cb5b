"""The heading, and figures that were 32-bit floats."""

from datetime import datetime

import pytest

from labsvc.driver import ParseError
from labsvc_drivers.ls6500.biff4 import Cells
from labsvc_drivers.ls6500.report import Entry, figure, moment, place, read_sheet, shortest, spelled


@pytest.mark.parametrize(
    ("widened", "printed"),
    [
        (140119.796875, 140119.8),
        (45.11000061035156, 45.11),
        (13.649999618530273, 13.65),
        (4.142000198364258, 4.142),
        (700599.0, 700599.0),
        (0.0, 0.0),
        (16777217.0, 16777217.0),
        (0.1, 0.1),
        (1e300, 1e300),
    ],
)
def test_a_widened_float_is_printed_short(widened: float, printed: float) -> None:
    """A figure that never was a 32-bit float (the last three) stands as it is."""
    assert shortest(widened) == printed


def test_the_denormal_is_nothing_and_zero_is_zero() -> None:
    """1.69759663277e-313 stands for a LumEx that was not measured."""
    assert figure(1.69759663277e-313, line=1, what="LumEx") is None
    assert figure(5.21518661553953e-309, line=1, what="ElTime") is None
    assert figure(0.0, line=1, what="LumEx") == 0.0
    assert spelled(1.69759663277e-313) == ""


def test_a_time_is_read_whatever_the_language_of_this_computer() -> None:
    """Months are English."""
    assert moment(Entry(("01 Nov 2014 16:35:36",), 2)) == datetime(2014, 11, 1, 16, 35, 36)


@pytest.mark.parametrize("text", ["1 Nov 14 16:35", "01 Okt 2014 16:35:36", "01 Nov 2014 24:35:36"])
def test_another_notation_of_time_is_refused(text: str) -> None:
    """With the row it stands in."""
    with pytest.raises(ParseError, match=f"line 2: found '{text}'"):
        moment(Entry((text,), 2))


def test_two_stars_are_a_rack_without_a_number() -> None:
    """The place in it is printed all the same."""
    assert place("**-12", line=1) == (None, "12")
    assert place("7-3", line=1) == ("7", "3")


def test_the_heading_ends_at_the_column_names() -> None:
    """Labels stand in A, their values in any column to the right."""
    cells: Cells = {(1, 0): "User Id", (1, 4): " NET ", (3, 0): "Sam", (3, 1): "Rack", (5, 0): 1.0}
    sheet = read_sheet(cells, "Sam")
    assert sheet.text("User Id") == "NET"
    assert (sheet.names_line, sheet.table) == (4, {6: {0: 1.0}})
    with pytest.raises(ParseError, match="the label 'User Number' is missing"):
        sheet.text("User Number")
