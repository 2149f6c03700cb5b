"""What is asked of the database for a group of captures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from labsvc.model.assay import BenchEvent
from labsvc.model.filing import Filing
from labsvc.model.result import Result
from labsvc.store.database import Database
from labsvc.store.lookups import spellings

MakeFiling = Callable[..., Filing]
MakeResult = Callable[..., Result]


def harvest(plate: str, at: datetime) -> tuple[str, BenchEvent]:
    return plate, BenchEvent(plate_id=plate, step="harvest", at=at, source="harvester")


def test_a_group_is_told_what_each_of_it_would_be_told(
    database: Database, make_filing: MakeFiling, make_result: MakeResult, noon: datetime
) -> None:
    """Of captures, runs and plates that are known, and of those that are not."""
    filing = make_filing("11" * 32, make_result("run00001"))
    database.file(replace(filing, events=(harvest("P-1", noon),)))
    known = database.known(["11" * 32, "22" * 32], ["run00001", "run00002"], ["P-1", "P-2"])
    assert known.captures == {"11" * 32}
    assert known.digests == {run: database.digests(run) for run in ("run00001", "run00002")}
    assert known.digests["run00001"] != ()
    assert known.events == {plate: database.events(plate) for plate in ("P-1", "P-2")}


def test_plates_that_differ_in_case_alone_each_have_their_events(
    database: Database, make_filing: MakeFiling, noon: datetime
) -> None:
    """A scanner writes capitals: the event is on both."""
    database.file(replace(make_filing("11" * 32), events=(harvest("AB-1", noon),)))
    known = database.known([], [], ["ab-1", "AB-1"])
    assert [len(known.events[plate]) for plate in ("ab-1", "AB-1")] == [1, 1]


def test_of_nothing_nothing_is_asked(database: Database) -> None:
    known = database.known([], [], [])
    assert (known.captures, known.digests, known.events) == (frozenset(), {}, {})


def test_a_plate_is_looked_for_as_people_may_write_it() -> None:
    assert spellings("Ab-1") == ("Ab-1", "AB-1", "ab-1")
    assert spellings("7") == ("7",)
