"""The tables, and how a database comes to have them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from labsvc.errors import ConfigError
from labsvc.model.assay import BenchEvent
from labsvc.model.filing import Alert, Filing
from labsvc.model.result import Result
from labsvc.store.database import Database
from labsvc.store.engine import reading, writing
from labsvc.store.migrate import MIGRATIONS, version_of
from labsvc.store.tables import HEAD, metadata

MakeFiling = Callable[..., Filing]

START_AGAIN = """
import sys
from labsvc.store.database import Database
database = Database(sys.argv[1])
database.migrate()
database.close()
print("alembic" in sys.modules)
"""


def test_the_migrations_make_the_tables_that_the_code_uses(database: Database) -> None:
    """No column, type, index or key differs, on either database."""
    with reading(database._engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_newest_migration_is_the_one_the_code_names() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [HEAD]


def test_migrating_again_keeps_what_is_there(
    url: str, make_filing: Callable[..., Filing], make_result: Callable[..., Result]
) -> None:
    database = Database(url)
    database.migrate()
    database.file(make_filing("11" * 32, make_result()))
    database.migrate()
    assert len(database.results()) == 1
    assert database.verify() == []
    database.close()


def test_a_start_with_nothing_to_migrate_does_not_load_alembic(tmp_path: Path) -> None:
    """It costs time and memory at every start, and is used once in a release."""
    url = f"sqlite:///{tmp_path / 'labsvc.db'}"
    database = Database(url)
    database.migrate()
    database.close()
    command = [sys.executable, "-c", START_AGAIN, url]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "False\n"


def test_a_home_with_spaces_and_percents_in_its_path_is_no_trouble(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'Lab 3, 100%' / 'labsvc.db'}")
    database.migrate()
    assert database.totals()["captures_filed"] == 0
    database.close()


def test_a_database_of_a_newer_labsvc_is_left_alone(database: Database) -> None:
    """An older program must not write into tables it does not know."""
    with writing(database._engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConfigError, match=r"'9999'.*newer labsvc"):
        database.migrate()


def test_a_new_database_has_no_version(url: str) -> None:
    database = Database(url)
    with reading(database._engine) as connection:
        assert version_of(connection) is None
    database.close()


def test_bench_events_sealed_before_their_washes_were_kept_still_verify(
    url: str, make_filing: MakeFiling, noon: datetime
) -> None:
    """A database at 0003 with an event in it: nobody told of its washes."""
    database = Database(url)
    database.migrate()
    event = BenchEvent("MOR-0042", "harvest", noon, "harvester-1", noon, "normal")
    sealed = BenchEvent("MOR-0043", "harvest", noon, "harvester-1", washes=3, wash_ml=2.0)
    database.file(make_filing("11" * 32, events=(("log 1", event),)))
    with writing(database._engine) as connection:
        _undo_delivery(connection)
        for column in ("washes", "wash_ml"):
            connection.execute(text(f"ALTER TABLE bench_events DROP COLUMN {column}"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0003'"))
    database.migrate()
    database.file(make_filing("22" * 32, events=(("log 2", sealed),)))
    assert (database.events("MOR-0042"), database.events("MOR-0043")) == ((event,), (sealed,))
    assert database.verify() == []
    database.close()


def test_alerts_owed_before_it_was_known_whom_they_are_for_still_verify(
    url: str, make_alert: Callable[..., Alert], noon: datetime
) -> None:
    """A database at 0004 with an alert in it, which is due as before."""
    database = Database(url)
    database.migrate()
    database.owe([make_alert("old")], noon)
    with writing(database._engine) as connection:
        _undo_delivery(connection)
        connection.execute(text("UPDATE alembic_version SET version_num = '0004'"))
    database.migrate()
    database.owe([replace(make_alert("new"), severity="error", topic="qc")], noon)
    assert [one.alert.topic for one in database.due_alerts(noon)] == [None, "qc"]
    assert database.verify() == []
    database.close()


def _undo_delivery(connection: Connection) -> None:
    """As it was before 0005."""
    connection.execute(text("DROP INDEX ix_outbox_topic"))
    for table in ("sendings", "acknowledgements"):
        connection.execute(text(f"DROP TABLE {table}"))
    for column in ("severity", "topic", "source", "protocol", "thread", "addressed"):
        connection.execute(text(f"ALTER TABLE outbox DROP COLUMN {column}"))
