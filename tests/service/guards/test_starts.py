"""Starts that failed are counted; others are not."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from labsvc.errors import ConfigError
from labsvc.service.guards.starts import NAME, counted, reason, settled, tell, too_many
from labsvc.service.home import open_home
from tests.bench import NOW, make_home


class Crash(BaseException):
    """What a kill is to a test."""


def crash(root: Path, minutes: float) -> None:
    with pytest.raises(Crash), counted(root, NOW + timedelta(minutes=minutes)):
        raise Crash


def test_starts_that_crashed_are_counted(tmp_path: Path) -> None:
    """Three within an hour are too many."""
    for minute in range(3):
        crash(tmp_path, minute)
    with counted(tmp_path, NOW + timedelta(minutes=3)) as failed:
        assert failed == [NOW + timedelta(minutes=one) for one in range(3)]
        assert too_many(failed)


def test_a_clean_end_forgets_them(tmp_path: Path) -> None:
    """As does an end with a sentence, and a service that has run for a while."""
    crash(tmp_path, 0)
    with counted(tmp_path, NOW):
        pass
    crash(tmp_path, 1)
    with pytest.raises(ConfigError), counted(tmp_path, NOW):
        raise ConfigError("unfit")
    crash(tmp_path, 2)
    settled(tmp_path)
    with counted(tmp_path, NOW) as failed:
        assert failed == []


def test_crashes_of_yesterday_do_not_count(tmp_path: Path) -> None:
    """Nor those of a clock that was ahead."""
    crash(tmp_path, -61)
    crash(tmp_path, +5)
    with counted(tmp_path, NOW) as failed:
        assert failed == []


def test_a_file_nobody_can_read_counts_nothing(tmp_path: Path) -> None:
    """It must not keep the service from starting."""
    for content in (b'["yesterday"', b'["2026-03-02T09:00:00"]'):
        (tmp_path / NAME).write_bytes(content)
        with counted(tmp_path, NOW) as failed:
            assert failed == []


def test_safe_mode_has_its_reason() -> None:
    """Asked for, or because of crashes; with no driver from outside it would change nothing."""
    failed = [NOW] * 3
    assert reason([], ["acme"], asked=False) is None
    assert reason(failed, [], asked=False) is None
    assert "ended 3 times within an hour" in (reason(failed, ["acme"], asked=False) or "")
    assert "(acme)" in (reason([], ["acme"], asked=True) or "")


def test_the_lab_is_told_of_a_safe_start_once_a_day(tmp_path: Path) -> None:
    """It may crash on and on."""
    home = open_home(make_home(tmp_path / "home"))
    for _ in range(2):
        tell(home, "safe mode: why", NOW)
    (owed,) = home.database.outbox()
    home.close()
    assert owed.alert.subject.startswith("[labsvc] Started in safe mode: labsvc: safe mode: why")
