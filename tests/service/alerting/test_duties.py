"""Duties by the clock."""

from __future__ import annotations

import shutil
from pathlib import Path

from labsvc.service.alerting.duties import Duties
from labsvc.service.home import open_home
from tests.bench import NOW, make_home


def test_a_duty_that_fails_keeps_back_no_other(tmp_path: Path) -> None:
    """The disk cannot be looked at, because the home is gone: told in the log, and no more."""
    home = open_home(make_home(tmp_path / "home"))
    duties = Duties(home, lambda: NOW)
    duties.see_to()
    home.close()
    shutil.rmtree(home.root)
    duties.see_to()
