"""The line for one capture, on a home on disk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from labsvc.driver import CountRun, Driver, Files, HarvestRun, Recognition, Record, Wash
from labsvc.model.capture import Capture
from labsvc.model.filing import CaptureState
from labsvc.model.result import Verdict
from tests.bench import (
    START,
    Bench,
    bench,
    capture,
    harvest,
    named,
    plate_run,
    report,
    report_name,
)

PLATE = "NET-0411"


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path / "home") as made:
        made.lay_sheet(PLATE)
        made.worker.look_at_book()
        yield made


class Pair(Driver):
    """Two runs of one plate number in one file."""

    title = "two runs in one file"
    maturity = "draft"
    files = Files(("*.pair",))
    second: CountRun

    def recognises(self, capture: Capture) -> Recognition:
        return Recognition.yes("always")

    def parse(self, capture: Capture) -> list[Record]:
        return [plate_run(PLATE), self.second]

    def simulate(self, records: object, *, fault: str | None = None) -> bytes:
        return b""


def test_a_plate_is_filed_with_its_answers(lab: Bench) -> None:
    """Bytes, records, result, report, figures and the texts used lie in one folder."""
    lab.sees("harvest.csv", harvest(PLATE))
    outcome = lab.sees(report_name(PLATE), report(PLATE))
    (filed,) = outcome.results
    assert outcome.state is CaptureState.FILED
    assert filed.result.verdict is Verdict.ACCEPTED
    names = set(lab.home.archive.names(outcome.folder))
    assert names >= {
        f"raw/{report_name(PLATE)}", "run.json", "result.json", "report.html",
        "figures/curves.svg", "figures/plate.svg", "protocol.yaml", "runsheet.yaml",
    }  # fmt: skip
    assert lab.home.archive.read(outcome.folder, f"raw/{report_name(PLATE)}") == report(PLATE)
    assert lab.owed() == []


def test_the_same_bytes_twice_are_filed_once(lab: Bench) -> None:
    """The second time nothing is written and nothing is owed."""
    first = lab.sees(report_name(PLATE), report(PLATE))
    before = lab.archived("*")
    again = lab.sees("a copy under another name.txt", report(PLATE))
    assert again.state is CaptureState.DUPLICATE
    assert again.reason == f"the same bytes were filed as {report_name(PLATE)}"
    assert again.folder == first.folder
    assert lab.archived("*") == before
    assert lab.only_run().revision == 1


def test_the_same_run_exported_twice_is_filed_once_and_its_bytes_are_kept(lab: Bench) -> None:
    """Other bytes, same readings: a duplicate, with the second export in the archive."""
    lab.sees(report_name(PLATE), report(PLATE))
    second = report(PLATE) + b"\r\n"
    again = lab.sees("export again.txt", second)
    assert again.state is CaptureState.DUPLICATE
    assert again.reason == "every run in it is filed already"
    assert lab.home.archive.read(again.folder, "raw/export again.txt") == second
    assert lab.only_run().revision == 1
    assert list(lab.home.archive.verify()) == []


def test_changed_readings_make_a_second_revision(lab: Bench) -> None:
    """The same run with other numbers: both are kept, the later stands."""
    lab.sees(report_name(PLATE), report(PLATE, seed=1))
    outcome = lab.sees(report_name(PLATE), report(PLATE, seed=2))
    run = lab.only_run()
    assert (outcome.state, run.revision) == (CaptureState.FILED, 2)
    assert run.reason == "the counter exported this run again with other readings"
    assert len(lab.home.database.revisions(run.run_id)) == 2
    assert len(lab.archived("report.html")) == 2


def test_a_run_that_fails_its_qc_owes_one_alert(lab: Bench) -> None:
    """Membranes without binding: rejected, told once with the figure."""
    outcome = lab.sees(report_name(PLATE), report(PLATE, total=230.0))
    assert outcome.results[0].result.verdict is Verdict.REJECTED
    lab.sees(report_name(PLATE), report(PLATE, total=230.0))
    (owed,) = lab.owed()
    assert owed.alert.subject.startswith("[labsvc] QC failed: NET-0411 net-nisoxetine-binding: ")
    assert (owed.alert.figure_png or b"").startswith(b"\x89PNG")


def test_a_report_path_in_a_mail_is_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A home named relative to where the service was started is found from anywhere."""
    monkeypatch.chdir(tmp_path)
    with bench(Path("home")) as lab:
        outcome = lab.sees(report_name("NET-0999"), report("NET-0999"))
        (owed,) = lab.owed()
    assert f"{tmp_path}/home/archive/{outcome.folder}/report.html" in owed.alert.text


def test_a_report_cut_short_is_set_aside_with_its_bytes(lab: Bench) -> None:
    """The reason names line and text; the bytes lie in quarantine; one alert."""
    cut = report(PLATE, fault="truncated")
    outcome = lab.sees(report_name(PLATE), cut)
    assert outcome.state is CaptureState.QUARANTINED
    assert outcome.reason is not None
    assert outcome.reason.startswith("line ")
    assert lab.home.quarantine.read(outcome.folder).content == cut
    assert [owed.alert.kind for owed in lab.owed()] == ["quarantine"]


