"""When what came last came."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from labsvc.model.filing import Alert, Filing
from labsvc.model.result import Result
from labsvc.store.arrivals import began, last_key, last_run, newest_documents, newest_result
from labsvc.store.database import Database

MakeFiling = Callable[..., Filing]
MakeResult = Callable[..., Result]
HOUR = timedelta(hours=1)


def test_an_empty_database_knows_of_nothing(database: Database) -> None:
    assert last_run(database, None, None) is None
    assert (began(database), newest_result(database)) == (None, 0)
    assert newest_documents(database, "counter-1", 5) == []


def test_the_last_run_of_a_source_and_a_protocol(
    database: Database, make_filing: MakeFiling, make_result: MakeResult, noon: datetime
) -> None:
    """By when its bytes were received, not by when it was analysed again."""
    for number, source in enumerate(("counter-1", "counter-2")):
        digest, result = f"{number}1" * 32, make_result(f"run0000{number}", protocol=f"p{number}")
        database.file(make_filing(digest, result, source=source,
                                  received_at=noon + number * HOUR, filed_at=noon))  # fmt: skip
    assert last_run(database, None, None) == noon + HOUR
    assert last_run(database, "counter-1", None) == noon
    assert last_run(database, None, "p0") == noon
    assert last_run(database, "counter-1", "p1") is None
    assert (began(database), newest_result(database)) == (noon, 2)


def test_the_newest_documents_of_a_source_oldest_first(
    database: Database, make_filing: MakeFiling, make_result: MakeResult, noon: datetime
) -> None:
    for number in range(3):
        database.file(make_filing(f"{number}1" * 32, make_result(f"run0000{number}"),
                                  received_at=noon + number * HOUR, source="c"))  # fmt: skip
    found = newest_documents(database, "c", 2)
    assert [at for at, _ in found] == [noon + HOUR, noon + 2 * HOUR]
    assert '"run00002"' in found[-1][1]


def test_the_newest_key_of_a_sort(
    database: Database, make_alert: Callable[..., Alert], noon: datetime
) -> None:
    keys = ("summary:daily:1", "summary:daily:2", "summary:weekly:9")
    database.owe([make_alert(key) for key in keys], noon)
    assert last_key(database, "summary:daily:") == "summary:daily:2"
    assert last_key(database, "summary:hourly:") is None
