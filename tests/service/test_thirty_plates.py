"""A day of thirty plates through the real line: each matched, turned back or held by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from labsvc.core.matching.orientation import origin
from labsvc.driver import HarvestRun
from labsvc.model.filing import StoredResult
from tests.bench import START, Bench, bench, named, plate_run, report_name, sheet

PLATES = [f"NET-{number:04d}" for number in range(601, 631)]
ROTATED_LOGGED, ROTATED_UNTOLD, MIRRORED, MISSING = "NET-0605", "NET-0611", "NET-0617", "NET-0623"
LAY = {ROTATED_LOGGED: "rotated_180", ROTATED_UNTOLD: "rotated_180", MIRRORED: "mirrored"}


def counted(plate: str, orientation: str) -> bytes:
    """The report of a plate whose filter lay so in the counter."""
    run = plate_run(plate, seed=PLATES.index(plate))
    wells = {one.position: one for one in run.readings}
    read = tuple(
        wells[origin(one.position, 96, orientation)]._replace(position=one.position,
                order=one.order)
        for one in run.readings
    )  # fmt: skip
    return named("microbeta").simulate([replace(run, readings=read)])


def harvests(told: dict[str, str]) -> bytes:
    """The harvester's log of the day; of some filters it tells how they were laid in."""
    return named("harvest").simulate(
        [
            HarvestRun("", plate, "harvest", started_at=START + timedelta(minutes=121),
                       orientation=told.get(plate))
            for plate in PLATES
        ]
    )  # fmt: skip


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with bench(tmp_path_factory.mktemp("thirty") / "home") as made:
        for plate in PLATES:
            if plate != MISSING:
                told = b"orientation: mirrored\n" if plate == MIRRORED else b""
                made.lay_sheet(plate, sheet(plate) + told)
        made.put("harvest.csv", harvests({ROTATED_LOGGED: "rotated_180"}))
        for plate in PLATES:
            made.put(report_name(plate), counted(plate, LAY.get(plate, "normal")))
        made.work()
        yield made


def of(lab: Bench, plate: str) -> StoredResult:
    (one,) = [run for run in lab.home.database.results() if run.plate_id == plate]
    return one


def document(lab: Bench, plate: str) -> Any:
    return json.loads(of(lab, plate).document)


def test_every_plate_is_filed_once_with_its_own_run_sheet(lab: Bench) -> None:
    """Or held: two of them."""
    runs = lab.home.database.results()
    assert sorted(str(run.plate_id) for run in runs) == PLATES
    held = {run.plate_id for run in runs if run.verdict == "held"}
    assert held == {ROTATED_UNTOLD, MISSING}
    sheets = {run.plate_id: json.loads(run.document)["runsheet"]["name"]
              for run in runs if run.verdict != "held"}  # fmt: skip
    assert sheets == {plate: plate for plate in PLATES if plate not in held}
    assert not [run.plate_id for run in runs if run.verdict == "rejected"]


@pytest.mark.parametrize(
    ("plate", "orientation", "source"),
    [
        (ROTATED_LOGGED, "rotated_180", "counter-1"),
        (MIRRORED, "mirrored", f"run sheet {MIRRORED}"),
    ],
)
def test_a_turn_that_was_told_is_undone_and_said(
    lab: Bench, plate: str, orientation: str, source: str
) -> None:
    """The numbers are those of the plate as it was pipetted."""
    found = document(lab, plate)
    assert found["operations"][0]["inputs"] == {"orientation": orientation, "source": source}
    pipetted = {one.position: one.channels[0].cpm
                for one in plate_run(plate, seed=PLATES.index(plate)).readings}  # fmt: skip
    for point in found["points"]:
        assert point["cpm"] == pytest.approx(pipetted[point["position"]], abs=0.5)


def test_a_turn_that_nobody_told_is_held_with_its_name(lab: Bench) -> None:
    """And nothing of it was reduced."""
    found = document(lab, ROTATED_UNTOLD)
    assert "fit a filter counted rotated by 180 degrees" in found["held_because"]
    assert "'orientation: rotated_180' in run sheet" in found["released_by"]
    assert found["points"] == []


def test_a_plate_without_its_run_sheet_is_held(lab: Bench) -> None:
    """It is not given another's."""
    assert document(lab, MISSING)["held_because"].startswith(f"no run sheet for plate {MISSING}")


def test_what_was_said_to_release_them_releases_them(lab: Bench) -> None:
    """The log of the same harvest with the orientation, and the run sheet. Last: it files them."""
    known = of(lab, ROTATED_LOGGED)
    told = dict.fromkeys((ROTATED_LOGGED, ROTATED_UNTOLD), "rotated_180")
    lab.put("harvest 2.csv", harvests(told))
    lab.lay_sheet(MISSING)
    lab.work()
    assert of(lab, ROTATED_LOGGED) == known
    for plate in (ROTATED_UNTOLD, MISSING):
        assert (of(lab, plate).revision, of(lab, plate).verdict) in (
            (2, "accepted"), (2, "review"),
        )  # fmt: skip
