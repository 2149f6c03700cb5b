"""What the cells of an example show, and what they leave open."""

from __future__ import annotations

import pytest

from labsvc.driver.tables.figures import Value
from labsvc.service.tabledrivers.facts import (
    date_order,
    decimal_sign,
    is_clock,
    marks,
    time_unit,
)


@pytest.mark.parametrize(
    ("cells", "sign", "open_"),
    [
        (["1.5", "20"], "point", None),
        (["1,5", "20"], "comma", None),
        (["15", "20"], "point", "no figure shows its decimal sign"),
        (["1,5", "2.5"], "point", "others a comma"),
        (["1.234", "12.345"], "point", "it may group thousands"),
        ([1.5, 20.0], "point", None),
    ],
)
def test_the_decimal_sign_and_what_is_open(
    cells: list[Value], sign: str, open_: str | None
) -> None:
    found, note = decimal_sign(cells)
    assert found == sign
    assert (note is None) if open_ is None else (note is not None and open_ in note)


def test_one_day_beyond_the_twelfth_tells_the_order() -> None:
    """Of all the dates together; names of months tell nothing and need nothing."""
    assert date_order(["03/04/2026 1:00", "13/04/2026 1:00"]) == ("day_first", None)
    assert date_order(["03/04/2026", "04/13/2026"]) == ("month_first", None)
    assert date_order(["3-Apr-2026", "2026-04-13"]) == (None, None)


@pytest.mark.parametrize("cells", [["03/04/2026"], ["13/04/2026", "04/13/2026"]])
def test_an_order_that_is_not_shown_is_not_proposed(cells: list[Value]) -> None:
    """03/04/2026 alone, or dates that contradict each other."""
    order, note = date_order(cells)
    assert order is None
    assert note is not None
    assert "may be day first or month first" in note


def test_texts_among_figures_are_sorted_by_what_they_mean() -> None:
    found = marks(["1,5", "-", "", "*****", "Missing", "n.d."], "comma")
    assert found.not_counted == ("-", "", "Missing")
    assert (found.overflow, found.strange) == (("*****",), ("n.d.",))


def test_the_unit_of_the_time_is_shown_by_counts_over_rate() -> None:
    """From many counts; where they disagree nothing is said."""
    many: list[Value] = ["10000", "20000", "50"]
    assert time_unit(["60", "60", "60"], many, ["9990", "19990", "1"], "point") == "s"
    assert time_unit(["2", "2", "2"], many, ["5000", "10000", "1"], "point") == "min"
    assert time_unit(["2", "60", "2"], many, ["5000", "20000", "1"], "point") is None
    assert time_unit(["60"], ["50"], ["50"], "point") is None


def test_times_of_day_are_no_lengths() -> None:
    assert is_clock(["9:15:00", "", "10:00 PM"])
    assert not is_clock(["60"])
    assert not is_clock([""])
