"""Homologous competition: the radioligand against its own unlabelled form."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labsvc.core.analyse import conclude
from labsvc.core.assays.homologous import hot_of
from labsvc.model.protocol import Limits, Protocol
from labsvc.model.result import Curve, Point, Result, Status
from tests.core.vials import LIGAND, Vial, counted, protocol

KD, BMAX, NS = 8e-10, 5000.0, 4e10
COLD = tuple(1e-6 * 10 ** (-step / 2) for step in range(10))
HOMOLOGOUS = protocol("homologous_binding", "bound", "homologous_competition")


def bound(hot: float, cold: float) -> float:
    return BMAX * hot / (hot + cold + KD) + NS * hot


def vials(hot: float, column: str = "radioligand_nM", factor: float = 1e9) -> list[Vial]:
    """Totals, the unlabelled ligand without noise, and non-specific vials, at one hot."""
    group = {column: f"{hot * factor:g}"}
    return [
        *(Vial("total", bound(hot, 0.0), None, None, group) for _ in range(4)),
        *(Vial("sample", bound(hot, cold), cold, "nisoxetine", group) for cold in COLD),
        *(Vial("nonspecific", NS * hot, None, None, group) for _ in range(4)),
    ]


def only(result: Result) -> Curve:
    (curve,) = result.curves
    return curve


def constants(found: Protocol, *rows: Vial) -> tuple[float, float]:
    fit = only(conclude(counted(found, rows))).fit
    assert fit is not None
    return fit.parameters["kd"].value or 0.0, fit.parameters["bmax"].value or 0.0


def test_two_labelled_concentrations_give_kd_and_bmax() -> None:
    """Made of Kd 0.8 nM and 5000 cpm: 70.4 fmol."""
    kd, bmax = constants(HOMOLOGOUS, *vials(3e-10), *vials(1.5e-9))
    assert kd == pytest.approx(KD, rel=1e-6)
    assert bmax == pytest.approx(BMAX / 0.4 / (2.22 * 80), rel=1e-6)


def test_the_runs_own_concentration_stands_where_no_column_gives_one() -> None:
    """The nominal 1 nM of the protocol, and then it is shown on the curve's points."""
    known = replace(HOMOLOGOUS, radioligand=replace(LIGAND, concentration_m=1e-9))
    plain = [replace(one, group={}) for one in vials(1e-9)]
    assert constants(known, *plain)[0] == pytest.approx(KD, rel=1e-5)
    points = only(conclude(counted(known, plain))).points
    assert {hot_of(one) for one in points} == {1e-9}


def test_without_any_labelled_concentration_nothing_is_fitted() -> None:
    """Not with one that was made up."""
    plain = [replace(one, group={}) for one in vials(1e-9)]
    curve = only(conclude(counted(HOMOLOGOUS, plain)))
    assert curve.fit is not None
    assert (curve.fit.status, curve.reportable) == ("too_few_points", "too few points")


@pytest.mark.parametrize(("column", "text"), [("radioligand_pM", "300"), ("radioligand_M", "3e-10"),
                                              ("radioligand_uM", "0.0003")])  # fmt: skip
def test_the_column_says_its_unit(column: str, text: str) -> None:
    assert hot_of(Point("1", "total", group={column: text})) == pytest.approx(3e-10)


@pytest.mark.parametrize("text", ["much", "-1", "0", "nan", "", "1e300", "1e-300"])
def test_what_is_no_concentration_is_none(text: str) -> None:
    assert hot_of(Point("1", "total", group={"radioligand_nM": text})) is None


def test_the_controls_are_checked_as_in_any_binding() -> None:
    """Non-specific share: 4 of 2818 cpm at one hot; two hots have no common window, and it says."""
    limits = {"nonspecific_percent": Limits(warn_high=20.0, source="own")}
    checked = replace(HOMOLOGOUS, qc=limits)
    one = conclude(counted(checked, vials(1e-9)))
    (found,) = (each for each in one.findings if each.check == "nonspecific_percent")
    assert found.value == pytest.approx(100 * NS * 1e-9 / bound(1e-9, 0.0))
    two = conclude(counted(checked, [*vials(3e-10), *vials(1.5e-9)]))
    (found,) = (each for each in two.findings if each.check == "nonspecific_percent")
    assert (found.status, found.value) == (Status.WARN, None)


def test_each_group_has_its_own_totals() -> None:
    """Cells with half the sites: half the Bmax and the same Kd, not the mean of both."""
    half = [replace(one, cpm=one.cpm / 2, group={**one.group, "cells": "mutant"})
            for hot in (3e-10, 1.5e-9) for one in vials(hot)]  # fmt: skip
    wild = [replace(one, group={**one.group, "cells": "wild"})
            for hot in (3e-10, 1.5e-9) for one in vials(hot)]  # fmt: skip
    first, second = conclude(counted(HOMOLOGOUS, [*wild, *half])).curves
    assert (first.compound, second.compound) == ("nisoxetine (wild)", "nisoxetine (mutant)")
    assert first.fit is not None
    assert second.fit is not None
    ratio = (second.fit.parameters["bmax"].value or 0) / (first.fit.parameters["bmax"].value or 1)
    assert ratio == pytest.approx(0.5, rel=1e-5)


def test_a_run_without_the_unlabelled_ligand_fails() -> None:
    totals = [one for one in vials(1e-9) if one.role != "sample"]
    (found,) = (
        one for one in conclude(counted(HOMOLOGOUS, totals)).findings if one.check == "unlabelled"
    )
    assert found.status is Status.FAIL
