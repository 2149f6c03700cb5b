"""A clock that is set back, and both nights on which the clocks are changed: order is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from labsvc.service.work.worker import Worker
from labsvc.store.verify import differences
from tests.bench import Bench, bench, capture, report, report_name

BERLIN = ZoneInfo("Europe/Berlin")


def filed_at(lab: Bench, plate: str, moment: datetime) -> None:
    """A plate received and filed at that moment of our clock."""
    lab.lay_sheet(plate)
    line = replace(lab.line, clock=lambda: moment)
    brought = capture(report_name(plate), report(plate, seed=int(plate[-2:])))
    lab.home.inbox.put(replace(brought, received_at=moment))
    assert len(list(Worker(line).work_off())) == 1


@pytest.mark.parametrize(
    ("first", "step"),
    [
        (datetime(2026, 3, 2, 12, 0, tzinfo=UTC), timedelta(days=-1)),
        # 02:50 in summer time, then 02:10 in winter time: by the wall clock it went back.
        (datetime(2026, 10, 25, 2, 50, tzinfo=BERLIN), timedelta(minutes=20)),
        # 01:50 in winter time, then 03:10 in summer time.
        (datetime(2026, 3, 29, 1, 50, tzinfo=BERLIN), timedelta(minutes=20)),
        (datetime(1970, 1, 1, 0, 5, tzinfo=UTC), timedelta(days=20000)),
    ],
)
def test_the_order_of_filing_is_kept_whatever_the_clock_says(
    tmp_path: Path, first: datetime, step: timedelta
) -> None:
    """Runs, captures and audit trail go by their number; what is vouched for still holds."""
    second = first.astimezone(UTC) + step
    with bench(tmp_path / "home") as lab:
        filed_at(lab, "NET-0411", first)
        filed_at(lab, "NET-0412", second)
        database = lab.home.database
        assert [one.plate_id for one in database.results()] == ["NET-0412", "NET-0411"]
        moments = [one.filed_at for one in database.captures()]
        assert moments == [second, first.astimezone(UTC)]
        home = lab.home
        assert not list(differences(home.inbox, home.archive, home.quarantine, database))


def test_a_capture_of_before_the_clock_was_set_back_is_still_filed(tmp_path: Path) -> None:
    """It waits in the inbox with a time that is to come."""
    with bench(tmp_path / "home") as lab:
        lab.lay_sheet("NET-0411")
        brought = capture(report_name("NET-0411"), report("NET-0411"))
        later = brought.received_at + timedelta(days=1)
        lab.home.inbox.put(replace(brought, received_at=later))
        assert len(lab.work()) == 1
        assert lab.home.database.captures()[0].received_at == later
