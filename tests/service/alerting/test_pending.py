"""What waits for somebody; the commands: tests/cli/test_alerts.py."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from labsvc.errors import ConfigError
from labsvc.model.result import Verdict
from labsvc.service.alerting.pending import found, key_of_run, pending
from labsvc.store.database import Database
from labsvc.store.postroom import Acknowledgement, Postroom
from tests.bench import NOW
from tests.store.conftest import a_filing, a_result, an_alert


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path / 'labsvc.db'}")
    made.migrate()
    yield made
    made.close()


def test_each_alert_has_its_state(database: Database) -> None:
    """As far as its sending is, and whether somebody has seen to it."""
    database.owe([an_alert(key, NOW) for key in ("a", "b", "c", "d")], NOW)
    room = Postroom(database)
    room.alerts_sent(["a", "d"], NOW)
    database.alert_failed("b", "no such person", next_attempt_at=NOW, dead=True)
    room.acknowledge(Acknowledgement("d", "d", "error", NOW, "Anna", "seen", NOW))
    states = {one.key: one.state for one in pending(database, NOW, everything=True)}
    assert states == {"a": "waiting", "b": "could not be sent", "c": "not sent yet",
                      "d": "acknowledged by Anna"}  # fmt: skip
    assert [one.key for one in pending(database, NOW)] == ["a", "b", "c"]
    assert pending(database, NOW + timedelta(days=1)) == []


def test_a_run_of_which_nobody_was_told_has_a_key_all_the_same(database: Database) -> None:
    """It waits in the index, and is acknowledged by its id or its key."""
    database.file(a_filing("11" * 32, a_result("run000010000", verdict=Verdict.REVIEW)))
    key = "qc-review:run000010000:1"
    assert key_of_run("run000010000", 1, "review") == key
    assert [found(database, word).key for word in ("run00001", key)] == [key, key]


def test_a_run_that_is_accepted_waits_for_nobody(database: Database) -> None:
    database.file(a_filing("11" * 32, a_result("run000010000")))
    with pytest.raises(ConfigError, match="no alert has the key"):
        found(database, "run00001")


@pytest.mark.parametrize("word", ["", "x", "qc\r\nBcc: x", "%%%%%", "\u202eabcd"])
def test_a_word_that_is_no_key_is_told_on_one_line(database: Database, word: str) -> None:
    with pytest.raises(ConfigError, match="no alert has the key") as refusal:
        found(database, word)
    assert len(str(refusal.value).splitlines()) == 1
