"""The chain of what was written."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import text

from labsvc.errors import StoreError
from labsvc.model.filing import Filing
from labsvc.model.result import Result, Verdict
from labsvc.store.audit import Deed, take_turn
from labsvc.store.database import Database
from labsvc.store.engine import reading, writing

SECOND = "(SELECT sequence FROM audit ORDER BY sequence LIMIT 1 OFFSET 1)"


@pytest.fixture
def filled(
    database: Database, make_filing: Callable[..., Filing], make_result: Callable[..., Result]
) -> Database:
    database.file(make_filing("11" * 32, make_result("run00001")))
    database.file(make_filing("11" * 32, make_result(verdict=Verdict.REJECTED), revision=2))
    assert database.verify() == []
    return database


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (f"UPDATE audit SET detail = 'x' WHERE sequence = {SECOND}", "row 2 .*altered"),
        ("UPDATE audit SET at = (SELECT received_at FROM captures) WHERE sequence = 3", "row 3"),
        (f"DELETE FROM audit WHERE sequence = {SECOND}", "lacks row 2"),
        ("DELETE FROM audit WHERE sequence = 3", "cut"),
        ("DELETE FROM audit", "cut"),
        ("DELETE FROM audit_head", "cut"),
        ("UPDATE results SET document = '{}' WHERE revision = 1", "run00001 revision 1"),
        ("UPDATE results SET revision = 3 WHERE revision = 2", "run00001 revision 3"),
    ],
)
def test_any_change_behind_our_back_is_told(
    filled: Database, tamper: Callable[..., None], change: str, told: str
) -> None:
    """An altered, removed or cut-off row, and a result whose document is not the filed one."""
    tamper(
        *(f"DELETE FROM {table}" for table in ("readings", "fits", "findings")),
        "UPDATE captures SET received_at = '2001-01-01 00:00:00.000000'",
        change,
    )
    assert re.search(told, "\n".join(filled.verify()) or "all is well")


@pytest.mark.parametrize(
    "change",
    ["UPDATE audit SET detail = 'x'", "DELETE FROM audit", "DELETE FROM audit_head"],
)
def test_the_trail_can_be_added_to_and_not_changed(filled: Database, change: str) -> None:
    """The database itself refuses, whoever asks; what was filed stands."""
    with pytest.raises(StoreError, match="append-only"), writing(filled._engine) as connection:
        connection.execute(text(change))
    assert filled.verify() == []


def test_the_trail_cannot_be_emptied_at_a_stroke(filled: Database, url: str) -> None:
    """TRUNCATE passes no trigger of rows on PostgreSQL; SQLite has none."""
    refused = "append-only" if url.startswith("postgresql") else "syntax error"
    with pytest.raises(StoreError, match=refused), writing(filled._engine) as connection:
        connection.execute(text("TRUNCATE audit"))


def test_a_removed_result_is_missed(filled: Database) -> None:
    with writing(filled._engine) as connection:
        for table in ("readings", "fits", "findings", "results"):
            connection.execute(text(f"DELETE FROM {table}"))
    assert "gone from 'results'" in filled.verify()[0]


def test_the_trail_says_what_was_done_in_order(filled: Database) -> None:
    with reading(filled._engine) as connection:
        rows = connection.execute(text("SELECT sequence, what, key FROM audit ORDER BY sequence"))
        assert [tuple(row) for row in rows] == [
            (1, "capture filed", "11" * 32),
            (2, "result filed", "run00001 revision 1"),
            (3, "result filed", "run00001 revision 2"),
        ]


def test_nothing_done_writes_nothing(database: Database, noon: datetime) -> None:
    with writing(database._engine) as connection:
        turn = take_turn(connection)
        turn.append(noon, [])
        turn.append(noon, [Deed("tried", "\udcf8\x00")])
        turn.append(noon, [Deed("tried", "once more")])
    assert database.verify() == []
    assert [one.sequence for one in database.trail()] == [2, 1]
