"""Quantities as written: exact in value, strict in unit."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsvc.service.authoring import quantities as q


@pytest.mark.parametrize(
    ("text", "molar"),
    [
        ("1 nM", 1e-9),
        ("0.8 nM", 8e-10),
        ("10uM", 1e-5),
        ("10 µM", 1e-5),
        ("10 μM", 1e-5),
        ("300 pM", 3e-10),
        ("5 nmol/L", 5e-9),
        ("1e-9 M", 1e-9),
        ("0 M", 0.0),
    ],
)
def test_a_concentration_is_exactly_the_float_meant(text: str, molar: float) -> None:
    """1 nM is 1e-9, not 1.0000000000000001e-09: results are compared and printed."""
    assert q.molar(text) == molar


@given(st.integers(1, 99999), st.sampled_from([("fM", -15), ("pM", -12), ("nM", -9), ("uM", -6)]))
def test_any_whole_number_of_any_unit_is_exact(number: int, unit: tuple[str, int]) -> None:
    """The float is the one that its decimal notation in mol/L means."""
    assert q.molar(f"{number} {unit[0]}") == float(f"{number}e{unit[1]}")


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (q.minutes, "120 min", 120.0),
        (q.minutes, "2 h", 120.0),
        (q.minutes, "90 s", 1.5),
        (q.celsius, "4 C", 4.0),
        (q.celsius, "-20 °C", -20.0),
        (q.millilitres, "250 uL", 0.25),
        (q.percent, "40 %", 40.0),
        (q.ci_per_mmol, "80 Ci/mmol", 80.0),
        (q.ci_per_mmol, "2.96 TBq/mmol", 80.0),
        (q.curies, "1 uCi", 1e-6),
        (q.curies, "37 kBq", 1e-6),
        (q.fold, "1:3.162", 3.162),
        (q.fold, "half-log", 10**0.5),
    ],
)
def test_each_quantity_is_in_its_named_unit(
    read: Callable[[object], float], text: str, value: float
) -> None:
    """Units are converted once, at the door."""
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text", "said"),
    [
        (q.molar, "1", "has no unit"),
        (q.molar, 5, "has no unit"),
        (q.molar, "1,5 nM", "comma"),
        (q.molar, "1 nm", "no unit known here"),
        (q.molar, "10 min", "measures something else"),
        (q.molar, "-1 nM", "below zero"),
        (q.molar, "1 MM", "more than any solution holds"),
        (q.molar, "1 nM**9999999", "is no unit"),
        (q.molar, "1e999 M", "too large"),
        (q.molar, "9" * 100, "too long"),
        (q.molar, "inf nM", "is not a concentration"),
        (q.minutes, "5 M", "measures something else"),
        (q.celsius, "277 K", "no unit known here"),
        (q.count_rate, "3 Bq", "cpm or dpm"),
        (q.fold, "1:1", "is not a dilution"),
        (q.fold, "1/3", "is not a dilution"),
        (q.molar_range, "50 nM to 5 nM", "the first must be lower"),
        (q.molar_range, "5 nM", "write it as 5 nM to 50 nM"),
    ],
)
def test_what_is_no_such_quantity_is_refused_with_what_was_expected(
    read: Callable[[object], object], text: object, said: str
) -> None:
    """The sentence quotes what was found."""
    with pytest.raises(ValueError, match="found|" + said.replace("/", ".")) as caught:
        read(text)
    assert said in str(caught.value)


def test_a_count_rate_keeps_its_kind() -> None:
    """cpm and dpm differ by the efficiency: they are never mixed up."""
    assert q.count_rate("250000 dpm") == (250000.0, "dpm")


def test_a_dilution_series_has_no_rounding_noise() -> None:
    """Tenfold and half-log series land on round numbers."""
    assert q.dilution_series(1e-5, 10, 4) == (1e-5, 1e-6, 1e-7, 1e-8)
    assert q.dilution_series(1e-5, q.HALF_LOG, 5)[2::2] == (1e-6, 1e-7)


def test_a_concentration_of_protein_is_in_mg_per_ml() -> None:
    assert q.mg_per_ml("100 ug/mL") == 0.1
    with pytest.raises(ValueError, match="is not a concentration of protein"):
        q.mg_per_ml("0.1 mg")
