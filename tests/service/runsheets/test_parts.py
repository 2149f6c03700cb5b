"""Roles, bench times and positions of run sheets."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from labsvc.service.runsheets.parts import concentration_unit, moment, role_of

VIENNA = ZoneInfo("Europe/Vienna")


@pytest.mark.parametrize(
    ("text", "role"),
    [("control", "vehicle"), ("NSB", "nonspecific"), ("stock", "unused"), ("total", "total")],
)
def test_a_role_may_be_written_in_the_laboratorys_word(text: str, role: str) -> None:
    """control, nsb, stock and empty are read as ours."""
    assert role_of(text) == role


def test_an_unknown_role_is_refused_with_the_nearest() -> None:
    """It is never taken for a sample."""
    with pytest.raises(ValueError, match="'smaple' is no role; did you mean 'sample'"):
        role_of("smaple")


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2026-07-01 09:05", 7),
        ("2026-01-01T09:05", 8),
        ("2026-01-01 09:05Z", 9),
        ("2026-10-25 02:05+02:00", 0),
        ("2026-10-25 02:05+01:00", 1),
    ],
)
def test_a_bench_time_is_local_unless_it_has_an_offset(text: str, hour: int) -> None:
    """Summer and winter time are told apart; the double hour by its offset."""
    found = moment(text, VIENNA)
    assert (found.tzinfo, found.hour, found.minute) == (UTC, hour, 5)
    assert isinstance(found, datetime)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-10-25 02:30", "comes twice"),
        ("2026-03-29 02:30", "never comes"),
        ("2026-02-30 09:00", "is no time"),
        ("09:05", "is no time"),
        ("2026-03-02 9:05", "is no time"),
        ("20260302", "is no time"),
    ],
)
def test_a_time_that_could_mean_two_or_none_is_refused(text: str, said: str) -> None:
    """An incubation time must not be an hour wrong."""
    with pytest.raises(ValueError, match=said):
        moment(text, VIENNA)


@pytest.mark.parametrize(
    ("column", "unit"),
    [("concentration_uM", "uM"), ("concentration_M", "M"), ("concentration_um", None)],
)
def test_a_column_may_carry_its_unit(column: str, unit: str | None) -> None:
    """um is a length, not a concentration."""
    assert concentration_unit(column) == unit
