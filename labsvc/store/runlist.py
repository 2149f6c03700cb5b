"""The runs of the archive as a list: what its index needs of each, and no documents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select

from labsvc.model.filing import CaptureState
from labsvc.store.database import Database
from labsvc.store.tables import acknowledgements, captures, outbox, results


@dataclass(frozen=True, slots=True)
class ListedRun:
    """The latest revision of one run. ``first_at`` is when its first revision was filed."""

    run_id: str
    revision: int
    plate_id: str | None
    protocol: str | None
    verdict: str
    title: str
    folder: str
    source: str
    simulated: bool
    filed_at: datetime
    first_at: datetime


@dataclass(frozen=True, slots=True)
class FiledCapture:
    """A filed capture that gave no result: a calibration, a harvest log."""

    sha256: str
    source: str
    folder: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class State:
    """What an index was made of: it is made anew when any of these has changed."""

    results: int
    captures: int
    alerts: int
    acknowledged: int = 0
    interim: int = 0


_first, _later = results.alias("first"), results.alias("later")
_newest = select(_later.c.run_id, func.max(_later.c.revision).label("revision")).group_by(
    _later.c.run_id
).subquery()  # fmt: skip


def listed_runs(database: Database) -> list[ListedRun]:
    """Every run, the newest first by when it was filed first."""
    same_run = (_first.c.run_id == results.c.run_id) & (_first.c.revision == 1)
    is_newest = (_newest.c.run_id == results.c.run_id) & (_newest.c.revision == results.c.revision)
    columns = [results.c[name] for name in ListedRun.__dataclass_fields__ if name != "first_at"]
    query = (
        select(*columns, _first.c.filed_at.label("first_at"))
        .select_from(results)
        .join(_newest, is_newest)
        .join(_first, same_run)
        .order_by(_first.c.sequence.desc())
    )
    return [ListedRun(**row._mapping) for row in database.rows(query)]


def filed_protocols(database: Database) -> set[str]:
    """The names of the protocols that runs were filed with."""
    query = select(results.c.protocol).where(results.c.protocol.is_not(None)).distinct()
    return {row.protocol for row in database.rows(query)}


def without_results(database: Database) -> list[FiledCapture]:
    """Those filed captures that no result was made of, oldest first."""
    columns = [captures.c[name] for name in FiledCapture.__dataclass_fields__]
    had = exists().where(results.c.sha256 == captures.c.sha256)
    filed = captures.c.state == CaptureState.FILED.value
    query = select(*columns).where(filed, ~had).order_by(captures.c.sequence)
    return [FiledCapture(**row._mapping) for row in database.rows(query)]


def state_of(database: Database) -> State:
    """The numbers that change with whatever an index shows; costs less than a millisecond."""
    # Both by an index alone: a row's other columns lie behind its picture.
    given_up = select(func.count(outbox.c.sequence)).where(
        outbox.c.sent_at.is_(None), outbox.c.dead
    )
    interim = select(func.count(outbox.c.sequence)).where(outbox.c.topic.startswith("interim:"))
    query = select(
        select(func.max(results.c.sequence)).scalar_subquery().label("results"),
        select(func.max(captures.c.sequence)).scalar_subquery().label("captures"),
        given_up.scalar_subquery().label("alerts"),
        select(func.max(acknowledgements.c.sequence)).scalar_subquery().label("acknowledged"),
        interim.scalar_subquery().label("interim"),
    )
    (row,) = database.rows(query)
    return State(
        row.results or 0, row.captures or 0, row.alerts, row.acknowledged or 0, row.interim
    )
