"""Findings: place, line as written, mark."""

from __future__ import annotations

from labsvc.errors import ConfigError
from labsvc.service.authoring.finding import Finding, findings

TEXT = "name: x\nkd: {value: 10, source: me}\n"


def test_the_mark_is_under_what_the_sentence_quotes() -> None:
    """From the key on: the value that is wrong, not the key it belongs to."""
    fault = ConfigError("'kd: value': '10' has no unit", file="p.yaml", line=2, column=6)
    (found,) = findings([fault], TEXT)
    assert found.lines() == [
        "p.yaml:2:13: error: 'kd: value': '10' has no unit",
        "    kd: {value: 10, source: me}",
        "                ^",
    ]


def test_findings_are_in_the_order_of_the_file() -> None:
    """Those of the whole file first; a line without a column begins at its first word."""
    faults = [ConfigError("b", file="p", line=2), ConfigError("a", file="p")]
    assert [(one.line, one.column) for one in findings(faults, TEXT)] == [(None, None), (2, 1)]


def test_a_finding_as_json() -> None:
    """The message has file and line, the sentence has neither."""
    (found,) = findings([ConfigError("odd", file="p", line=1)], TEXT, severity="warning")
    document = found.document()
    assert (document["message"], document["sentence"]) == ("p:1: odd", "odd")
    assert (document["severity"], document["text"]) == ("warning", "name: x")


def test_a_line_without_end_is_cut() -> None:
    """A megabyte on one line is not printed."""
    found = Finding("error", "p", "too long", 1, 5000, "x" * 100_000)
    assert len("".join(found.lines())) < 300
