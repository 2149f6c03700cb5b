"""The benchmark of lint: that it measures what it says."""

from __future__ import annotations

from benchmarks.protocols import LINES, protocol
from labsvc.service.authoring.linting import lint_protocol_file


def test_the_protocol_has_the_lines_and_no_error() -> None:
    """And a mistake in each slot is told 32 times."""
    assert protocol().count(b"\n") == LINES
    found = lint_protocol_file(protocol(), file="p.yaml")
    assert [one for one in found if one.severity == "error"] == []
    assert len(lint_protocol_file(protocol("acros"), file="p.yaml")) == 32
