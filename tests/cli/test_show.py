"""Results as lines of text."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from labsvc.cli.show import explain_lines, result_lines
from labsvc.core.benchsteps.timeline import one_line
from labsvc.model.document import result_document
from labsvc.model.result import Result
from tests.filing import example


def document(result: Result) -> dict[str, Any]:
    """As it is after it was filed and read again."""
    made: dict[str, Any] = json.loads(json.dumps(result_document(result)))
    return made


def test_a_result_begins_with_its_verdict() -> None:
    """Then one line for each curve; passes are left out."""
    result = example.result(curves=2)
    lines = list(result_lines(document(result)))
    assert lines[0].startswith(f"{result.run_id}  {result.verdict.value.upper()}  ")
    assert [f"  {one.compound}: {one.reportable}" for one in result.curves] == lines[1:3]
    assert not [line for line in lines if line.startswith("  PASS")]


def test_a_held_run_says_what_releases_it() -> None:
    """And why it is held."""
    lines = list(result_lines(document(example.held())))
    assert lines[1].startswith("  held: ")
    assert "; released by " in lines[1]


def test_an_uptake_table_is_shown_by_its_rows() -> None:
    """Keys first, then each figure by its name."""
    result = example.uptake()
    lines = list(result_lines(document(result)))
    for group in result.groups:
        key = " ".join(group.keys.values())
        assert any(line.startswith(f"  {key}: ") for line in lines)


def test_explain_names_every_constant_operation_and_check() -> None:
    """Each with its source or sentence."""
    result = example.result(curves=2)
    told = "\n".join(explain_lines(document(result)))
    for one in result.constants:
        assert f"  {one.name} = " in told
        assert one.source in told
    for operation in result.operations:
        assert operation.sentence in told
    for finding in result.findings:
        assert f"  {finding.status.value}: {finding.sentence}" in told


def test_explain_of_a_curve_that_was_not_fitted() -> None:
    """Said, not left out."""
    result = example.result(curves=1)
    bare = replace(result, curves=(replace(result.curves[0], fit=None, ki=None),))
    told = list(explain_lines(document(bare)))
    assert f"  {result.curves[0].compound}: not fitted" in told


def test_explain_of_every_kind_of_result() -> None:
    """Nothing that is missing stops it."""
    for result in (example.result(), example.held(), example.uptake(), example.hostile()):
        assert list(explain_lines(document(result)))


def test_explain_names_the_driver_the_versions_and_the_bench_steps_in_one_line() -> None:
    """What was in force when it was made; a document without a driver has no line for it."""
    result = example.result(curves=1)
    told = list(explain_lines({**document(result), "driver": "microbeta", "source": "counter-1"}))
    assert "  read by driver microbeta, from source counter-1" in told
    digest = str(result.protocol_digest)[:16]
    version = f"version {result.protocol_version}, digest {digest}"
    assert f"  protocol {result.protocol}, {version}" in told
    assert any(line.startswith(f"  run sheet {result.runsheet}, digest ") for line in told)
    assert f"  {one_line(result.timeline)}" in told
    assert not any("read by driver" in line for line in explain_lines(document(result)))
