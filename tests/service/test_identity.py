"""Which run a file holds: known ones, replayed ones and new ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from labsvc.model.filing import CaptureState
from tests.bench import Bench, bench

SAMPLES = Path(__file__).parents[1] / "drivers"
UPTAKE = (SAMPLES / "tricarb" / "data" / "uptake.csv").read_bytes()
CYCLES = (SAMPLES / "tricarb" / "data" / "two_cycles.csv").read_bytes()
TOPCOUNT = (SAMPLES / "topcount" / "data" / "plate0061.txt").read_bytes()


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path / "home") as made:
        yield made


def runs(lab: Bench) -> dict[str, int]:
    """The latest revision of each run."""
    return {one.run_id: one.revision for one in lab.home.database.results()}


def test_a_replay_with_another_quench_set_is_a_revision(lab: Bench) -> None:
    """Same raw counts, other dpm: the same run. The first replay again is nothing new."""
    replay = UPTAKE.replace(b"290.909", b"301.114").replace(b"288.415", b"298.530")
    assert replay != UPTAKE
    lab.sees("Report1.csv", UPTAKE)
    lab.sees("Report1_RE.csv", replay)
    assert list(runs(lab).values()) == [2]
    assert lab.sees("old.csv", UPTAKE + b"\r\n").state is CaptureState.DUPLICATE
    assert list(runs(lab).values()) == [2]


def test_a_new_run_under_an_old_file_name_is_a_new_run(lab: Bench) -> None:
    """A counter writes Report1.csv into a folder of each run."""
    other = UPTAKE.replace(b"20260302_1105", b"20260309_1105")
    lab.sees("Report1.csv", UPTAKE)
    lab.sees("Report1.csv", other)
    assert list(runs(lab).values()) == [1, 1]


def test_cycles_that_are_appended_to_a_file_are_runs_of_their_own(lab: Bench) -> None:
    """The first is known when the file comes again with the second."""
    rows = CYCLES.rstrip().split(b"\r\n")
    lab.sees("Report1.csv", b"\r\n".join(rows[:-3]) + b"\r\n")
    (first,) = runs(lab)
    outcome = lab.sees("Report1.csv", CYCLES)
    assert runs(lab) == {first: 1, outcome.results[0].result.run_id: 1}
    (second,) = outcome.results
    assert second.result.run_id != first


def test_plates_that_are_appended_to_a_file_are_runs_of_their_own(lab: Bench) -> None:
    """A TopCount may write a day into one file: each time only the new plate is filed."""
    first, blank, _ = TOPCOUNT.partition(b"\r\n\r\n")
    (known,) = lab.sees("day.txt", first + blank).results
    (new,) = lab.sees("day.txt", TOPCOUNT).results
    assert runs(lab) == {known.result.run_id: 1, new.result.run_id: 1}
