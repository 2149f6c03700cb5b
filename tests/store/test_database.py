"""The database, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from labsvc.errors import ArchiveConflict, InputError
from labsvc.model.assay import BenchEvent
from labsvc.model.filing import Alert, CaptureState, Filing, SeenFile
from labsvc.model.result import Result, Verdict
from labsvc.store.database import Database

MakeFiling = Callable[..., Filing]
MakeResult = Callable[..., Result]
MakeAlert = Callable[..., Alert]

HELD = {"verdict": Verdict.HELD, "protocol": None, "held_because": "no protocol claims it"}


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
    assert database.verify_audit() is None


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
    assert database.verify_audit() is None


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


def test_results_are_listed_by_their_latest_revision_newest_first(
    database: Database, make_filing: MakeFiling, make_result: MakeResult
) -> None:
    for number in (1, 2, 3):
        database.file(make_filing(f"{number}" * 64, make_result(f"run0000{number}")))
    database.file(make_filing("1" * 64, make_result(verdict=Verdict.REJECTED), revision=2))
    listed = [(one.run_id, one.revision) for one in database.results()]
    assert listed == [("run00001", 2), ("run00003", 1), ("run00002", 1)]
    assert [one.run_id for one in database.results(limit=1)] == ["run00001"]
    assert [one.run_id for one in database.results(verdict="rejected")] == ["run00001"]
    assert database.totals()["results_accepted"] == 2


def test_a_run_is_held_until_a_later_revision_is_not(
    database: Database, make_filing: MakeFiling, make_result: MakeResult
) -> None:
    database.file(make_filing("11" * 32, make_result(**HELD)))
    assert [one.run_id for one in database.held()] == ["run00001"]
    database.file(make_filing("11" * 32, make_result(), revision=2))
    assert database.held() == []
    assert [one.revision for one in database.on_plate("MOR-0042")] == [2]


def test_a_run_may_be_named_by_the_beginning_of_its_id(
    database: Database, make_filing: MakeFiling, make_result: MakeResult
) -> None:
    database.file(make_filing("11" * 32, make_result("abcd1111"), make_result("abcd2222")))
    stored = database.result("abcd1")
    assert stored is not None
    assert stored.run_id == "abcd1111"
    assert [one.run_id for one in database.revisions("abcd2")] == ["abcd2222"]
    assert database.result("abc") is None
    assert database.result("ABCD1") is None
    assert database.result("%%%%") is None
    with pytest.raises(InputError, match="fits 2 runs"):
        database.result("abcd")


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
    database.record_events([("k1", late)], noon)
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
    assert database.verify_audit() is None


def test_a_remembered_file_comes_back_with_any_name(database: Database) -> None:
    """Names are bytes on Linux; what was taken must be known again, and nothing else."""
    odd = SeenFile("/data/pr\udcf8ve µ\x01.txt", 2**40, 1_772_000_000_123_456_789, "11" * 32)
    database.remember("counter-1", [odd])
    assert database.seen("counter-1") == {odd.path: odd}
    assert database.seen("counter-2") == {}


def test_remembering_again_keeps_the_newest_state(database: Database) -> None:
    first = SeenFile("a.txt", 1, 1, "11" * 32)
    grown = SeenFile("a.txt", 2, 2, "22" * 32)
    database.remember("s", [first, SeenFile("b.txt", 1, 1, "33" * 32)])
    database.remember("s", [grown])
    assert database.seen("s")["a.txt"] == grown
    assert len(database.seen("s")) == 2


def test_an_alert_is_owed_once_whatever_is_done_twice(
    database: Database, make_alert: MakeAlert, noon: datetime
) -> None:
    """Also after it was sent."""
    database.owe([make_alert("stale counter-1"), make_alert("stale counter-1")], noon)
    database.alert_sent("stale counter-1", noon)
    database.alert_sent("stale counter-1", noon + timedelta(days=1))
    database.owe([make_alert("stale counter-1")], noon)
    assert database.outbox() == []
    [sent] = database.outbox(with_sent=True)
    assert (sent.sent_at, sent.attempts) == (noon, 1)


def test_an_alert_that_failed_is_due_again_when_its_time_has_come(
    database: Database, make_alert: MakeAlert, noon: datetime
) -> None:
    database.owe([make_alert()], noon)
    later = noon + timedelta(minutes=5)
    database.alert_failed("qc run00001", "451 busy", next_attempt_at=later, dead=False)
    assert database.due_alerts(noon) == []
    [owed] = database.due_alerts(later)
    assert (owed.attempts, owed.last_error, owed.alert.figure_png) == (1, "451 busy", b"PNG")


def test_a_dead_alert_is_shown_and_never_due(
    database: Database, make_alert: MakeAlert, noon: datetime
) -> None:
    database.owe([make_alert()], noon)
    database.alert_failed("qc run00001", "550 no such user", next_attempt_at=noon, dead=True)
    assert database.due_alerts(noon + timedelta(days=9)) == []
    assert [owed.dead for owed in database.outbox()] == [True]
    assert database.totals()["alerts_dead"] == 1


def test_a_new_alert_is_due_even_when_the_clock_has_stepped_back(
    database: Database, make_alert: MakeAlert, noon: datetime
) -> None:
    database.owe([make_alert(created_at=noon + timedelta(days=1))], noon)
    assert len(database.due_alerts(noon)) == 1


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


def test_alerts_that_went_out_as_one_are_one_mail(
    database: Database, make_alert: Callable[..., Alert], noon: datetime
) -> None:
    database.owe([make_alert(key) for key in ("a", "b", "c", "d")], noon)
    for key in ("a", "b"):
        database.alert_sent(key, noon)
    database.alert_sent("c", noon + timedelta(minutes=1))
    assert database.mails_sent(noon, noon + timedelta(hours=1)) == 2
    assert database.mails_sent(noon + timedelta(seconds=1), noon + timedelta(hours=1)) == 1
    assert database.mails_sent(noon - timedelta(days=1), noon - timedelta(hours=1)) == 0