def test_what_was_set_aside_is_tried_again_when_it_comes_again(tmp_path: Path) -> None:
    """A driver that was mended files it, and it leaves the quarantine."""
    with bench(tmp_path / "home") as lab:
        assert lab.sees("a.pair", b"run").state is CaptureState.QUARANTINED
    mended = Pair()
    mended.second = plate_run("NET-0412")
    with bench(tmp_path / "home", drivers={"pair": mended}) as lab:
        assert lab.sees("a.pair", b"run", driver="pair").state is CaptureState.FILED
        assert lab.home.quarantine.entries() == []
        assert lab.home.database.totals()["captures_quarantined"] == 0


def test_two_runs_in_one_file_have_folders_of_their_own(tmp_path: Path) -> None:
    """Both hold a plate 1; neither takes the other's place."""
    driver = Pair()
    driver.second = plate_run("NET-0412", seed=2)
    with bench(tmp_path / "home", drivers={"pair": driver}) as lab:
        outcome = lab.sees("two.pair", b"two runs", driver="pair")
        folders = {one.folder for one in outcome.results}
        ids = {json.loads(lab.home.archive.read(outcome.folder, name))["id"]
               for name in lab.home.archive.names(outcome.folder)
               if name.endswith("result.json")}  # fmt: skip
    assert len(folders) == 2
    assert ids == {one.result.run_id for one in outcome.results}


def test_the_same_run_twice_in_one_file_is_one_run(tmp_path: Path) -> None:
    """A report repeated in its file, as serial captures may hold it."""
    driver = Pair()
    driver.second = plate_run(PLATE)
    with bench(tmp_path / "home", drivers={"pair": driver}) as lab:
        outcome = lab.sees("twice.pair", b"twice", driver="pair")
    assert len(outcome.results) == 1


def test_a_run_that_contradicts_itself_in_one_file_is_refused(tmp_path: Path) -> None:
    """Same run, other readings, one file: nobody can tell which holds."""
    driver = Pair()
    driver.second = replace(plate_run(PLATE), readings=plate_run(PLATE, seed=2).readings)
    with bench(tmp_path / "home", drivers={"pair": driver}) as lab:
        outcome = lab.sees("odd.pair", b"odd", driver="pair")
    assert outcome.state is CaptureState.QUARANTINED
    assert "same run twice with different readings" in str(outcome.reason)


def test_simulated_captures_say_so_everywhere(lab: Bench) -> None:
    """The mark goes into result, report and mail."""
    marked = replace(capture(report_name(PLATE), report(PLATE, total=230.0)), simulated=True)
    lab.home.inbox.put(marked)
    (outcome,) = lab.work()
    assert outcome.results[0].result.simulated
    html = lab.home.archive.read(outcome.folder, "report.html").decode()
    assert "simulated" in html.lower()
    assert "(simulated)" in lab.owed()[0].alert.subject


def test_a_harvest_without_a_time_has_its_time_of_receipt(lab: Bench) -> None:
    """A bare barcode scan is an event of the moment it came."""
    outcome = lab.sees("scanner.scan", b"NET-0411\r\n", driver="harvest")
    (event,) = lab.home.database.events(PLATE)
    assert outcome.plates == (PLATE,)
    assert event.step == "harvest"
    assert event.source == "counter-1 (time of receipt)"


def test_a_plate_washed_once_instead_of_three_times_is_told(lab: Bench) -> None:
    """From the line of the harvest log to the finding, the timeline and the report."""
    at = START + timedelta(minutes=121)
    log = HarvestRun("", PLATE, "harvest", started_at=at, washes=(Wash(2.0),))
    lab.sees("harvest.csv", named("harvest").simulate([log]))
    outcome = lab.sees(report_name(PLATE), report(PLATE))
    document = json.loads(lab.home.archive.read(outcome.folder, "result.json"))
    (found,) = (one for one in document["findings"] if one["check"] == "washes_filtration")
    assert (document["verdict"], found["status"], found["value"]) == ("review", "warn", 1)
    (harvested,) = (one for one in document["timeline"] if one["step"] == "harvest")
    assert (harvested["washes"], harvested["wash_ml"]) == (1, 2)
    assert "had 1 wash of 2 mL by counter-1; expected 3 washes of 2 mL" in harvested["finding"]
    html = lab.home.archive.read(outcome.folder, "report.html").decode()
    assert "harvest, 1 wash of 2 mL" in html
    assert lab.home.database.verify() == []


def test_a_line_of_the_log_without_a_time_keeps_what_it_tells(lab: Bench) -> None:
    """Its washes, and how the filter lay."""
    lab.sees("h.csv", b"plate,washes,orientation\nNET-0411,0,mirrored\n", driver="harvest")
    (event,) = lab.home.database.events(PLATE)
    assert (event.washes, event.wash_ml, event.orientation) == (0, None, "mirrored")
