"""What is asked of the database for each capture that is to be filed: of one, and of a group.

Each query is built once: to build one costs more than its answer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, exists, or_, select

from labsvc.model.assay import BenchEvent
from labsvc.model.filing import CaptureState, StoredCapture
from labsvc.store.tables import bench_events, captures, results

CAPTURE: Final = [captures.c[name] for name in StoredCapture.__dataclass_fields__]
CAPTURE_OF: Final = select(*CAPTURE).where(captures.c.sha256 == bindparam("sha256"))
FOLDER_KNOWN: Final = select(
    or_(
        exists().where(captures.c.folder == bindparam("folder")),
        exists().where(results.c.folder == bindparam("folder")),
    )
)
EVENTS_ON: Final = (
    select(*[bench_events.c[name] for name in BenchEvent.__dataclass_fields__])
    .where(bench_events.c.plate_id.in_(bindparam("spelled", expanding=True)))
    .order_by(bench_events.c.at, bench_events.c.event_key)
)
_KNOWN_OF = select(captures.c.sha256).where(
    captures.c.sha256.in_(bindparam("digests", expanding=True))
)
_DIGESTS_OF = (
    select(results.c.run_id, results.c.readings_digest)
    .where(results.c.run_id.in_(bindparam("runs", expanding=True)))
    .order_by(results.c.revision)
)


@dataclass(frozen=True, slots=True)
class Known:
    """What the database knows of a group of captures, of the runs in them and of their plates."""

    captures: frozenset[str]
    """The SHA-256 of those that were filed or set aside before."""
    digests: dict[str, tuple[str, ...]]
    """Of each run the digests of the readings of its revisions, oldest first."""
    events: dict[str, tuple[BenchEvent, ...]]
    """Of each plate what happened to it on the bench, oldest first."""


def known(
    connection: Connection,
    digests: Collection[str],
    runs: Collection[str],
    plates: Collection[str],
) -> Known:
    """Of these captures (by SHA-256), runs and plates: three questions, however many they are."""
    seen = connection.scalars(_KNOWN_OF, {"digests": list(digests)}) if digests else ()
    told: dict[str, tuple[str, ...]] = dict.fromkeys(runs, ())
    for run, digest in connection.execute(_DIGESTS_OF, {"runs": list(runs)}) if runs else ():
        told[run] = (*told[run], digest)
    written = {plate: spellings(plate) for plate in plates}
    asked = {"spelled": list({name for names in written.values() for name in names})}
    found = events_of(connection.execute(EVENTS_ON, asked)) if plates else ()
    events = {
        plate: tuple(one for one in found if one.plate_id in names)
        for plate, names in written.items()
    }
    return Known(frozenset(seen), told, events)


def events_of(rows: Iterable[Row[Any]]) -> tuple[BenchEvent, ...]:
    """The rows of ``EVENTS_ON`` as what they tell of."""
    return tuple(BenchEvent(**row._mapping) for row in rows)


def capture_of(row: Row[Any]) -> StoredCapture:
    """A row of ``CAPTURE`` as what it tells of."""
    return StoredCapture(**{**row._mapping, "state": CaptureState(row.state)})


def spellings(plate_id: str) -> tuple[str, ...]:
    """A plate's name as people, scanners and counters may write it: an index finds each."""
    return tuple(dict.fromkeys((plate_id, plate_id.upper(), plate_id.lower())))
