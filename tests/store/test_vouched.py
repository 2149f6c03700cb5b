"""A changed row in any table is found, and named."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text

from labsvc.model.assay import BenchEvent
from labsvc.model.filing import Alert, CaptureState, Filing, SeenFile
from labsvc.model.result import Result
from labsvc.store.database import Database
from labsvc.store.engine import reading, writing
from labsvc.store.postroom import Acknowledgement, Postroom
from labsvc.store.tables import metadata
from labsvc.store.vouched import faults_of_rows

LEFT_ALONE = {
    "audit": "chained: test_audit.py",
    "audit_head": "the end of the chain: test_audit.py",
    "alembic_version": "a version that is not known is refused at the start: test_migrate.py",
}
NUMBERED = {"sequence", "seal"}
"""Set by the database in the order of rows, and what seals the others."""


@pytest.fixture
def filled(
    database: Database,
    make_filing: Callable[..., Filing],
    make_result: Callable[..., Result],
    make_alert: Callable[..., Alert],
    noon: datetime,
) -> Database:
    """Something in every table: two results, one set aside, an event, alerts in every state."""
    event = BenchEvent("MOR-0042", "harvest", noon, "harvester-1", noon, "normal", 3, 2.0)
    database.file(make_filing("11" * 32, make_result("run00001"), make_result("run00002"),
                              events=(("log 1", event),), alerts=(make_alert(),)))  # fmt: skip
    database.file(make_filing("33" * 32, state=CaptureState.QUARANTINED, reason="cut short",
                              alerts=(make_alert("aside"), make_alert("owed"))))  # fmt: skip
    database.remember("counter-1", [SeenFile("lab/A16.txt", 18, 12345, "11" * 32)])
    room = Postroom(database)
    room.alerts_sent(["qc run00001"], noon)
    database.alert_failed("aside", "refused", next_attempt_at=noon, dead=True)
    room.refused("aside", "mail", noon, "refused")
    room.acknowledge(Acknowledgement("aside", "aside", "error", noon, "Anna", "seen", noon))
    assert database.verify() == []
    return database


def another(value: Any) -> Any:
    """A value of the same kind that is not ``value``."""
    match value:
        case None:
            return "x"
        case str() if value.startswith("2026-"):
            return "2001-01-01 00:00:00.000000"
        case str() if value.startswith('"'):
            return '"elsewhere"'
        case str():
            return f"{value}!"
        case bytes():
            return b"another"
    return value + 1000


CHANGED = [
    (table.name, column.name)
    for table in metadata.tables.values()
    for column in table.columns
    if table.name not in LEFT_ALONE and column.name not in NUMBERED
]


def test_a_change_of_any_value_in_any_table_is_found(filled: Database, url: str) -> None:
    """Every column of the first row of every table, one at a time. SQLite takes any value."""
    if url.startswith("postgresql"):
        pytest.skip("PostgreSQL refuses some of these values by itself")
    unfound = []
    # Another program than labsvc: it knows of no keys, and takes any value.
    editor = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    for table, column in CHANGED:
        where = f"WHERE rowid = (SELECT min(rowid) FROM {table})"
        change = f"UPDATE {table} SET {column} = ? {where}"
        (old,) = editor.execute(f"SELECT {column} FROM {table} {where}").fetchone()
        editor.execute(change, (another(old),))
        if not filled.verify():
            unfound.append(f"{table}.{column}")
        editor.execute(change, (old,))
    editor.close()
    assert unfound == []
    assert filled.verify() == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE captures SET source = 'x' WHERE sha256 LIKE '11%'", "row '1111.*'captures'"),
        ("DELETE FROM captures WHERE sha256 LIKE '33%'", "'3333.* gone from 'captures'"),
        ("UPDATE results SET plate_id = 'X' WHERE run_id = 'run00002'", "run00002 revision 1"),
        ("UPDATE readings SET cpm = 7 WHERE run_id = 'run00001' AND ordinal = 3",
         "'cpm' in row 3 of 'readings' of the result 'run00001 revision 1'"),
        ("DELETE FROM readings WHERE ordinal = 11", "'readings' .* missing or were added"),
        ("UPDATE fits SET ki = 1 WHERE run_id = 'run00002'", "'ki' in row 0 of 'fits'"),
        ("DELETE FROM findings WHERE run_id = 'run00001'", "rows of 'findings' .*run00001"),
        ("UPDATE bench_events SET source = 'x'", "bench event 'MOR-0042 harvest'"),
        ("UPDATE bench_events SET washes = NULL", "bench event 'MOR-0042 harvest'"),
        ("UPDATE bench_events SET wash_ml = 1", "bench event 'MOR-0042 harvest'"),
        ("DELETE FROM bench_events", "bench event 'MOR-0042 harvest'"),
        ("UPDATE outbox SET subject = 'x' WHERE key = 'owed'", "alert 'owed'"),
        ("UPDATE outbox SET dead = true WHERE key = 'owed'", "'owed' of 'outbox'"),
        ("UPDATE outbox SET sent_at = NULL WHERE key = 'qc run00001'", "alert 'qc run00001'"),
        ("DELETE FROM outbox WHERE key = 'owed'", "alert 'owed' was owed and is gone"),
        ("UPDATE seen_files SET size = 19", "'lab/A16.txt' of 'seen_files'"),
    ],
)  # fmt: skip
def test_the_changed_row_is_named(
    filled: Database, tamper: Callable[..., None], change: str, told: str
) -> None:
    tamper(change)
    assert re.search(told, "\n".join(filled.verify()) or "all is well")


def test_a_value_that_cannot_be_read_is_told(filled: Database, url: str) -> None:
    if url.startswith("postgresql"):
        pytest.skip("PostgreSQL refuses such a value by itself")
    with filled._engine.begin() as connection:
        connection.exec_driver_sql("UPDATE captures SET filed_at = 'noon'")
    assert any("cannot be read" in fault for fault in filled.verify())


def test_what_was_filed_before_there_were_seals_is_still_vouched_for_by_its_key(
    filled: Database, tamper: Callable[..., None]
) -> None:
    """Those deeds said less: rows must be there, and no others."""
    tamper("UPDATE audit SET detail = 'x' WHERE what NOT IN ('result filed', 'alert sent')",
           "UPDATE outbox SET seal = ''", "UPDATE seen_files SET seal = ''")  # fmt: skip
    with reading(filled._engine) as connection:
        assert list(faults_of_rows(connection)) == []
    with writing(filled._engine) as connection:
        connection.execute(text("DELETE FROM bench_events"))
        connection.execute(text("UPDATE outbox SET key = 'another' WHERE key = 'owed'"))
        found = "\n".join(faults_of_rows(connection))
    assert "bench event 'MOR-0042 harvest'" in found
    assert "'another' is in the database and was never owed" in found
    assert "'owed' was owed and is gone" in found


def test_looking_changes_nothing(filled: Database, tamper: Callable[..., None]) -> None:
    """What is found altered is found altered again: nothing is repaired."""
    tamper("UPDATE readings SET cpm = 7 WHERE ordinal = 3", "UPDATE seen_files SET size = 19")
    found = filled.verify()
    assert len(found) == 3
    assert filled.verify() == found
