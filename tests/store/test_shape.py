"""The shape of a database, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable

from labsvc.model.filing import Filing
from labsvc.model.result import Result
from labsvc.store.database import Database
from labsvc.store.tables import HEAD, metadata


def test_every_table_with_its_columns_rows_and_triggers(
    database: Database, make_filing: Callable[..., Filing], make_result: Callable[..., Result]
) -> None:
    """And nothing of what is in them."""
    database.file(make_filing("11" * 32, make_result()))
    shape = database.shape()
    assert (shape["migration"], shape["newest_migration"]) == (HEAD, HEAD)
    assert set(shape["tables"]) == set(metadata.tables)
    assert shape["tables"]["results"]["rows"] == 1
    assert "document" in shape["tables"]["results"]["columns"]
    assert {"audit_no_update", "audit_no_delete"} <= set(shape["triggers"])
    assert shape["other_tables"] == 0
    assert "run00001" not in str(shape)
