"""How the report says things."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from labsvc.filing.wording import given, ic50, moment, parameter, words
from tests.filing import example


def test_names_become_words_with_their_unit():
    assert words("concentration_uM") == "concentration, µM"
    assert words("sd_fraction_of_vehicle") == "SD of fraction of vehicle"
    assert words("dmso_percent") == "DMSO, %"


def test_times_are_said_in_utc():
    """A time in Warsaw reads as UTC; a time without a zone is not given one."""
    warsaw = timezone(timedelta(hours=1))
    assert moment(datetime(2025, 3, 4, 9, 2, tzinfo=warsaw)) == "2025-03-04 08:02 UTC"
    assert moment(datetime(2025, 3, 4, 8, 2, tzinfo=UTC)) == "2025-03-04 08:02 UTC"
    assert moment(datetime(2025, 3, 4, 9, 2)) == "2025-03-04 09:02"


def test_a_bounded_ic50_is_its_bound():
    """What the data only bound is never shown as a number of its own."""
    assert ic50(example.curve(9).fit) == "> 10 µM"
    assert ic50(example.curve(1).fit) == "12.6 nM [10.1-16]"
    assert ic50(None) == "–"


def test_a_fixed_parameter_says_so():
    fit = example.curve(1).fit
    assert parameter(fit, "top") == "100 (fixed)"
    assert parameter(fit, "hill") == "−1.03 [−1.16 to −0.91]"
    assert parameter(replace(fit, parameters={}), "hill") == "–"


def test_inputs_are_given_to_six_figures():
    assert given(189.61234567) == "189.612"
    assert given(1.5e-9) == "1.5e-9"
    assert given("channel 1") == "channel 1"
    assert given(None) == "–"
