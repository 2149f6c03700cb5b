"""The revisions of runs: the latest of each, and runs named by the beginning of their id."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from labsvc.errors import InputError
from labsvc.model.filing import Filing
from labsvc.model.result import Result, Verdict
from labsvc.store.database import Database

MakeFiling = Callable[..., Filing]
MakeResult = Callable[..., Result]

HELD = {"verdict": Verdict.HELD, "protocol": None, "held_because": "no protocol claims it"}


def test_results_are_listed_by_their_latest_revision_newest_first(
    database: Database, make_filing: MakeFiling, make_result: MakeResult
) -> None:
    for number in (1, 2, 3):
        database.file(make_filing(f"{number}" * 64, make_result(f"run0000{number}")))
    database.file(make_filing("1" * 64, make_result(verdict=Verdict.REJECTED), revision=2))
    listed = [(one.run_id, one.revision) for one in database.results()]
    assert listed == [("run00001", 2), ("run00003", 1), ("run00002", 1)]
    assert [one.run_id for one in database.results(limit=1)] == ["run00001"]
    assert [one.run_id for one in database.results(verdict="rejected")] == ["run00001"]
    assert database.totals()["results_accepted"] == 2


def test_a_run_is_held_until_a_later_revision_is_not(
    database: Database, make_filing: MakeFiling, make_result: MakeResult
) -> None:
    database.file(make_filing("11" * 32, make_result(**HELD)))
    assert [one.run_id for one in database.held()] == ["run00001"]
    database.file(make_filing("11" * 32, make_result(), revision=2))
    assert database.held() == []
    assert [one.revision for one in database.on_plate("MOR-0042")] == [2]


def test_a_run_may_be_named_by_the_beginning_of_its_id(
    database: Database, make_filing: MakeFiling, make_result: MakeResult
) -> None:
    database.file(make_filing("11" * 32, make_result("abcd1111"), make_result("abcd2222")))
    stored = database.result("abcd1")
    assert stored is not None
    assert stored.run_id == "abcd1111"
    assert [one.run_id for one in database.revisions("abcd2")] == ["abcd2222"]
    assert database.result("abc") is None
    assert database.result("ABCD1") is None
    assert database.result("%%%%") is None
    with pytest.raises(InputError, match="fits 2 runs"):
        database.result("abcd")
