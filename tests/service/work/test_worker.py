"""The worker: one capture's trouble is never the next one's, on a home on disk."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from labsvc.driver import Driver, Recognition, Record
from labsvc.errors import StoreError
from labsvc.model.capture import Capture
from labsvc.model.filing import CaptureState
from tests.bench import Bench, bench, capture, harvest, open_bench, report, report_name

PLATE = "NET-0411"


class Broken(Driver):
    """A driver with a bug."""

    title = "broken"
    maturity = "draft"

    def recognises(self, capture: Capture) -> Recognition:
        return Recognition(capture.name.endswith(".bug"), "by its name")

    def parse(self, capture: Capture) -> list[Record]:
        return [1 // 0]  # type: ignore[list-item]

    def simulate(self, records: object, *, fault: str | None = None) -> bytes:
        return b""


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path / "home", drivers={"broken": Broken()}) as made:
        made.lay_sheet(PLATE)
        yield made


def reason_file(lab: Bench) -> str:
    (folder,) = (one.folder for one in lab.home.quarantine.entries())
    return (lab.home.root / "quarantine" / folder / "reason.txt").read_text("utf-8")


def test_a_bug_in_a_driver_sets_the_capture_aside_and_the_next_is_filed(lab: Bench) -> None:
    """With the traceback for the driver's author; one alert for the lab."""
    lab.put("run.bug", b"bytes")
    lab.put(report_name(PLATE), report(PLATE))
    states = {outcome.name: outcome.state for outcome in lab.work()}
    assert states == {"run.bug": CaptureState.QUARANTINED, report_name(PLATE): CaptureState.FILED}
    assert reason_file(lab).startswith("ZeroDivisionError while it was analysed: a fault of labsvc")
    assert "Traceback" in reason_file(lab)
    assert "1 // 0" in reason_file(lab)
    assert [owed.alert.kind for owed in lab.owed()] == ["quarantine"]
    assert lab.home.inbox.entries() == []


def test_a_driver_that_is_gone_sets_its_captures_aside(lab: Bench) -> None:
    """One sentence that names the drivers there are; no traceback."""
    outcome = lab.sees("run.txt", b"bytes", driver="acme")
    assert outcome.state is CaptureState.QUARANTINED
    assert (outcome.reason or "").startswith("there is no driver 'acme'; installed are ")
    assert "microbeta" in (outcome.reason or "")


def test_a_failing_disk_ends_the_round_and_the_capture_stays(lab: Bench) -> None:
    """Our own trouble: it never counts against the capture, however long it lasts."""
    lab.put(report_name(PLATE), report(PLATE))
    place = lab.home.root / "archive" / "2026"
    place.write_bytes(b"a file where the year's folder belongs")
    for _ in range(5):
        with pytest.raises(StoreError):
            lab.work()
    (entry,) = lab.home.inbox.entries()
    assert entry.attempts == 0
    place.unlink()
    (outcome,) = lab.work()
    assert outcome.state is CaptureState.FILED


def test_a_capture_that_stopped_the_service_three_times_is_set_aside_untried(lab: Bench) -> None:
    """The tries are counted on disk before each: a dead process needs to say nothing."""
    lab.put(report_name(PLATE), report(PLATE))
    for _ in range(3):
        lab.home.inbox.attempt(lab.home.inbox.entries()[0])
    (outcome,) = lab.work()
    assert outcome.state is CaptureState.QUARANTINED
    assert outcome.reason == "it stopped the service 3 times; set aside untried"
    assert lab.home.database.results() == []


def test_a_capture_filed_just_before_a_crash_is_no_fourth_try(lab: Bench) -> None:
    """It is in the database: only its entry in the inbox was left."""
    lab.sees(report_name(PLATE), report(PLATE))
    lab.put(report_name(PLATE), report(PLATE))
    for _ in range(3):
        lab.home.inbox.attempt(lab.home.inbox.entries()[0])
    (outcome,) = lab.work()
    assert outcome.state is CaptureState.DUPLICATE


def test_a_harvest_filed_just_before_a_crash_still_reaches_its_run(lab: Bench) -> None:
    """Between the commit and the refiling the service died; the next start makes it good."""
    lab.sees(report_name(PLATE), report(PLATE))
    log = capture("harvest.csv", harvest(PLATE, minutes=160))
    lab.line.take(log)
    lab.home.inbox.put(log)
    lab.work()
    assert lab.only_run().revision == 2


