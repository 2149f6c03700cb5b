"""Interim warnings whose count ended otherwise than by its filing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from labsvc.model.filing import Alert
from labsvc.model.result import Verdict
from labsvc.service.alerting.interimends import RESTED, InterimEnds, end_set_aside
from labsvc.store.database import Database
from labsvc.store.postroom import Postroom
from tests.bench import NOW
from tests.store.conftest import a_filing, a_result

MINUTE = timedelta(minutes=1)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    """Two counts of one source are warned of."""
    made = Database(f"sqlite:///{tmp_path / 'labsvc.db'}")
    made.migrate()
    made.owe([warning("run00001"), warning("run00002")], NOW)
    return made


def warning(run: str) -> Alert:
    key = f"interim:tricarb:{run}:wrong_rack"
    return Alert(key, "interim", f"[labsvc] Interim warning (simulated): {run}: wrong rack", "", "",
                 NOW, severity="error", topic=key, source="tricarb", thread=run,
                 addressed="anna@lab.example")  # fmt: skip


def open_runs(database: Database) -> list[str]:
    return [one.alert.thread or "" for one in Postroom(database).unended("interim", NOW)]


def test_what_a_killed_service_left_open_is_ended_by_the_filed_run(database: Database) -> None:
    """It was filed, and the service died before it could say so. Once, to those who were warned."""
    filed = a_result("run00001", verdict=Verdict.REVIEW)
    database.file(a_filing("11" * 32, filed, filed_at=NOW + MINUTE))
    for _ in range(2):
        InterimEnds(database, lambda: NOW + 2 * MINUTE).look()
    assert open_runs(database) == ["run00002"]
    (end,) = [one.alert for one in database.outbox() if one.alert.kind == "interim-over"]
    assert (end.addressed, end.thread) == ("anna@lab.example", "run00001")
    assert "replaced: filed as review; it was: Interim warning (simulated)" in end.subject


def test_a_held_run_is_given_time_to_grow(database: Database) -> None:
    held = a_result("run00001", verdict=Verdict.HELD, held_because="8 positions are missing")
    database.file(a_filing("11" * 32, held, filed_at=NOW + MINUTE))
    InterimEnds(database, lambda: NOW + RESTED).look()
    assert open_runs(database) == ["run00001", "run00002"]
    InterimEnds(database, lambda: NOW + MINUTE + RESTED).look()
    assert open_runs(database) == ["run00002"]


def test_what_was_filed_before_the_warning_does_not_end_it(database: Database) -> None:
    database.file(a_filing("11" * 32, a_result("run00001"), filed_at=NOW - MINUTE))
    InterimEnds(database, lambda: NOW + 2 * RESTED).look()
    assert open_runs(database) == ["run00001", "run00002"]


def test_what_was_set_aside_ends_its_own_warnings(database: Database) -> None:
    """Of the run that it was; of a line, which has one count at a time, all of them."""
    end_set_aside(database, "microbeta", None, name="line.bin", at=NOW)
    assert open_runs(database) == ["run00001", "run00002"]
    end_set_aside(database, "tricarb", {"run00002"}, name="count.csv", at=NOW)
    assert open_runs(database) == ["run00001"]
    end_set_aside(database, "tricarb", None, name="line.bin", at=NOW)
    assert open_runs(database) == []
