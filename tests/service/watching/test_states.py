"""How the sources are, written by the service and read by others."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from labsvc.service.watching.states import (
    FRESH,
    NAME,
    SourceState,
    States,
    current_remarks,
    current_states,
    read_states,
    write_states,
)
from tests.bench import NOW

FULL = SourceState(
    state="stale",
    watched_since=NOW,
    trouble="the port lost 3 bytes",
    last_received_at=NOW + timedelta(seconds=1),
    last_whole_at=NOW + timedelta(seconds=2),
    silence_told=NOW,
    faults={"overrun": 3},
)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """Every field of a source, also those that nobody knows."""
    states = States(NOW, True, {"tricarb": FULL, "folder": SourceState("there", NOW)})
    write_states(tmp_path, states)
    assert read_states(tmp_path) == states


def test_only_a_service_that_runs_now_speaks_for_the_sources(tmp_path: Path) -> None:
    """Not one that has ended, nor one that died some time ago."""
    write_states(tmp_path, States(NOW, True, {"tricarb": FULL}))
    assert current_states(tmp_path, NOW + FRESH / 2) == {"tricarb": FULL}
    assert current_states(tmp_path, NOW + FRESH) == {}
    write_states(tmp_path, States(NOW, False, {"tricarb": FULL}))
    assert current_states(tmp_path, NOW) == {}


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"written_at": 5}', b"\xff", b'{"written_at":"2026-03-02T00:00:00"}']
)
def test_a_damaged_file_says_nothing(content: bytes, tmp_path: Path) -> None:
    """The service starts without it, and writes it anew."""
    (tmp_path / NAME).write_bytes(content)
    assert read_states(tmp_path) is None
    assert current_states(tmp_path, NOW) == {}


def test_a_home_where_no_service_ran_has_none(tmp_path: Path) -> None:
    assert read_states(tmp_path) is None


def test_what_the_service_says_of_itself_is_read_while_it_runs(tmp_path: Path) -> None:
    """Not what one that ended has left, nor one of a version that said nothing."""
    write_states(tmp_path, States(NOW, True, {}, ("safe mode: why",)))
    assert current_remarks(tmp_path, NOW) == ("safe mode: why",)
    assert current_remarks(tmp_path, NOW + timedelta(hours=1)) == ()
    (tmp_path / NAME).write_text(
        json.dumps({"written_at": NOW.isoformat(), "running": True, "sources": {}})
    )
    assert current_remarks(tmp_path, NOW) == ()
