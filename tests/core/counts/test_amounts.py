"""Counts to amounts: fmol, for each mg, each minute."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labsvc.core.counts.amounts import label_of, protein_of, scale_of, scaled
from labsvc.core.counts.netcounts import counted_points
from labsvc.model.assay import Assay
from labsvc.model.protocol import Cited, Counting
from labsvc.model.result import Point
from tests.core.vials import LIGAND, Vial, counted, protocol

PROTEIN = Cited(0.05, "mg", "Lowry, 3 March")
SATURATION = protocol("saturation_binding", "bound")
VIALS = (Vial("total", 710.4), Vial("total_added", 1e5), Vial("background", 0.0))


def made(assay: Assay, minutes: float | None = None) -> tuple[str, str, tuple[Point, ...]]:
    points, _ = counted_points(assay)
    scale = scale_of(assay, points, minutes=minutes)
    return scale.unit, scale.told.sentence, scaled(points, scale)


def test_fmol_are_dpm_over_2_22_times_the_specific_activity() -> None:
    """710.4 cpm at 40 % are 1776 dpm; 1776 / (2.22 x 80) = 10 fmol."""
    unit, said, points = made(counted(SATURATION, VIALS))
    assert unit == "fmol"
    assert points[0].response == pytest.approx(10.0, rel=1e-12)
    assert said == "fmol = dpm / (2.22 x 80 Ci/mmol)."


def test_what_was_added_and_what_was_blank_is_no_amount() -> None:
    """Only roles that bind or take up."""
    _, _, points = made(counted(SATURATION, VIALS))
    assert [one.response for one in points[1:]] == [None, None]


def test_protein_and_minutes_divide() -> None:
    """10 fmol of 0.05 mg in 5 min: 40 fmol/mg/min; each with its source."""
    unit, said, points = made(counted(SATURATION, VIALS, protein=PROTEIN), minutes=5.0)
    assert unit == "fmol/mg/min"
    assert points[0].response == pytest.approx(40.0, rel=1e-12)
    assert "0.05 mg protein (Lowry, 3 March) / 5 min" in said


def test_the_run_sheets_protein_goes_before_the_protocols() -> None:
    """Measured on the day against typical."""
    typical = replace(SATURATION, protein=Cited(0.1, "mg", "typical"))
    assert protein_of(counted(typical, VIALS, protein=PROTEIN)) == PROTEIN
    assert protein_of(counted(typical, VIALS)) == typical.protein


def test_without_a_specific_activity_the_amount_stays_in_counts() -> None:
    """cpm for each mg, and the sentence says what was missing: never a made-up fmol."""
    bare = replace(SATURATION, radioligand=replace(LIGAND, specific_activity_ci_per_mmol=None))
    unit, said, points = made(counted(bare, VIALS, protein=PROTEIN))
    assert unit == "cpm/mg"
    assert points[0].response == pytest.approx(710.4 / 0.05)
    assert "Not in fmol: the specific activity is not known." in said


def test_without_an_efficiency_the_amount_stays_in_counts() -> None:
    """One position without dpm is enough: a series is in one unit."""
    unit, said, points = made(counted(replace(SATURATION, counting=Counting()), VIALS))
    assert (unit, points[0].response) == ("cpm", 710.4)
    assert "a counting efficiency is not known for every position" in said


def test_the_axis_says_what_and_in_what_unit() -> None:
    assert label_of("rate", "fmol/mg/min") == "Uptake rate (fmol/mg/min)"
