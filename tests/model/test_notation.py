"""Numbers as the lab writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsvc.model.notation import (
    NOTHING,
    exact,
    in_unit,
    interval,
    molar,
    molar_interval,
    significant,
    with_interval,
)

UNITS = {"M": 1.0, "mM": 1e-3, "µM": 1e-6, "nM": 1e-9, "pM": 1e-12, "fM": 1e-15}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (1.6e-8, "16 nM"), (1e-9, "1 nM"), (9.996e-7, "1 µM"), (9.994e-7, "999 nM"),
        (2.5e-3, "2.5 mM"), (1.0, "1 M"), (3.33e-13, "333 fM"), (4e-19, "0.0004 fM"),
        (0.0, "0"), (None, NOTHING), (float("nan"), NOTHING), (float("inf"), NOTHING),
    ],
)  # fmt: skip
def test_concentrations_take_the_prefix_that_suits_them(value: float | None, said: str) -> None:
    """After rounding: 999.6 nM are 1 µM."""
    assert molar(value) == said


@given(st.floats(1e-15, 10.0))
def test_a_concentration_is_told_to_three_figures_and_between_1_and_1000(value: float) -> None:
    """Read back it is within half a unit of the third figure."""
    number, unit = molar(value).split()
    assert 1 <= float(number) < 1000 or unit == "M"
    assert float(number) * UNITS[unit] == pytest.approx(value, rel=5.1e-3)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.045678, "0.0457"), (1234.5, "1230"), (999.6, "1000"), (100.0, "100"), (0.5, "0.5"),
        (-1.034, "\u22121.03"), (1.6e-9, "1.6e-9"), (2.5e12, "2.5e+12"), (0, "0"),
        (-1.6e-9, "\u22121.6e-9"), (99.95, "100"), (None, NOTHING),
    ],
)  # fmt: skip
def test_three_figures_are_kept_and_no_more(value: float | None, said: str) -> None:
    """Without trailing zeros; a true minus sign."""
    assert significant(value) == said


def test_more_figures_may_be_asked_for() -> None:
    """Where three would round a value onto its limit."""
    assert significant(0.49996, 5) == "0.49996"
    assert significant(20.004, 5) == "20.004"
    assert significant(0.5, 5) == "0.5"


def test_an_interval_shares_the_prefix_of_its_value() -> None:
    """16 nM with limits 12 nM and 1.2 µM reads in nM throughout."""
    assert molar_interval(1.6e-8, (1.2e-8, 1.2e-6)) == "16 nM [12-1200]"
    assert molar_interval(1.6e-8, None) == "16 nM"
    assert molar_interval(None, (1.0, 2.0)) == NOTHING


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        ((12.04, 21.0), "[12-21]"), ((-1.2, -0.9), "[\u22121.2 to \u22120.9]"),
        ((3.0, None), "[3 to no upper limit]"), ((None, 3.0), "[no lower limit to 3]"),
        ((None, None), "[no limits]"), ((1.0, float("inf")), "[1 to no upper limit]"), (None, ""),
    ],
)  # fmt: skip
def test_an_open_end_is_said_and_never_a_number(
    pair: tuple[float | None, float | None] | None, said: str
) -> None:
    """None and infinity are both no limit."""
    assert interval(pair) == said


def test_a_value_with_its_interval() -> None:
    """A slope, as the report gives it."""
    assert with_interval(-1.034, (-1.2, -0.9)) == "\u22121.03 [\u22121.2 to \u22120.9]"
    assert with_interval(0.5, None) == "0.5"


def test_readings_are_shown_as_they_were_printed() -> None:
    """To ten figures, in ASCII, to be copied."""
    assert (exact(2481.25), exact(21.0), exact(-3.5)) == ("2481.25", "21", "-3.5")
    assert exact(None) == NOTHING


@pytest.mark.parametrize(
    ("text", "unit", "said"),
    [
        ("IC50 33 nM [28-39]", "µM", "IC50 0.033 µM [0.028-0.039]"),
        ("Ki 892 pM [no lower limit to 1100]", "nM", "Ki 0.892 nM [no lower limit to 1.1]"),
        ("IC50 > 10 µM", "nM", "IC50 > 10000 nM"),
        ("Kd 8.1 nM [7-9]; Bmax 812 fmol/mg [790-830]", "pM",
         "Kd 8100 pM [7000-9000]; Bmax 812 fmol/mg [790-830]"),
        ("IC50 33 nM", "", "IC50 33 nM"),
        ("not fitted", "nM", "not fitted"),
    ],
)  # fmt: skip
def test_a_text_is_told_in_another_unit(text: str, unit: str, said: str) -> None:
    """The figures stay as they are: only the point moves."""
    assert in_unit(text, unit) == said
