"""The shape of a database: its tables and columns, how many rows each has, its triggers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table, func, inspect, select, text

from labsvc.store.migrate import version_of
from labsvc.store.tables import HEAD, metadata

_TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname",
}


def shape_of(connection: Connection) -> dict[str, Any]:
    """What there is, never what is in it. Tables that are not ours are only counted."""
    there, kind = inspect(connection), connection.dialect.name
    names = there.get_table_names()
    ours = sorted(name for name in names if name in metadata.tables)
    return {
        "database": kind,
        "migration": version_of(connection),
        "newest_migration": HEAD,
        "tables": {
            name: {
                "columns": {one["name"]: str(one["type"]) for one in there.get_columns(name)},
                "rows": _rows(connection, metadata.tables[name]),
            }
            for name in ours
        },
        "triggers": [row[0] for row in connection.execute(text(_TRIGGERS[kind]))],
        "other_tables": len([name for name in names if name not in (*ours, "alembic_version")]),
    }


def _rows(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()
