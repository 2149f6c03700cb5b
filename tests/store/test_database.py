"""The database, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from labsvc.errors import ArchiveConflict
from labsvc.model.assay import BenchEvent
from labsvc.model.filing import Alert, CaptureState, Filing
from labsvc.model.result import Result, Verdict
from labsvc.store.database import Database

MakeFiling = Callable[..., Filing]
MakeResult = Callable[..., Result]
MakeAlert = Callable[..., Alert]


def test_a_filing_comes_back_from_the_database(
    database: Database, make_filing: MakeFiling, make_result: MakeResult, noon: datetime
) -> None:
    filing = make_filing("11" * 32, make_result("run00001"))
    database.file(filing)
    stored = database.result("run00001")
    assert stored is not None
    assert (stored.revision, stored.verdict, stored.plate) == (1, "accepted", 1)
    assert (stored.title, stored.filed_at) == ("µ-receptor, plate 1", noon)
    document = json.loads(stored.document)
    assert (document["id"], document["revision"]) == ("run00001", 1)
    assert database.verify() == []


def test_what_became_of_a_capture_is_known_by_its_bytes(
    database: Database, make_filing: MakeFiling, noon: datetime
) -> None:
    database.file(make_filing("11" * 32, state=CaptureState.QUARANTINED, reason="line 2: odd"))
    assert database.capture_state("11" * 32) is CaptureState.QUARANTINED
    assert database.capture_state("22" * 32) is None
    stored = database.capture("11" * 32)
    assert stored is not None
    assert (stored.name, stored.reason, stored.received_at) == ("A16_235.txt", "line 2: odd", noon)


def test_the_same_filing_again_changes_nothing(
    database: Database,
    make_filing: MakeFiling,
    make_result: MakeResult,
    make_alert: MakeAlert,
    noon: datetime,
) -> None:
    """Not even the audit trail: doing it twice equals doing it once."""
    event = BenchEvent("MOR-0042", "harvest", noon, "harvester")
    filing = make_filing("11" * 32, make_result(), events=(("h1", event),), alerts=(make_alert(),))
    for _ in range(3):
        database.file(filing)
    assert len(database.revisions("run00001")) == 1
    assert database.events("MOR-0042") == (event,)
    assert [owed.alert for owed in database.outbox()] == [make_alert()]
    assert database.totals()["captures_filed"] == 1


def test_a_refiling_adds_a_revision_and_keeps_the_first(
    database: Database, make_filing: MakeFiling, make_result: MakeResult
) -> None:
    database.file(make_filing("11" * 32, make_result()))
    masked = make_result(verdict=Verdict.REVIEW)
    database.file(make_filing("11" * 32, masked, revision=2, folder="elsewhere"))
    assert [(one.revision, one.verdict) for one in database.revisions("run00001")] == [
        (1, "accepted"),
        (2, "review"),
    ]
    assert database.digests("run00001") == ("22" * 32, "22" * 32)
    latest = database.result("run00001")
    first = database.result("run00001", 1)
    assert latest is not None
    assert first is not None
    assert (latest.reason, first.reason) == ("revision 2", "revision 1")
    assert database.result("run00001", 3) is None
    assert not database.folder_known("elsewhere")


def test_other_contents_under_a_filed_revision_are_a_conflict(
    database: Database, make_filing: MakeFiling, make_result: MakeResult
) -> None:
    """Two corrections that both call themselves revision 1: the second is not dropped unseen."""
    database.file(make_filing("11" * 32, make_result()))
    with pytest.raises(ArchiveConflict, match="run00001 revision 1"):
        database.file(make_filing("11" * 32, make_result(verdict=Verdict.REJECTED)))
    stored = database.result("run00001")
    assert stored is not None
    assert stored.verdict == "accepted"


def test_several_filings_are_committed_together_or_not_at_all(
    database: Database, make_filing: MakeFiling, make_result: MakeResult
) -> None:
    """The trail tells of each, in their order; a conflict in the last one leaves nothing."""
    first, second = (
        make_filing(f"{n}1" * 32, make_result(f"run0000{n}"), folder=f"2026/{n}") for n in (1, 2)
    )
    with pytest.raises(ArchiveConflict):
        database.file(first, second, make_filing("31" * 32, make_result("run00001")))
    assert (database.captures(), database.trail()) == ([], [])
    database.file(first, second)
    assert [one.sha256[:2] for one in database.captures()] == ["21", "11"]
    assert [one.key[:8] for one in database.trail()[::-1] if one.what == "result filed"] == [
        "run00001",
        "run00002",
    ]
    assert database.verify() == []


def test_a_conflict_in_the_last_result_leaves_none_of_the_filing(
    database: Database, make_filing: MakeFiling, make_result: MakeResult, make_alert: MakeAlert
) -> None:
    """All of one capture or nothing: state, results, alerts, audit trail."""
    database.file(make_filing("11" * 32, make_result("run00001")))
    runs = [make_result("run00002"), make_result("run00001", title="other")]
    with pytest.raises(ArchiveConflict):
        database.file(make_filing("33" * 32, *runs, alerts=(make_alert(),)))
    assert database.capture_state("33" * 32) is None
    assert database.result("run00002") is None
    assert database.outbox() == []
    assert database.verify() == []


def test_a_quarantined_capture_may_be_filed_later(
    database: Database, make_filing: MakeFiling, make_result: MakeResult
) -> None:
    """A driver was mended and the bytes released; what is filed stays filed."""
    database.file(make_filing("11" * 32, state=CaptureState.QUARANTINED, reason="why"))
    database.file(make_filing("11" * 32, make_result()))
    assert database.capture_state("11" * 32) is CaptureState.FILED
    database.file(make_filing("11" * 32, state=CaptureState.QUARANTINED, reason="why"))
    assert database.capture_state("11" * 32) is CaptureState.FILED
    assert database.verify() == []


def test_a_folder_is_known_when_a_capture_or_a_result_lies_there(
    database: Database, make_filing: MakeFiling, make_result: MakeResult
) -> None:
    database.file(make_filing("11" * 32, make_result(), folder="2026/a"))
    assert database.folder_known("2026/a")
    assert database.folder_known("2026/run00001")
    assert not database.folder_known("2026/b")
    assert database.folders() == {"2026/a", "2026/run00001"}


def test_captures_are_listed_newest_first(database: Database, make_filing: MakeFiling) -> None:
    """By the order of filing: the clock may have stepped back between them."""
    early = datetime(1970, 1, 1, tzinfo=UTC)
    database.file(make_filing("11" * 32))
    database.file(make_filing("22" * 32, filed_at=early))
    assert [one.sha256[:2] for one in database.captures()] == ["22", "11"]
    assert len(database.captures(1)) == 1


def test_bench_events_are_given_oldest_first_and_owed_to_their_key(
    database: Database, make_filing: MakeFiling, noon: datetime
) -> None:
    """A time in another zone comes back in UTC: the same moment."""
    east = timezone(timedelta(hours=9))
    late = BenchEvent("P1", "count", noon + timedelta(hours=1), "scanner")
    early = BenchEvent("P1", "harvest", noon.astimezone(east), "harvester", noon, "turned")
    database.file(make_filing("11" * 32, events=(("k1", late), ("k2", early))))
    database.file(make_filing("22" * 32, events=(("k1", late),)))
    assert database.events("P1") == (early, late)
    assert [event.at.tzinfo for event in database.events("P1")] == [UTC, UTC]
    assert database.events("P2") == ()


def test_text_that_no_database_takes_does_not_stop_the_line(
    database: Database, make_filing: MakeFiling, make_result: MakeResult
) -> None:
    """A NUL from a counter, and a file name whose bytes were no UTF-8."""
    name = "pr\udcf8ve\x00.txt"
    result = make_result(plate_id="P\x00", title="\udcf8", lots={"ligand": "a\x00\udcf8"})
    filing = make_filing("11" * 32, result, name=name)
    database.file(filing)
    database.file(filing)
    assert [one.run_id for one in database.on_plate("P\x00")] == ["run00001"]
    assert database.verify() == []


def test_the_totals_of_an_empty_database_are_all_there_and_zero(database: Database) -> None:
    totals = database.totals()
    assert set(totals.values()) == {0}
    assert {"captures_quarantined", "results_held", "alerts_waiting"} <= set(totals)


def test_a_copy_is_the_database_at_one_moment(
    database: Database,
    url: str,
    tmp_path: Path,
    make_filing: Callable[..., Filing],
    make_result: Callable[..., Result],
) -> None:
    """SQLite's; PostgreSQL has tools of its own, and nothing is written."""
    database.file(make_filing("11" * 32, make_result()))
    copied = database.copy_to(tmp_path / "copy.db")
    assert copied == (tmp_path / "copy.db").exists() == url.startswith("sqlite")
    if copied:
        copy = Database(f"sqlite:///{tmp_path / 'copy.db'}")
        assert copy.verify() == []
        assert copy.results() == database.results()
        copy.close()
