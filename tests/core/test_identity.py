"""What makes a result itself, and what makes readings the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from labsvc.core.identity import readings_digest, run_id
from labsvc.model.run import CountRun
from tests.core.bench import COUNTS, counted_run, reading, readings, unit, units_of


def test_the_run_id_is_stable_for_ever() -> None:
    """From run key and plate alone: SHA-256 of both, reckoned outside this program."""
    (rack,) = units_of(counted_run([reading("1", rack="1")], run_key="wizard2 4640"))
    assert run_id(unit()) == "0bac3221e568"
    assert run_id(rack) == run_id(replace(rack, file_name="again.csv", driver="other"))
    assert len(run_id(rack)) == 12


def test_plates_of_one_run_have_ids_of_their_own() -> None:
    """And another run has another."""
    run = counted_run([reading("A01", plate=1), reading("A01", plate=2)])
    other = counted_run([reading("A01", plate=1)], run_key="another")
    ids = {run_id(one) for one in (*units_of(run), *units_of(other))}
    assert len(ids) == 3


def test_the_same_run_exported_again_has_the_same_readings_digest() -> None:
    """Notes of the export (extras, warnings, file) are no readings."""
    run = counted_run(readings(COUNTS))
    again = replace(run, extras={"exported": "later"}, warnings=("odd line",))
    assert digest(run) == digest(again)
    assert units_of(again, "NET-0147 (1).txt")[0].file_name == "NET-0147 (1).txt"


def digest(run: CountRun) -> str:
    (one,) = units_of(run)
    return readings_digest(one)


@pytest.mark.parametrize(
    "changed", [{"cpm": 1000.1}, {"dpm": 2.0}, {"corrected": ("background",)}, {"counts": 7.0}]
)
def test_any_other_figure_is_another_digest(changed: dict[str, Any]) -> None:
    """A recount under the same key is noticed."""
    first, *rest = readings(COUNTS)
    other = first._replace(channels=(first.channels[0]._replace(**changed),))
    assert digest(counted_run((first, *rest))) != digest(counted_run((other, *rest)))