def test_bytes_changed_in_the_inbox_are_told_once_and_hold_up_nobody(lab: Bench) -> None:
    """The entry stays for a person; the next capture is filed."""
    damaged = lab.put("first.txt", b"some bytes")
    (lab.home.root / "inbox" / damaged.sha256).write_bytes(b"SOME bytes")
    lab.put(report_name(PLATE), report(PLATE))
    (outcome,) = lab.work()
    assert outcome.name == report_name(PLATE)
    assert lab.work() == []
    (owed,) = lab.owed()
    assert "first.txt" in owed.alert.subject
    assert [entry.name for entry in lab.home.inbox.entries()] == ["first.txt"]


def test_a_label_changed_in_the_inbox_is_told_once_and_never_filed_under_a_wrong_name(
    lab: Bench,
) -> None:
    """Its seal does not fit; the bytes lie there, and the same run exported again is filed."""
    lab.lay_sheet("NET-0411")
    brought = lab.put(report_name("NET-0411"), report("NET-0411"))
    label = lab.home.root / "inbox" / f"{brought.sha256}.json"
    label.write_bytes(label.read_bytes().replace(b"NET-0411", b"NET-0999"))
    assert lab.work() == lab.work() == []
    (told,) = lab.owed()
    assert "Inbox damaged" in told.alert.subject
    lab.sees(report_name("NET-0411"), report("NET-0411"))
    assert lab.only_run().plate_id == "NET-0411"


def test_an_archive_that_holds_more_than_the_database_is_never_overwritten(
    tmp_path: Path,
) -> None:
    """The database was lost, a second revision is in the archive: set aside, and told."""
    root = tmp_path / "home"
    with bench(root) as lab:
        lab.sees(report_name(PLATE), report(PLATE))
        lab.lay_sheet(PLATE)
        lab.work()
        before = {path: path.read_bytes() for path in lab.archived("*.json")}
    for left in root.glob("labsvc.db*"):
        left.unlink()
    with bench(root) as lab:
        outcome = lab.sees(report_name(PLATE), report(PLATE))
        assert outcome.state is CaptureState.QUARANTINED
        assert "restore the database from its backup" in (outcome.reason or "")
        assert lab.home.quarantine.read(outcome.folder).content == report(PLATE)
        assert {path: path.read_bytes() for path in lab.archived("*.json")} == before


def altered(raw: Path) -> None:
    raw.write_bytes(b"altered")


def without_manifest(raw: Path) -> None:
    (raw.parent.parent / "manifest.json").unlink()


def gone(raw: Path) -> None:
    shutil.rmtree(raw.parent.parent)


@pytest.mark.parametrize("lost", [altered, without_manifest, gone])
def test_a_held_run_that_cannot_be_released_holds_up_no_other(
    lab: Bench, lost: Callable[[Path], None]
) -> None:
    """Its raw bytes are not as they were filed: the lab is told, and the other run is released."""
    lab.home.runsheets.joinpath(f"{PLATE}.yaml").unlink()
    for plate in (PLATE, "NET-0412"):
        lab.sees(report_name(plate), report(plate))
    (raw,) = lab.archived(report_name("NET-0412"))
    lost(raw)
    for plate in (PLATE, "NET-0412"):
        lab.lay_sheet(plate)
    lab.work()
    verdicts = {one.plate_id: one.revision for one in lab.home.database.results()}
    assert verdicts == {PLATE: 2, "NET-0412": 1}
    assert any("Run not analysed again" in owed.alert.subject for owed in lab.owed())


def test_a_release_that_our_disk_stopped_is_made_good(lab: Bench) -> None:
    """The run sheet is read once; the release is due until it is done."""
    lab.home.runsheets.joinpath(f"{PLATE}.yaml").unlink()
    lab.sees(report_name(PLATE), report(PLATE))
    url = f"sqlite:///{lab.home.root / 'labsvc.db'}"
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE results RENAME TO elsewhere"))
    lab.lay_sheet(PLATE)
    with pytest.raises(StoreError):
        lab.work()
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO results"))
    engine.dispose()
    lab.work()
    assert lab.only_run().revision == 2


def test_a_run_sheet_with_a_fault_is_told_once(lab: Bench) -> None:
    """File and line, in a message to the lab, also after a new start."""
    lab.lay_sheet("NET-0500", b"protocol: net-nisoxetine-binding\nplat: NET-0500\n")
    lab.work()
    lab.work()
    open_bench(lab.home).work()
    (owed,) = lab.owed()
    assert "NET-0500.yaml:2: " in owed.alert.text
    assert "'plat'" in owed.alert.text
