"""The files of one watched folder that were taken: what their capture asks of the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from labsvc.model.filing import SeenFile
from labsvc.store.database import Database
from labsvc.store.tables import seen_files

PAGE = 2000
"""So many rows are in memory at once."""
_COLUMNS = [seen_files.c[name] for name in SeenFile.__dataclass_fields__]


@dataclass(frozen=True, slots=True)
class TakenFiles:
    """Those of one source. Everything raises StoreError."""

    database: Database
    source: str

    def all(self) -> Iterator[SeenFile]:
        """Every one, a page at a time; what is forgotten meanwhile does no harm."""
        last = ""
        while rows := self.database.rows(
            self._mine().where(seen_files.c.path > last).order_by(seen_files.c.path).limit(PAGE)
        ):
            last = rows[-1].path
            yield from (SeenFile(**row._mapping) for row in rows)

    def of(self, path: str) -> SeenFile | None:
        """The one of this path; None: none was taken."""
        rows = self.database.rows(self._mine().where(seen_files.c.path == path))
        return SeenFile(**rows[0]._mapping) if rows else None

    def remember(self, files: Sequence[SeenFile]) -> None:
        """As they are now; all in one transaction."""
        self.database.remember(self.source, files)

    def forget(self, paths: Sequence[str]) -> None:
        """These have left the folder; all in one transaction."""
        self.database.forget(self.source, paths)

    def _mine(self) -> Select[Any]:
        return select(*_COLUMNS).where(seen_files.c.source == self.source)
