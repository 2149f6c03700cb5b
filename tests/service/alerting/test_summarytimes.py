"""When summaries are made, over changes of the clock and over nights in which nothing ran."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from labsvc.errors import StoreError
from labsvc.notify.summary import Summary, for_summary
from labsvc.service.alerting.summarytimes import Due, SummaryTimes
from labsvc.service.home import Home, open_home
from tests.bench import make_home
from tests.store.conftest import a_filing, a_result

SETTINGS = """alerts: {summaries: {daily: "07:30", weekly: "mon 07:30", to: [pi@lab.example]}}
"""


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class Lab:
    """A home since the 20th of March 2026; ``made`` is what was made, kind and times."""

    def __init__(self, root: Path) -> None:
        self.home = open_home(make_home(root, SETTINGS))
        self.now = utc("2026-03-20 12:00")
        self.home.database.file(a_filing("11" * 32, a_result(), filed_at=self.now))
        self.made: list[str] = []
        self.start()

    def start(self) -> None:
        self.times = SummaryTimes(self.home, lambda: self.now, self.make)

    def make(self, home: Home, due: Due) -> bool:
        self.made.append(f"{due.kind} {due.begins:%d %H:%M}-{due.at:%d %H:%M}")
        made = Summary(due.kind, "lab", due.begins, due.at)
        home.database.owe([for_summary(made, due.at, at=self.now)], self.now)
        return True

    def until(self, text: str) -> list[str]:
        """A look every ten minutes until then; what was made."""
        self.made.clear()
        while self.now < utc(text):
            self.now += timedelta(minutes=10)
            self.times.look()
        return self.made


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    made = Lab(tmp_path / "home")
    yield made
    made.home.close()


def test_a_summary_a_day_and_one_a_week_by_the_labs_clock(lab: Lab) -> None:
    """Winter time until Sunday the 29th; none for the time before there was anything."""
    assert lab.until("2026-03-22 12:00") == [
        "daily 20 06:30-21 06:30", "daily 21 06:30-22 06:30",
    ]  # fmt: skip
    assert lab.until("2026-03-23 12:00") == [
        "daily 22 06:30-23 06:30", "weekly 16 06:30-23 06:30",
    ]  # fmt: skip


def test_over_the_change_of_the_clock_none_comes_twice_and_none_is_left_out(lab: Lab) -> None:
    lab.until("2026-03-28 12:00")
    assert lab.until("2026-03-30 12:00") == [
        "daily 28 06:30-29 05:30", "daily 29 05:30-30 05:30", "weekly 23 06:30-30 05:30",
    ]  # fmt: skip


def test_what_was_missed_is_made_once_and_begins_where_the_last_ended(lab: Lab) -> None:
    """The service was off from Tuesday to Saturday."""
    lab.until("2026-03-24 12:00")
    lab.start()
    lab.now = utc("2026-03-28 20:00")
    assert lab.until("2026-03-28 21:00") == ["daily 24 06:30-28 06:30"]


def test_a_restart_makes_nothing_twice(lab: Lab) -> None:
    lab.until("2026-03-23 12:00")
    lab.start()
    assert lab.until("2026-03-23 13:00") == []


def test_one_that_could_not_be_made_is_made_at_the_next_look(lab: Lab) -> None:
    def fails(home: Home, due: Due) -> bool:
        raise StoreError("busy")

    lab.now = utc("2026-03-21 07:00")
    with pytest.raises(StoreError):
        SummaryTimes(lab.home, lambda: lab.now, fails).look()
    assert lab.until("2026-03-21 07:10") == ["daily 20 06:30-21 06:30"]


def test_a_lab_that_asks_for_none_gets_none(tmp_path: Path) -> None:
    home = open_home(make_home(tmp_path / "home"))
    SummaryTimes(home, lambda: utc("2026-03-21 07:00")).look()
    assert home.database.outbox() == []
    home.close()


def test_the_process_that_makes_it_owes_it(lab: Lab) -> None:
    """As the service runs it; to those it is for."""
    due = Due("daily", utc("2026-03-20 06:30"), utc("2026-03-21 06:30"))
    assert SummaryTimes(lab.home, lambda: lab.now).in_own_process(lab.home, due)
    (owed,) = lab.home.database.outbox()
    assert owed.alert.key == "summary:daily:2026-03-21T06:30:00+00:00"
    assert owed.alert.addressed == "pi@lab.example"
    assert "1 run: 1 accepted" in owed.alert.subject


def test_why_it_was_not_made_is_told(lab: Lab) -> None:
    (lab.home.root / "labsvc.yaml").write_text("nonsense: 1\n")
    times = SummaryTimes(lab.home, lambda: lab.now)
    with pytest.raises(StoreError, match=r"daily summary was not made: .*nonsense"):
        times.in_own_process(lab.home, Due("daily", lab.now, lab.now))


def test_one_that_a_stop_ends_is_made_once_after_the_next_start(lab: Lab) -> None:
    """The service does not wait for it; what was not owed is due still."""
    lab.now = utc("2026-03-21 07:00")
    times = SummaryTimes(lab.home, lambda: lab.now)
    times.close()
    times.look()
    assert lab.home.database.outbox() == []
    assert lab.until("2026-03-21 08:00") == ["daily 20 06:30-21 06:30"]
