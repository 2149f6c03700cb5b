"""The verdict: the worst finding decides."""

from __future__ import annotations

from collections.abc import Sequence

from labsvc.model.result import Finding, Status, Verdict


def verdict(findings: Sequence[Finding]) -> Verdict:
    """Rejected on any failure, review on any warning, else accepted."""
    statuses = {finding.status for finding in findings}
    if Status.FAIL in statuses:
        return Verdict.REJECTED
    if Status.WARN in statuses:
        return Verdict.REVIEW
    return Verdict.ACCEPTED
