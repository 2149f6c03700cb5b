"""What a revision changed, as the trail tells it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace

from labsvc.model.filing import CaptureState, Filing
from labsvc.model.result import Point, Result, Verdict
from labsvc.store.changes import MOST, between
from labsvc.store.database import Database

Make = Callable[..., Filing]
MakeResult = Callable[..., Result]


def newest(database: Database) -> dict[str, object]:
    detail: dict[str, object] = json.loads(database.trail("", 1)[0].detail)
    return detail


def test_a_revision_tells_each_old_and_new_value(
    database: Database, make_filing: Make, make_result: MakeResult
) -> None:
    """With who and why beside them; the first filing changes nothing."""
    database.file(make_filing("11" * 32, make_result()))
    assert "changes" not in newest(database)
    curve = make_result().curves[0]
    again = make_result(verdict=Verdict.REJECTED, curves=(replace(curve, reportable="41 nM"),))
    database.file(make_filing("11" * 32, again, revision=2, by="M. Keller"))
    told = newest(database)
    assert (told["by"], told["reason"]) == ("M. Keller", "revision 2")
    changes = told["changes"]
    assert isinstance(changes, list)
    assert {"what": "result: verdict", "old": "accepted", "new": "rejected"} in changes
    assert {"what": "curves: X1: reported", "old": "35 nM", "new": "41 nM"} in changes
    assert {"what": "curves: X2: reported", "old": "no fit", "new": None} in changes


def test_an_old_value_that_is_altered_in_the_trail_is_found(
    database: Database, tamper: Callable[..., None], make_filing: Make, make_result: MakeResult
) -> None:
    database.file(make_filing("11" * 32, make_result()))
    database.file(make_filing("11" * 32, make_result(verdict=Verdict.REJECTED), revision=2))
    assert database.verify() == []
    tamper("UPDATE audit SET detail = replace(detail, '\"accepted\"', '\"review\"')")
    assert any(re.search(r"audit trail .*altered", one) for one in database.verify())


def test_a_capture_understood_after_all_tells_what_it_was(
    database: Database, make_filing: Make
) -> None:
    """Its state, and the reason it had been set aside for."""
    aside = make_filing(state=CaptureState.QUARANTINED, reason="no driver claims it", folder="q")
    database.file(aside)
    database.file(replace(aside, state=CaptureState.FILED, reason=None, folder="2026/a"))
    changes = newest(database)["changes"]
    assert isinstance(changes, list)
    assert {"what": "state", "old": "quarantined", "new": "filed"} in changes
    assert {"what": "reason", "old": "no driver claims it", "new": None} in changes


def test_a_row_of_the_trail_has_an_end(database: Database, make_filing: Make,
                                       make_result: MakeResult) -> None:  # fmt: skip
    """A plate of 384 wells may change in a thousand values: what has no room is counted."""
    wells = [tuple(Point(f"A{n}", "sample", counts=n + shift) for n in range(384))
             for shift in (0, 1)]  # fmt: skip
    for revision, points in enumerate(wells, start=1):
        database.file(make_filing("11" * 32, make_result(points=points), revision=revision))
    told = newest(database)
    assert isinstance(told["changes"], list)
    assert (len(told["changes"]), told["changes_more"]) == (MOST, 384 - MOST)


def test_documents_of_another_form_are_said_to_be_so() -> None:
    """The commit goes on: an earlier labsvc may have written the first of the two."""
    assert "not of one form" in between("{}", '{"verdict": "held"}')["changes_untold"]
