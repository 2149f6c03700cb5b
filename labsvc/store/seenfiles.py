"""The files of watched folders that were taken, as they were when they were."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, insert, select

from labsvc.model.filing import SeenFile
from labsvc.store.seals import sealed
from labsvc.store.tables import seen_files

# Built once: every delivery executes them.
_THIS = [seen_files.c[name] == bindparam(f"this_{name}") for name in ("source", "path")]
_FORGET = delete(seen_files).where(*_THIS)
_REMEMBER = insert(seen_files)
_FIELDS = tuple(SeenFile.__dataclass_fields__)


def seen(connection: Connection, source: str) -> dict[str, SeenFile]:
    """Those of one source, by path."""
    columns = [seen_files.c[name] for name in _FIELDS]
    rows = connection.execute(select(*columns).where(seen_files.c.source == source))
    return {row.path: SeenFile(**row._mapping) for row in rows}


def remember(connection: Connection, source: str, files: Sequence[SeenFile]) -> None:
    """Write these in place of what was known of the same paths."""
    rows = [
        sealed(seen_files, {"source": source, **{name: getattr(file, name) for name in _FIELDS}})
        for file in files
    ]
    forget(connection, source, [file.path for file in files])
    connection.execute(_REMEMBER, rows)


def forget(connection: Connection, source: str, paths: Sequence[str]) -> None:
    """Take the rows of these paths out."""
    connection.execute(_FORGET, [{"this_source": source, "this_path": path} for path in paths])
