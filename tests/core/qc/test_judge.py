"""The verdict."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsvc.core.qc.judge import verdict
from labsvc.model.result import Finding, Status, Verdict


def of(*statuses: Status) -> list[Finding]:
    return [Finding("check", status, None, "", "") for status in statuses]


@pytest.mark.parametrize(
    ("statuses", "said"),
    [
        ((Status.PASS, Status.PASS), Verdict.ACCEPTED),
        ((Status.PASS, Status.WARN), Verdict.REVIEW),
        ((Status.WARN, Status.FAIL, Status.PASS), Verdict.REJECTED),
        ((Status.NOT_APPLICABLE, Status.PASS), Verdict.ACCEPTED),
        ((Status.NOT_APPLICABLE, Status.WARN), Verdict.REVIEW),
        ((), Verdict.ACCEPTED),
    ],
)
def test_the_worst_finding_decides(statuses: tuple[Status, ...], said: Verdict) -> None:
    """One failure rejects, one warning asks for review."""
    assert verdict(of(*statuses)) is said


@given(st.lists(st.sampled_from(Status)))
def test_the_order_of_the_findings_says_nothing(statuses: list[Status]) -> None:
    """The same findings in any order, and once more each, give the same verdict."""
    there = verdict(of(*statuses))
    assert verdict(of(*reversed(statuses), *statuses)) is there
    assert there is not Verdict.HELD
