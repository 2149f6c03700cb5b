"""Filed numbers run after run, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from labsvc.model.filing import Filing
from labsvc.model.result import Finding, Parameter, Result, Status, Verdict
from labsvc.store.database import Database
from labsvc.store.numbers import (
    Numbered,
    cpm_numbers,
    curve_numbers,
    finding_numbers,
    listed,
    parameter_numbers,
)

MakeFiling = Callable[..., Filing]
MakeResult = Callable[..., Result]
File = Callable[..., None]


def judged(z_prime: float | None) -> tuple[Finding, ...]:
    return (Finding("z_prime", Status.PASS, z_prime, ">= 0.5", "Z'."),)


@pytest.fixture
def file(
    database: Database, make_filing: MakeFiling, make_result: MakeResult, noon: datetime
) -> File:
    """Files run ``n``, a day after run ``n - 1``."""

    def one(n: int, *, revision: int = 1, **changes: object) -> None:
        result = make_result(f"run{n:05}", **changes)
        at = noon + timedelta(days=n + 100 * (revision - 1))
        sha256 = f"{n:02}{revision:02}" * 16
        folder = f"2026/{n}-{revision}"
        database.file(make_filing(sha256, result, revision=revision, filed_at=at, folder=folder))

    return one


def values(found: list[Numbered]) -> list[float]:
    return [one.value for one in found]


def test_a_finding_s_numbers_come_in_the_order_of_filing(
    database: Database, file: File, noon: datetime
) -> None:
    """With day, protocol, verdict and lots of their run."""
    file(1, findings=judged(0.7), lots={"membranes": "M1"})
    file(2, findings=judged(0.6), verdict=Verdict.REVIEW, simulated=True)
    first, second = finding_numbers(database, "z_prime")
    assert first == Numbered("run00001", noon + timedelta(days=1), 0.7, "mor-binding", True, False,
                             {"membranes": "M1"})  # fmt: skip
    assert (second.value, second.accepted, second.simulated, second.lots) == (0.6, False, True, {})


def test_a_check_that_gave_no_number_is_none(database: Database, file: File) -> None:
    file(1, findings=judged(None))
    assert finding_numbers(database, "z_prime") == []


def test_of_a_run_filed_again_the_latest_revision_counts_in_its_old_place(
    database: Database, file: File
) -> None:
    """What is analysed again does not move to the end."""
    file(1, findings=judged(0.7))
    file(2, findings=judged(0.6))
    file(1, revision=2, findings=judged(0.5))
    assert values(finding_numbers(database, "z_prime")) == [0.5, 0.6]


def test_a_bounded_potency_is_no_number(
    database: Database, file: File, make_result: MakeResult
) -> None:
    """``IC50 > 10 uM`` is not 10 uM."""
    (curve, *_) = make_result().curves
    assert curve.fit is not None
    bounded = replace(curve, fit=replace(curve.fit, qualifier=">", qualifier_bound=1e-5), ki=None)
    file(1)
    file(2, curves=(bounded,))
    assert values(curve_numbers(database, "ic50", "X1")) == [3.5e-8]
    assert values(curve_numbers(database, "ki", "X1")) == [1.2e-8]
    assert curve_numbers(database, "ki", "X9") == []


def test_a_parameter_without_a_column_is_read_from_the_documents(
    database: Database, file: File, make_result: MakeResult
) -> None:
    """Bmax, or Kd of a saturation."""
    (curve, *_) = make_result().curves
    assert curve.fit is not None
    fit = replace(curve.fit, parameters={"bmax": Parameter(812.0, "fmol/mg")})
    file(1, curves=(replace(curve, fit=fit, ki=None),))
    file(2)
    assert values(parameter_numbers(database, "bmax", "X1")) == [812.0]


def test_the_cpm_of_a_role_is_the_mean_of_what_is_not_masked(
    database: Database, file: File, make_result: MakeResult
) -> None:
    """Two totals of 100 and 200 cpm, and one of 9000 that was masked."""
    (point, *_) = make_result().points
    counted = ((1, 100.0, None), (2, 200.0, None), (3, 9000.0, "wet"))
    totals = tuple(
        point._replace(position=f"B0{n}", role="total", cpm=cpm, masked=why)
        for n, cpm, why in counted
    )
    file(1, points=totals)
    file(2)
    assert values(cpm_numbers(database, "total")) == [150.0]


def test_what_can_be_charted_is_listed_with_its_runs(database: Database, file: File) -> None:
    """What only one run has is not, nor what stands there under another name."""
    twice = Finding("reference: X1", Status.PASS, 1.2e-8, "", "Ki.")
    for n in (1, 2):
        file(n, findings=(*judged(0.7), twice))
    file(3, protocol="other")
    found = {(one.name, one.protocol): one.runs for one in listed(database)}
    assert found == {("z_prime", "mor-binding"): 2, ("ki: X1", "mor-binding"): 2,
                     ("ic50: X1", "mor-binding"): 2}  # fmt: skip
