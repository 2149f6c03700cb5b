"""Specific activity on the day, and amounts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsvc.core.counts.activity import (
    Activity,
    activity_of,
    added_dpm,
    bq_per_fmol,
    fmol_of,
    fmol_per_mg,
    max_specific_activity,
    molar_of,
    specific_activity_on,
)
from labsvc.model.protocol import Radioligand

CERTIFIED = Radioligand(
    "[125I]RTI-55", "125I", specific_activity_ci_per_mmol=2200.0,
    specific_activity_on=date(2026, 1, 1),
)  # fmt: skip
IN_CARRIER = replace(CERTIFIED, label="in_carrier")
LATER = date(2026, 1, 31)


def test_a_carrier_free_label_keeps_its_specific_activity() -> None:
    """Activity and labelled moles fall together: only the vial holds less."""
    assert specific_activity_on(86.3, "3H", 400, "carrier_free") == 86.3


def test_a_label_in_carrier_loses_specific_activity_with_the_half_life() -> None:
    """86.3 Ci/mmol of tritium are 81.143 after 400 days."""
    found = specific_activity_on(86.3, "3H", 400, "in_carrier")
    assert found == pytest.approx(81.14304270239147, rel=1e-9)
    assert specific_activity_on(86.3, "99Tc", 400, "in_carrier") is None


def test_without_a_stated_convention_it_is_taken_as_certified_and_said_so() -> None:
    """Neither way is supposed."""
    assert activity_of(CERTIFIED, LATER) == Activity(
        2200.0, "as certified; not corrected for decay"
    )


def test_the_activity_on_the_day_of_counting_follows_the_stated_convention() -> None:
    """30 days of 125I leave 70.46 % of it where there is carrier."""
    fallen = activity_of(IN_CARRIER, LATER)
    assert fallen.ci_per_mmol == pytest.approx(2200 * 0.7046357096515821)
    assert fallen.source == "2200 Ci/mmol on 2026-01-01, label in carrier, 30 d of decay"
    kept = activity_of(replace(CERTIFIED, label="carrier_free"), LATER)
    assert kept == Activity(2200.0, "carrier-free label: it does not fall with decay")


@pytest.mark.parametrize(
    ("ligand", "counted_on", "why"),
    [
        (IN_CARRIER, None, "a day is missing"),
        (replace(IN_CARRIER, specific_activity_on=None), LATER, "a day is missing"),
        (replace(IN_CARRIER, isotope="99Tc"), LATER, "half-life of 99Tc is not known"),
        (replace(IN_CARRIER, specific_activity_ci_per_mmol=None), LATER, "is not known"),
    ],
)
def test_an_activity_that_cannot_be_had_says_why(
    ligand: Radioligand, counted_on: date | None, why: str
) -> None:
    """Not the certified one in its place."""
    found = activity_of(ligand, counted_on)
    assert found.ci_per_mmol is None
    assert why in found.source


def test_one_label_in_every_molecule_is_the_most_there_can_be() -> None:
    """ln 2 / T x N_A: 29.02 Ci/mmol of tritium, 2198 of iodine-125."""
    assert max_specific_activity("3H") == pytest.approx(29.018117773610143, rel=1e-4)
    assert max_specific_activity("125I") == pytest.approx(2198.2366882502906, rel=1e-4)
    assert max_specific_activity("99Tc") is None


def test_amounts_of_a_count() -> None:
    """10000 dpm at 86.3 Ci/mmol are 52.196 fmol; 52.196 fmol in 15 ug are 3479.73 fmol/mg."""
    assert fmol_of(10000, 86.3) == pytest.approx(52.195880701095064, rel=1e-12)
    assert fmol_per_mg(52.196, 0.015) == pytest.approx(3479.733333333333, rel=1e-12)
    assert bq_per_fmol(86.3) == pytest.approx(3.1931, rel=1e-12)


def test_an_amount_of_nothing_known_is_none() -> None:
    """No division by zero, and no infinite amount."""
    assert fmol_of(10000, 0.0) is None
    assert fmol_per_mg(52.0, 0.0) is None
    assert molar_of(10000, 0.0, 86.3) is None
    assert molar_of(10000, 0.125, 0.0) is None


def test_added_dpm_of_a_well() -> None:
    """2 nM in 125 uL are 250 fmol; at 86.3 Ci/mmol, 2.22 dpm each: 47896.5 dpm."""
    assert added_dpm(2e-9, 0.125, 86.3) == pytest.approx(47896.5, rel=1e-12)


@given(st.floats(1e-13, 1e-5), st.floats(1e-3, 10), st.floats(0.01, 3000))
def test_concentration_to_dpm_and_back(molar: float, volume: float, activity: float) -> None:
    """One is the inverse of the other."""
    assert molar_of(added_dpm(molar, volume, activity), volume, activity) == pytest.approx(molar)
