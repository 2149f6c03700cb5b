"""The runs of the archive as a list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from labsvc.model.filing import Alert, CaptureState, Filing
from labsvc.model.result import Result, Verdict
from labsvc.store.database import Database
from labsvc.store.runlist import State, filed_protocols, listed_runs, state_of

MakeFiling = Callable[..., Filing]
MakeResult = Callable[..., Result]


def test_each_run_is_listed_once_in_its_latest_revision_at_its_first_place(
    database: Database, make_filing: MakeFiling, make_result: MakeResult, noon: datetime
) -> None:
    """Refiled a day later: neither twice nor at the top; folder and verdict are the new ones."""
    day = timedelta(days=1)
    database.file(make_filing("11" * 32, make_result("run00001")))
    database.file(make_filing("22" * 32, make_result("run00002"), filed_at=noon + day))
    again = make_result("run00001", verdict=Verdict.REVIEW, simulated=True)
    database.file(make_filing("11" * 32, again, revision=2, filed_at=noon + 2 * day))
    second, first = listed_runs(database)
    assert (second.run_id, first.run_id) == ("run00002", "run00001")
    assert (first.revision, first.verdict, first.simulated) == (2, "review", True)
    assert (first.first_at, first.filed_at) == (noon, noon + 2 * day)
    assert (first.plate_id, first.protocol, first.source) == ("MOR-0042", "mor-binding",
                                                              "counter-1")  # fmt: skip


def test_the_protocols_that_runs_were_filed_with(
    database: Database, make_filing: MakeFiling, make_result: MakeResult
) -> None:
    """A held run has none."""
    assert filed_protocols(database) == set()
    held = make_result("run00002", verdict=Verdict.HELD, protocol=None, held_because="no sheet")
    database.file(make_filing("11" * 32, make_result("run00001"), held))
    assert filed_protocols(database) == {"mor-binding"}


def test_the_state_changes_with_whatever_is_shown(
    database: Database,
    make_filing: MakeFiling,
    make_result: MakeResult,
    make_alert: Callable[..., Alert],
    noon: datetime,
) -> None:
    """A result, a revision, a capture set aside, a message given up, an interim warning and its
    end; and not with a look."""
    seen = [state_of(database)]
    assert seen[0] == State(0, 0, 0) == state_of(database)
    database.file(make_filing("11" * 32, make_result(), alerts=(make_alert(),)))
    seen.append(state_of(database))
    database.file(make_filing("11" * 32, make_result(title="again"), revision=2))
    seen.append(state_of(database))
    database.file(make_filing("33" * 32, state=CaptureState.QUARANTINED, reason="odd"))
    seen.append(state_of(database))
    (owed,) = database.outbox()
    database.alert_failed(owed.alert.key, "550", next_attempt_at=owed.next_attempt_at, dead=True)
    seen.append(state_of(database))
    for key in ("interim:tricarb:run00001:rack", "interim-over:tricarb:run00001:rack"):
        database.owe([replace(make_alert(key), topic="interim:tricarb:run00001:rack")], noon)
        seen.append(state_of(database))
    assert len(set(seen)) == 7
