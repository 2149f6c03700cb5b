"""Findings on the terminal and as JSON."""

from __future__ import annotations

import json

import pytest
import typer

from labsvc.cli.findings import tell_findings
from labsvc.service.authoring.finding import Finding

ODD = Finding("warning", "p.yaml", "odd \x1b[31m", 3, 2, "a: \x1b[31mb")
WRONG = Finding("error", "p.yaml", "wrong", 4, 1, "b")


def test_warnings_alone_are_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    """They are counted; and what a file holds cannot steer the terminal."""
    tell_findings([ODD], 1, as_json=False)
    said = capsys.readouterr()
    assert said.out == "1 files, 0 errors, 1 warnings\n"
    assert "\x1b" not in said.err


def test_errors_end_with_78(capsys: pytest.CaptureFixture[str]) -> None:
    """In JSON too, where standard output is one document."""
    with pytest.raises(typer.Exit) as ended:
        tell_findings([ODD, WRONG], 1, as_json=True)
    assert ended.value.exit_code == 78
    assert [one["severity"] for one in json.loads(capsys.readouterr().out)] == ["warning", "error"]
