"""labsvc runs timeline."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from labsvc.driver import HarvestRun
from tests.bench import START, bench, named, report, report_name
from tests.cli.conftest import PLATE, Labsvc


@pytest.fixture
def late(tmp_path: Path) -> Path:
    """A plate whose incubation took 140 min, and a second one of which no log tells."""
    root = tmp_path / "late"
    log = HarvestRun("", PLATE, "harvest", started_at=START + timedelta(minutes=140))
    with bench(root) as lab:
        lab.put("harvest.csv", named("harvest").simulate([log]))
        for plate in (PLATE, "NET-0412"):
            lab.lay_sheet(plate)
            lab.put(report_name(plate), report(plate))
        lab.work()
    return root


def test_each_plate_has_one_line_and_what_was_out_of_its_time(labsvc: Labsvc, late: Path) -> None:
    """Under its own plate."""
    lines = labsvc("runs", "timeline", "--home", late).out.splitlines()
    (at,) = [place for place, line in enumerate(lines) if PLATE in line and " UTC: " in line]
    assert ", +" in lines[at]
    assert "harvest" in lines[at]
    assert "count" in lines[at]
    assert lines[at + 1].startswith("  WARN The ")
    assert sum(" UTC: " in line for line in lines) == 2


def test_only_the_runs_that_are_named_are_shown(labsvc: Labsvc, late: Path) -> None:
    """As JSON too, with the findings of its times and no others."""
    runs = {
        row["plate_id"]: row["id"] for row in labsvc("runs", "ls", "--home", late, "--json").json
    }
    (row,) = labsvc("runs", "timeline", runs[PLATE], "--home", late, "--json").json["runs"]
    assert (row["id"], row["plate_id"]) == (runs[PLATE], PLATE)
    assert [one["check"] for one in row["findings"]] == ["step_incubation"]
    assert row["line"].count(",") + 1 == len({one["step"] for one in row["timeline"]})


def test_a_run_that_is_not_there_is_told(labsvc: Labsvc, late: Path) -> None:
    """Not an empty list."""
    assert labsvc("runs", "timeline", "ffff", "--home", late).code == 78


def test_what_bounds_the_counters_clock_stands_below(labsvc: Labsvc, late: Path) -> None:
    """By the soonest report of the source."""
    (clock,) = labsvc("runs", "timeline", "--home", late, "--json").json["clocks"]
    assert (clock["source"], clock["runs"]) == ("counter-1", 2)
    assert "The clock of counter-1 is at most" in labsvc("runs", "timeline", "--home", late).out
