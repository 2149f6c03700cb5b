"""Bytes set aside, with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from labsvc.model.filing import CaptureState
from labsvc.service.home import Home, open_home
from labsvc.service.work.setaside import set_aside
from tests.bench import NOW, capture, make_home


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = open_home(make_home(tmp_path / "home"))
    yield made
    made.close()


def test_the_bytes_the_row_and_the_message_have_the_reason(home: Home) -> None:
    """Nothing of it reaches the inbox."""
    half = capture("line fragment.bin", b"9,0,0,tSIE")
    folder = set_aside(home, half, "the line went away", at=NOW)
    assert home.quarantine.read(folder).content == half.content
    (row,) = home.database.captures()
    assert (row.state, row.reason) == (CaptureState.QUARANTINED, "the line went away")
    (owed,) = home.database.outbox()
    assert "the line went away" in owed.alert.subject
    assert home.inbox.entries() == []


def test_twice_is_once(home: Home) -> None:
    """A service that was killed in between does it again."""
    half = capture("line fragment.bin", b"9,0,0,tSIE")
    folders = {set_aside(home, half, "the line went away", at=NOW) for _ in range(2)}
    assert len(folders) == len(home.quarantine.entries()) == len(home.database.outbox()) == 1
