"""labsvc step. labsvc run: tests/service/test_daemon.py."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from labsvc.service.home import Home, open_home
from tests.cli.conftest import PLATE, Labsvc

SCRIPT = Path(sys.executable).with_name("labsvc")


def test_a_bench_step_is_filed(labsvc: Labsvc, home: Path) -> None:
    """Local time on the bench, UTC in the record."""
    ran = labsvc("step", PLATE, "harvest", "--at", "2026-03-02 11:05", "--by", "M. Keller",
                 "--home", home, "--json")  # fmt: skip
    assert (ran.code, ran.json["state"]) == (0, "filed")
    assert ran.json["at"] == "2026-03-02T10:05:00+00:00"
    place = open_home(home)
    (event,) = place.database.events(PLATE)
    place.close()
    assert (event.step, event.at) == ("harvest", datetime(2026, 3, 2, 10, 5, tzinfo=UTC))
    assert event.source == "labsvc step"


def test_washes_by_hand_reach_the_record(labsvc: Labsvc, home: Path) -> None:
    """How many, and how much each time; 0 is told too."""
    given = ("--at", "2026-03-02 11:05", "--home", home)
    assert labsvc("step", PLATE, "harvest", "--washes", "3", "--wash-ml", "2", *given).code == 0
    assert labsvc("step", PLATE, "rinse", "--washes", "0", *given).code == 0
    place = open_home(home)
    events = {one.step: (one.washes, one.wash_ml) for one in place.database.events(PLATE)}
    place.close()
    assert events == {"harvest": (3, 2.0), "rinse": (0, None)}


@pytest.mark.parametrize(
    "given", [("--wash-ml", "2"), ("--washes", "0", "--wash-ml", "2"), ("--washes", "100"),
              ("--washes", "3", "--wash-ml", "nan"), ("--washes", "3", "--wash-ml", "-1")]
)  # fmt: skip
def test_washes_that_cannot_be_are_wrong_usage(
    labsvc: Labsvc, home: Path, given: tuple[str, ...]
) -> None:
    """A volume says how much each time, so there must be times."""
    ran = labsvc("step", PLATE, "harvest", *given, "--home", home)
    assert ran.code == 2
    assert given[-2] in ran.err


def test_a_step_without_a_time_is_now(labsvc: Labsvc, home: Path) -> None:
    """And told for people in one line."""
    ran = labsvc("step", PLATE, "reaction_start", "--home", home)
    assert ran.out.startswith(f"{PLATE}: reaction_start at ")
    assert ran.out.endswith(" filed\n")


def test_the_hour_that_comes_twice_is_told_apart_by_its_offset(labsvc: Labsvc, home: Path) -> None:
    """Without one it is refused, as is the hour that never comes."""
    for at in ("2026-10-25 02:30", "2026-03-29 02:30"):
        assert labsvc("step", PLATE, "harvest", "--at", at, "--home", home).code == 2
    at = "2026-10-25 02:30+01:00"
    ran = labsvc("step", PLATE, "harvest", "--at", at, "--home", home)
    assert ran.out == f"{PLATE}: harvest at 2026-10-25 02:30:00 filed\n"
    place = open_home(home)
    (event,) = place.database.events(PLATE)
    place.close()
    assert event.at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_a_step_reaches_a_run_that_is_filed_already(
    labsvc: Labsvc, filed: Path, opened: Home
) -> None:
    """The run is filed again with it."""
    labsvc("step", PLATE, "harvest", "--at", "2026-03-02 10:40", "--home", filed)
    (run,) = opened.database.results()
    assert (run.revision, run.verdict) == (2, "rejected")


def test_a_time_that_is_none_is_wrong_usage(labsvc: Labsvc, home: Path) -> None:
    """With an example of one that is."""
    ran = labsvc("step", PLATE, "harvest", "--at", "noon", "--home", home)
    assert (ran.code, ran.out) == (2, "")
    assert "'noon' is no time; write it as 2026-03-02 09:05" in " ".join(ran.err.split())


@pytest.mark.parametrize(
    ("plate", "step"),
    [("", "harvest"), (" ", "harvest"), ("NET\n0411", "harvest"), ("x" * 65, "harvest"),
     ("# end", "harvest"), (PLATE, "Har vest"), (PLATE, "")],
)  # fmt: skip
def test_what_is_no_name_is_wrong_usage(labsvc: Labsvc, home: Path, plate: str, step: str) -> None:
    """And nothing is taken."""
    ran = labsvc("step", plate, step, "--home", home)
    assert (ran.code, ran.out) == (2, "")
    assert "Invalid value for" in ran.err
    assert not (home / "inbox").exists()


@pytest.mark.parametrize("plate", ["a,b", '"q"', "=cmd()", "[/x]", "../x", "NET 0411"])
def test_an_odd_name_is_a_name(labsvc: Labsvc, home: Path, plate: str) -> None:
    """What the harvest log can quote."""
    assert labsvc("step", plate, "harvest", "--home", home).code == 0
    place = open_home(home)
    assert [event.plate_id for event in place.database.events(plate)] == [plate]
    place.close()


def test_a_running_service_takes_the_step(home: Path) -> None:
    """Two processes on one home: the command waits until the service has filed it."""
    run = [str(SCRIPT), "run", "--home", str(home)]
    step = [str(SCRIPT), "step", PLATE, "harvest", "--home", str(home)]
    with subprocess.Popen(run, stderr=subprocess.PIPE, text=True) as service:
        assert service.stderr is not None
        assert any("service started" in line for line in service.stderr)
        told = subprocess.run(step, capture_output=True, text=True, check=False)
        service.terminate()
        service.stderr.read()
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.endswith(" filed\n")
