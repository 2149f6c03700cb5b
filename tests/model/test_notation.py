"""Numbers as the lab writes them."""

from __future__ import annotations

import pytest

from labsvc.model.notation import exact, interval, molar, molar_interval, significant


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (1.6e-8, "16 nM"), (1e-9, "1 nM"), (9.996e-7, "1 µM"), (9.994e-7, "999 nM"),
        (2.5e-3, "2.5 mM"), (1.0, "1 M"), (3.33e-13, "333 fM"), (0.0, "0"), (None, "–"),
        (float("nan"), "–"), (4e-19, "0.0004 fM"),
    ],
)  # fmt: skip
def test_concentrations_take_the_prefix_that_suits_them(value, said):
    assert molar(value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.045678, "0.0457"), (1234.5, "1230"), (999.6, "1000"), (100.0, "100"), (0.5, "0.5"),
        (-1.034, "−1.03"), (1.6e-9, "1.6e-9"), (2.5e12, "2.5e+12"), (0, "0"), (None, "–"),
    ],
)  # fmt: skip
def test_three_figures_are_kept_and_no_more(value, said):
    assert significant(value) == said


def test_an_interval_shares_the_prefix_of_its_value():
    """16 nM with limits 12 nM and 1.2 µM reads in nM throughout."""
    assert molar_interval(1.6e-8, (1.2e-8, 1.2e-6)) == "16 nM [12-1200]"


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        ((12.04, 21.0), "[12-21]"), ((-1.2, -0.9), "[−1.2 to −0.9]"),
        ((3.0, None), "[3 to no upper limit]"), ((None, 3.0), "[no lower limit to 3]"),
        ((None, None), "[no limits]"), (None, ""),
    ],
)  # fmt: skip
def test_an_open_end_is_said_and_never_a_number(pair, said):
    assert interval(pair) == said


def test_readings_are_shown_as_they_were_printed():
    assert exact(2481.25) == "2481.25"
    assert exact(21.0) == "21"
