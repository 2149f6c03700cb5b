"""The reference compounds against their accepted ranges."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from labsvc.core.qc.referencechecks import reference_findings
from labsvc.model.protocol import Reference
from labsvc.model.result import Affinity, Finding, Status
from tests.core.bench import PROTOCOL, assay, curve, fitted

RANGE = Reference("Imipramine", "ki", 5e-9, 5e-8, "own chart")


def referred(*curves: Any, reference: Reference = RANGE) -> tuple[Finding, ...]:
    return reference_findings(assay(protocol=replace(PROTOCOL, references=(reference,))), curves)


def with_ki(value: float | None, **more: Any) -> Any:
    return curve(fitted(2e-8), "imipramine", ki=Affinity(value, None, "", {}), **more)


@pytest.mark.parametrize(
    ("ki", "status"),
    [
        (5e-9, Status.PASS), (5e-8, Status.PASS), (2e-8, Status.PASS),
        (math.nextafter(5e-9, 0), Status.FAIL), (math.nextafter(5e-8, 1), Status.FAIL),
    ],
)  # fmt: skip
def test_a_reference_compound_is_held_against_its_range(ki: float, status: Status) -> None:
    """On the limit is inside."""
    (found,) = referred(with_ki(ki))
    assert (found.check, found.status, found.value) == ("reference: Imipramine", status, ki)
    assert found.limits == "5 nM to 50 nM (own chart)"


def test_a_reference_is_known_whatever_its_case() -> None:
    """IMIPRAMINE in the run sheet is the protocol's Imipramine."""
    (found,) = referred(curve(fitted(2e-8), "IMIPRAMINE", ki=Affinity(2e-8, None, "", {})))
    assert (found.check, found.status) == ("reference: Imipramine", Status.PASS)


def test_a_reference_just_outside_is_not_rounded_onto_its_limit() -> None:
    """50.04 nM would read as 50 nM."""
    (found,) = referred(with_ki(5.004e-8))
    assert found.sentence == "Ki of imipramine is 5.004e-08 M; expected 5 nM to 50 nM (own chart)."


def test_a_reference_may_be_accepted_by_its_ic50() -> None:
    """20 nM by the fit, whatever the Ki."""
    (found,) = referred(with_ki(None), reference=replace(RANGE, parameter="ic50"))
    assert (found.status, found.value) == (Status.PASS, 2e-8)
    assert found.sentence.startswith("IC50 of imipramine is 20 nM; expected")


def test_a_reference_that_was_not_run_warns() -> None:
    """The plate is not shown to be right."""
    (found,) = referred(curve(fitted(2e-8)))
    assert (found.status, found.value) == (Status.WARN, None)
    assert found.sentence == "The reference compound Imipramine was not on this run."


def test_a_reference_that_gave_no_number_fails() -> None:
    """It is there and did not work."""
    (found,) = referred(with_ki(None, reportable="IC50 > 10 µM"))
    assert found.status is Status.FAIL
    assert found.sentence.startswith("imipramine gave no Ki (IC50 > 10 µM); expected 5 nM")
    (unfitted,) = referred(curve(None, "imipramine"), reference=replace(RANGE, parameter="ic50"))
    assert unfitted.status is Status.FAIL


def test_each_curve_of_a_reference_is_held_against_the_range() -> None:
    """In two kinds of cells: the bad one does not hide behind the good one."""
    found = referred(with_ki(2e-8, name="imipramine (HEK)"), with_ki(2e-6, name="imipramine (WT)"))
    assert [(one.check, one.status) for one in found] == [
        ("reference: Imipramine (HEK)", Status.PASS), ("reference: Imipramine (WT)", Status.FAIL),
    ]  # fmt: skip
