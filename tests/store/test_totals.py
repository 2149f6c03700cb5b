"""How many of each there are."""

from __future__ import annotations

from collections.abc import Callable

from labsvc.model.filing import Alert, CaptureState, Filing
from labsvc.model.result import Result
from labsvc.store.database import Database

MakeFiling = Callable[..., Filing]
MakeResult = Callable[..., Result]
MakeAlert = Callable[..., Alert]


def test_what_there_is_none_of_is_zero(database: Database) -> None:
    assert set(database.totals().values()) == {0}


def test_each_is_counted_by_its_state(
    database: Database, make_filing: MakeFiling, make_result: MakeResult, make_alert: MakeAlert
) -> None:
    database.file(make_filing("11" * 32, make_result("run00001"), alerts=(make_alert("a"),)))
    database.file(make_filing("22" * 32, state=CaptureState.QUARANTINED, reason="odd"))
    found = {name: count for name, count in database.totals().items() if count}
    assert found == {
        "captures_filed": 1,
        "captures_quarantined": 1,
        "results_accepted": 1,
        "alerts_waiting": 1,
    }
