"""The revisions of runs, as queries: the latest of each, all of one, and which run is meant."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, bindparam, exists, func, select

from labsvc.errors import InputError
from labsvc.model.filing import StoredResult
from labsvc.store.tables import Words, results

SHORTEST_PREFIX = 4
"""A run may be named by this many characters of its id, when they fit one run only."""
WHOLE_ID = 12
"""A run's id has this many characters: so many of them are no beginning of a longer one."""

_RESULT = [results.c[name] for name in StoredResult.__dataclass_fields__]
_later = results.alias("later")
LATEST = ~exists().where(_later.c.run_id == results.c.run_id).where(
    _later.c.revision > results.c.revision
)
"""Of each run its latest revision only."""
DIGESTS_OF = (
    select(results.c.readings_digest)
    .where(results.c.run_id == bindparam("run_id"))
    .order_by(results.c.revision)
)
"""The digests of the readings of one run, oldest first. Asked of every run: built once."""


def latest(verdict: str | None = None) -> Select[Any]:
    """The latest revision of each run, the newest filed first; of one verdict, when given."""
    found = select(*_RESULT).where(LATEST).order_by(results.c.sequence.desc())
    return found if verdict is None else found.where(results.c.verdict == verdict)


def of_run(run_id: str) -> Select[Any]:
    """All revisions of one run by its whole id, oldest first."""
    return select(*_RESULT).where(results.c.run_id == run_id).order_by(results.c.revision)


def whole_id(connection: Connection, beginning: str) -> str:
    """The id that begins so; ``beginning`` itself where none does. InputError: several do."""
    exact = select(results.c.run_id).where(results.c.run_id == beginning).limit(1)
    if not SHORTEST_PREFIX <= len(beginning) < WHOLE_ID or connection.execute(exact).first():
        return beginning
    # Not LIKE: SQLite's takes no notice of case.
    begins = func.substr(results.c.run_id, 1, len(beginning), type_=Words) == beginning
    found = connection.scalars(select(results.c.run_id).where(begins).distinct()).all()
    if len(found) > 1:
        shown = ", ".join(f"'{one}'" for one in sorted(found)[:3])
        raise InputError(f"'{beginning}' fits {len(found)} runs ({shown} ...): give more of it")
    return found[0] if found else beginning
