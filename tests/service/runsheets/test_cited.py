"""Quantities above the table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labsvc.model.protocol import Cited, Volumes
from labsvc.service.runsheets.cited import cited
from labsvc.service.runsheets.table import Sheet
from tests.bench import protocol


def sheet(key: str, text: str) -> Sheet:
    return Sheet("r.csv", "", head={key: text}, head_lines={key: 4})


@pytest.mark.parametrize(
    ("key", "text", "found"),
    [
        ("radioligand", "1.04 nM, counted, twice", Cited(1.04e-9, "M", "counted, twice")),
        ("radioligand", "1.04 nM ± 50 pM, x", Cited(1.04e-9, "M", "x", 5e-11)),
        ("kd", "0.8 nM +- 0.1 nM, x", Cited(8e-10, "M", "x", 1e-10)),
        ("kd", "0.8 nM, notebook 12", Cited(8e-10, "M", "notebook 12")),
        ("total added", "250000 dpm, counted", Cited(250000.0, "dpm", "counted")),
        ("protein", "20 ug, BCA", Cited(0.02, "mg", "BCA")),
    ],
)
def test_a_quantity_has_its_unit_and_its_source(key: str, text: str, found: Cited) -> None:
    assert cited(sheet(key, text), protocol()) == {key: found}


def test_a_working_solution_is_told_as_what_it_makes_in_the_well() -> None:
    """25 of 250 uL: a tenth, with its uncertainty; how it was come by stands in the source."""
    in_wells = replace(protocol(), volumes=Volumes(0.25, radioligand=0.025))
    found = cited(sheet("radioligand", "working 10.4 nM ± 0.5 nM, counted"), in_wells)
    told = "counted: working solution of 10.4 nM, 25 uL in 250 uL"
    assert found == {"radioligand": Cited(1.04e-9, "M", told, 5e-11)}


def test_protein_is_told_by_its_concentration_in_what_brings_it() -> None:
    in_wells = replace(protocol(), volumes=Volumes(0.25, membrane=0.2))
    found = cited(sheet("protein", "100 ug/mL, BCA"), in_wells)
    assert found == {"protein": Cited(0.02, "mg", "BCA: 0.1 mg/mL, 200 uL in each well")}


@pytest.mark.parametrize(
    ("key", "text", "said"),
    [
        ("protein", "0.1 mg/mL, BCA", "not known from its concentration alone"),
        ("radioligand", "working 10.4 nM, counted", "does not tell how much radioligand"),
        ("radioligand", "worked 10.4 nM, counted", "is not a concentration"),
        ("radioligand", "1.04 nM", "'1.04 nM' has no source; write it after a comma"),
        ("radioligand", "1.04, counted", "'1.04' has no unit"),
        ("radioligand", "1.04 nM ± 0.05, counted", "'0.05' has no unit"),
        ("protein", "20 ug ± 1 ug, BCA", "not used here"),
        ("kd", "0 nM, x", "expected more than zero"),
        ("km", "1 nM, x", "takes 'kd', not 'km'"),
        ("total added", "250000, x", "has no unit"),
    ],
)
def test_what_is_wrong_is_told_on_its_line(key: str, text: str, said: str) -> None:
    one = sheet(key, text)
    assert cited(one, protocol()) == {}
    assert one.faults[0].line == 4
    assert said in one.faults[0].sentence
