"""Three plates of one file whose controls are taken together, through the real line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from labsvc.driver import Channel, CountRun, Instrument, Program, Reading
from labsvc.model.filing import StoredResult
from labsvc.model.plate import FORMATS
from labsvc.model.result import Masking
from labsvc.service.authoring.shipped import shipped
from labsvc.service.protocols.text import parse_protocol
from labsvc.service.work.drafting import MOVED
from labsvc.service.work.refiling import Refiler
from tests.bench import Bench, bench, named

NAME = "hsert-5ht-uptake-24"
FILE = "5HT24-0012.txt"


def sheet(number: int) -> bytes:
    """The run sheet of one plate of the file."""
    return f"""\
protocol: {NAME}
plate: 5HT-{number}
count: {{file: "5HT24-0012*", plate: {number}}}
compounds:
  - {{name: paroxetine, slot: 1, top: 10 nM, dilution: 1:10}}
  - {{name: desipramine, slot: 2, top: 1 uM, dilution: 1:10}}
times: {{reaction_start: 2026-03-02 09:00, stop: 2026-03-02 09:10}}
""".encode()


def counted(first_vehicle: float | None = None) -> bytes:
    """The worked example's three plates as the counter reports them, A01 of the first so high."""
    file = shipped("protocols") / f"{NAME}.yaml"
    example = parse_protocol(file.read_bytes(), file=file.name).example
    assert example is not None
    first = example.readings if first_vehicle is None else (first_vehicle, *example.readings[1:])
    plates = [first, *(one.readings for one in example.others)]
    readings = [
        Reading(well, order, (Channel("1", cpm=cpm, corrected=("background",)),), plate=number,
                sample=f"Unk_{order}")
        for number, values in enumerate(plates, start=1)
        for order, (well, cpm) in enumerate(zip(FORMATS[24].wells(), values, strict=True), start=1)
    ]  # fmt: skip
    run = CountRun("run", Instrument("PerkinElmer", "MicroBeta"), tuple(readings),
                   Program("9", "HSERT_UPTAKE"), datetime(2026, 3, 2, 15, 0))  # fmt: skip
    return named("microbeta").simulate([run])


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Bench]:
    """The run is filed; the third plate's run sheet is not there yet."""
    with bench(tmp_path) as made:
        shutil.copy(shipped("protocols") / f"{NAME}.yaml", made.home.protocols)
        made.lay_sheet("5HT-1", sheet(1))
        made.lay_sheet("5HT-2", sheet(2))
        made.sees(FILE, counted(), driver="microbeta")
        yield made


def results(lab: Bench) -> list[StoredResult]:
    """The latest of each plate, in their order."""
    return sorted(lab.home.database.results(), key=lambda one: json.loads(one.document)["plate"])


def told(stored: StoredResult, name: str) -> Any:
    found = [one for one in json.loads(stored.document)["operations"] if one["name"] == name]
    return found[0]


def test_all_plates_wait_and_are_released_by_the_missing_run_sheet(lab: Bench) -> None:
    """Also the two whose own run sheets were there: nothing else changed of them."""
    assert [one.verdict for one in results(lab)] == ["held"] * 3
    assert "plate 3 is held: no run sheet" in json.loads(results(lab)[0].document)["held_because"]
    lab.lay_sheet("5HT-3", sheet(3))
    lab.worker.look_at_book()
    filed = results(lab)
    assert [one.verdict for one in filed] == ["accepted"] * 3
    assert len({told(one, "vehicle")["inputs"]["mean_cpm"] for one in filed}) == 1
    assert (
        "5HT-2 (this plate) 3734.5 (2), 5HT-1 3583.5 (2)"
        in told(filed[1], "controls of the run")["sentence"]
    )


def test_a_control_masked_on_one_plate_files_the_others_anew(lab: Bench) -> None:
    """Their numbers stand on it too; each says why there is a new revision."""
    lab.lay_sheet("5HT-3", sheet(3))
    lab.worker.look_at_book()
    first, second, third = results(lab)
    refiler, now = Refiler(lab.line), datetime(2026, 3, 3, tzinfo=UTC)
    refiler.mask(second, (Masking("A01", "bubble", "A. Miller", now),), "bubble", by="A. Miller")
    assert {one.result.run_id for one in refiler.followed} == {first.run_id, third.run_id}
    (mean,) = {told(one, "vehicle")["inputs"]["mean_cpm"] for one in results(lab)}
    assert mean == pytest.approx((3468 + 3699 + 3521 + 3576 + 3526) / 5)
    assert "controls of 5HT-2, pooled with its own, changed: bubble" in {
        one.reason for one in refiler.followed
    }


def test_a_masked_sample_concerns_its_own_plate_alone(lab: Bench) -> None:
    """Nothing of the others changes, so nothing of them is filed."""
    lab.lay_sheet("5HT-3", sheet(3))
    lab.worker.look_at_book()
    refiler, now = Refiler(lab.line), datetime(2026, 3, 3, tzinfo=UTC)
    refiler.mask(results(lab)[1], (Masking("A03", "spilt", "A", now),), "spilt")
    assert refiler.followed == []


def test_new_readings_of_one_plate_file_the_others_anew(lab: Bench) -> None:
    """The counter exports the run again, with another count of a control on the first plate."""
    lab.lay_sheet("5HT-3", sheet(3))
    lab.worker.look_at_book()
    lab.sees("5HT24-0012 again.txt", counted(3900.0), driver="microbeta")
    filed = results(lab)
    assert [one.revision for one in filed] == [3, 3, 3]
    assert len({told(one, "vehicle")["inputs"]["mean_cpm"] for one in filed}) == 1
    assert lab.home.database.revisions(filed[1].run_id)[-1].reason == MOVED
