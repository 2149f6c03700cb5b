"""What was in force when, by the trail."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from labsvc.store.database import Database
from labsvc.store.inforce import GONE, IN_FORCE, InForce, deeds, written

FIRST = InForce("name: net\nkd: 1 nM\nversion: 1\n", "keller", "1")
EDITED = InForce("name: net\nkd: 2 nM\nversion: 1\nz: 0\n", "sand", "1")


def told(database: Database) -> list[tuple[str, str, dict[str, Any]]]:
    """What the trail has, the newest first."""
    return [(row.what, row.key, json.loads(row.detail)) for row in database.trail()]


def test_an_edit_is_told_line_by_line(database: Database, noon: datetime) -> None:
    """As it was and as it is, whose file it is, and the whole text, so that it can be had again."""
    for one in (FIRST, FIRST, EDITED):
        database.write(written({"protocol net": one}), noon)
    (what, key, detail), (_, _, first) = told(database)
    assert (what, key, detail["by"]) == (IN_FORCE, "protocol net", "sand")
    assert detail["changes"] == [
        {"what": "line 2", "old": "kd: 1 nM", "new": "kd: 2 nM"},
        {"what": "line 4", "old": None, "new": "z: 0"},
    ]
    assert (first["text"], "changes" in first) == (FIRST.text, False)
    assert detail["old"] == first["new"]
    assert database.verify() == []


def test_what_is_taken_away_and_put_back_is_told(database: Database, noon: datetime) -> None:
    for now in ({"a": FIRST, "b": FIRST}, {"a": FIRST}, {"a": FIRST, "b": FIRST}):
        database.write(written(now), noon)
    whats = [(what, key) for what, key, _ in told(database)]
    assert whats == [(IN_FORCE, "b"), (GONE, "b"), (IN_FORCE, "b"), (IN_FORCE, "a")]


def test_a_text_of_any_length_has_its_row() -> None:
    """Changes that have no room are counted; thousands of lines are compared as one."""
    many = InForce("".join(f"{n}\nsame {n}\n" for n in range(600)), "x")
    before = "".join(f"old {n}\nsame {n}\n" for n in range(600))
    (deed,) = deeds({"a": before}, {"a": many})
    detail = json.loads(deed.detail)
    assert len(detail["changes"]) + detail["changes_more"] == 600
    (deed,) = deeds({"a": "a\n" * 9000}, {"a": InForce("b\n" * 9000, "x")})
    assert [one["what"] for one in json.loads(deed.detail)["changes"]] == ["the whole text"]
