"""Duties by the clock."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

from labsvc.service.alerting.duties import Duties
from labsvc.service.home import open_home
from tests.bench import NOW, make_home
from tests.store.conftest import a_filing, a_result


def test_a_duty_that_fails_keeps_back_no_other(tmp_path: Path) -> None:
    """The disk cannot be looked at, because the home is gone: told in the log, and no more."""
    home = open_home(make_home(tmp_path / "home"))
    duties = Duties(home, lambda: NOW)
    duties.see_to()
    home.close()
    shutil.rmtree(home.root)
    duties.see_to()


def test_what_takes_long_is_given_up_at_the_end(tmp_path: Path) -> None:
    """A summary is due; the service ends: none is made, and none is waited for."""
    settings = 'alerts: {summaries: {daily: "07:30"}}\n'
    home = open_home(make_home(tmp_path / "home", settings))
    home.database.file(a_filing("11" * 32, a_result(), filed_at=NOW - timedelta(days=3)))
    duties = Duties(home, lambda: NOW)
    duties.close()
    duties.see_to()
    assert [one for one in home.database.outbox() if one.alert.kind == "summary"] == []
    Duties(home, lambda: NOW).see_to()
    assert [one.alert.kind for one in home.database.outbox()].count("summary") == 1
    home.close()
