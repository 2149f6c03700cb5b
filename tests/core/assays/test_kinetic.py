"""Kinetic binding: association and dissociation with time."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from labsvc.core.analyse import conclude
from labsvc.core.assays.kinetic import JOINT
from labsvc.model.protocol import Cited, Protocol
from labsvc.model.result import Curve, Finding, Fit, Result, Status
from tests.core.vials import LIGAND, Vial, counted, protocol

KON, KOFF, BMAX, BLANK = 2e7, 0.016, 5000.0, 50.0
TIMES = (2, 5, 10, 20, 40, 80)
KINETIC = protocol("kinetic_binding", "bound", JOINT)


def level(hot: float) -> float:
    return BMAX * hot / (hot + KOFF / KON)


def vials(hot: float, phase: str, **group: str) -> list[Vial]:
    """A course without noise, with a blank at each time."""
    return [
        vial for at in TIMES for vial in (_total(hot, phase, at, group), _blank(hot, phase, at))
    ]


def _total(hot: float, phase: str, at: float, group: dict[str, str]) -> Vial:
    rate = KON * hot + KOFF
    share = 1 - math.exp(-rate * at) if phase != "dissociation" else math.exp(-KOFF * at)
    return Vial("total", BLANK + level(hot) * share, hot, None, _time(phase, at) | group)


def _blank(hot: float, phase: str, at: float) -> Vial:
    return Vial("nonspecific", BLANK, hot, None, _time(phase, at))


def _time(phase: str, at: float) -> dict[str, str]:
    return {"minutes": f"{at:g}", "phase": phase} if phase else {"minutes": f"{at:g}"}


BOTH = [*vials(1e-9, "association"), *vials(4e-9, "association"), *vials(4e-9, "dissociation")]


def fitted(found: Protocol, rows: list[Vial]) -> Fit:
    (curve,) = conclude(counted(found, rows)).curves
    assert curve.fit is not None
    return curve.fit


def named(result: Result, check: str) -> Finding:
    (one,) = (found for found in result.findings if found.check == check)
    return one


def test_both_phases_together_give_the_rates_and_kd() -> None:
    """Made of kon 2e7 /M/min and koff 0.016 /min: Kd 0.8 nM."""
    found = fitted(KINETIC, BOTH).parameters
    assert found["kon"].value == pytest.approx(KON, rel=1e-6)
    assert found["koff"].value == pytest.approx(KOFF, rel=1e-6)
    assert found["kd"].value == pytest.approx(8e-10, rel=1e-6)


def test_what_is_reported_has_rates_kd_and_half_life() -> None:
    (curve,) = conclude(counted(KINETIC, BOTH)).curves
    assert curve.reportable.startswith("kon 2e+7 /(M min), koff 0.016 /min, Kd 800 pM")
    assert curve.reportable.endswith("half-life 43.3 min")


def test_dissociation_alone_gives_koff() -> None:
    """Association vials of the same run take no part."""
    only = protocol("kinetic_binding", "bound", "dissociation")
    fit = fitted(only, [*vials(4e-9, "association"), *vials(4e-9, "dissociation")])
    assert fit.n_points == len(TIMES)
    assert fit.parameters["k"].value == pytest.approx(KOFF, rel=1e-5)
    (curve,) = conclude(counted(only, vials(4e-9, "dissociation"))).curves
    assert curve.reportable.startswith("koff 0.016 /min")


def test_association_alone_gives_the_observed_rate() -> None:
    """A phase that is not written is association; kobs = kon L + koff = 0.096."""
    only = protocol("kinetic_binding", "bound", "association_one_conc")
    fit = fitted(only, vials(4e-9, ""))
    assert fit.parameters["k"].value == pytest.approx(KON * 4e-9 + KOFF, rel=1e-5)


def test_the_nominal_concentration_stands_where_the_vials_give_none() -> None:
    known = replace(KINETIC, radioligand=replace(LIGAND, concentration_m=4e-9))
    rows = [replace(one, concentration_m=None)
            for one in [*vials(4e-9, "association"), *vials(4e-9, "dissociation")]]  # fmt: skip
    assert fitted(known, rows).parameters["kon"].value == pytest.approx(KON, rel=1e-5)


def test_without_a_concentration_there_is_no_kon() -> None:
    rows = [replace(one, concentration_m=None) for one in BOTH]
    assert fitted(KINETIC, rows).status == "too_few_points"


def test_a_blank_of_another_concentration_is_not_taken_off() -> None:
    """4 nM has none of its own then: it is left as it is, and the result warns."""
    lacking = [one for one in BOTH if one.role == "total" or one.concentration_m == 1e-9]
    result = conclude(counted(KINETIC, lacking))
    four = [one for one in result.points if one.concentration_m == 4e-9]
    assert four[0].response == pytest.approx((four[0].dpm or 0.0) / (2.22 * 80))
    found = named(result, "nonspecific")
    assert (found.status, found.value) == (Status.WARN, 2.0 * len(TIMES))
    assert "12 of 18 positions have no non-specific ones" in found.sentence


@pytest.mark.parametrize(("kd", "status"), [(1e-9, Status.PASS), (3e-9, Status.WARN)])
def test_a_kd_unlike_that_of_equilibrium_warns(kd: float, status: Status) -> None:
    """0.8 nM by the rates: within threefold of 1, not of 3."""
    known = replace(KINETIC, radioligand=replace(LIGAND, affinity=Cited(kd, "M", "saturation 12")))
    found = named(conclude(counted(known, BOTH)), "kinetic Kd: [3H]nisoxetine")
    assert found.status is status
    assert "koff/kon is 800 pM; expected within threefold" in found.sentence


def test_an_unknown_phase_fails_by_name() -> None:
    """Its points are in no fit: a misspelling must not go unseen."""
    found = named(conclude(counted(KINETIC, [*BOTH, *vials(4e-9, "washout")])), "phases")
    assert found.status is Status.FAIL
    assert "'washout'" in found.sentence


def test_each_group_is_a_curve() -> None:
    rows = [*vials(4e-9, "association", cells="wild"), *vials(4e-9, "association", cells="mutant")]
    curves: tuple[Curve, ...] = conclude(counted(KINETIC, rows)).curves
    assert [one.compound for one in curves] == ["[3H]nisoxetine (wild)", "[3H]nisoxetine (mutant)"]


def test_a_run_without_times_fails() -> None:
    timeless = [replace(one, group={}) for one in BOTH]
    assert named(conclude(counted(KINETIC, timeless)), "kinetics").status is Status.FAIL
