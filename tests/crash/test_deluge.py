"""The whole service under what a counter's computer may do to a watched folder."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from labsvc.model.filing import CaptureState
from labsvc.service.daemon import Daemon
from labsvc.service.home import Home, open_home
from labsvc.service.registry import load_drivers
from labsvc.store.verify import differences
from tests.bench import harvest, make_home
from tests.patience import PATIENCE

COUNT = int(os.environ.get("LABSVC_DELUGE", "200"))
"""So many files at once; 5,000 by hand: LABSVC_DELUGE=5000."""
SECONDS_EACH = 0.25
NAMED_AGAIN = 50


class Lab:
    """A service at work on a folder."""

    def __init__(self, home: Home, daemon: Daemon, folder: Path) -> None:
        self.home, self.daemon, self.folder = home, daemon, folder

    def until_filed(self, count: int) -> None:
        until = monotonic() + 30 + SECONDS_EACH * count
        while self.home.database.totals()["captures_filed"] < count:
            assert monotonic() < until, self.home.database.totals()
            self.daemon.rounds.wait(0.1)
            self.daemon.rounds.clear()

    def differences(self) -> list[str]:
        home = self.home
        return list(differences(home.inbox, home.archive, home.quarantine, home.database))


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    folder = tmp_path / "lab"
    folder.mkdir()
    source = f"{{name: h, folder: {folder}, driver: harvest, quiet: 0.02 s}}"
    home = open_home(make_home(tmp_path / "home", f"rescan: 1 s\nsources: [{source}]\n"))
    with Daemon(home, load_drivers()) as daemon:
        worker = threading.Thread(target=daemon.run)
        worker.start()
        yield Lab(home, daemon, folder)
        daemon.stop()
        worker.join(PATIENCE)
    home.close()


def test_all_files_that_are_copied_in_at_once_are_filed_once(lab: Lab) -> None:
    """As many filings as files, each in its folder, whatever events were lost."""
    for number in range(COUNT):
        (lab.folder / f"H-{number:04}.csv").write_bytes(harvest(f"H-{number:04}"))
    lab.until_filed(COUNT)
    captures = lab.home.database.captures(2 * COUNT)
    assert Counter(one.name for one in captures) == Counter(
        f"H-{number:04}.csv" for number in range(COUNT)
    )
    assert len({one.folder for one in captures}) == COUNT
    assert lab.differences() == []


def test_one_name_used_again_is_as_many_captures(lab: Lab) -> None:
    """Counters begin anew at 1, and people overwrite; the bytes make the run."""
    for number in range(NAMED_AGAIN):
        written = lab.folder / "new.part"
        written.write_bytes(harvest(f"H-{number:04}"))
        written.replace(lab.folder / "log.csv")
        lab.until_filed(number + 1)
    captures = lab.home.database.captures(2 * NAMED_AGAIN)
    assert {one.state for one in captures} == {CaptureState.FILED}
    plates = [lab.home.database.events(f"H-{number:04}") for number in range(NAMED_AGAIN)]
    assert [len(one) for one in plates] == [1] * NAMED_AGAIN


def test_a_folder_that_was_away_is_caught_up_with(lab: Lab) -> None:
    """Renamed away as a share drops; what was written to it meanwhile is filed when it is back."""
    away = lab.folder.with_name("away")
    lab.folder.rename(away)
    for number in range(20):
        (away / f"H-{number:04}.csv").write_bytes(harvest(f"H-{number:04}"))
    lab.daemon.inlets.scanner.hint_all()
    until = monotonic() + 30
    while not lab.daemon.inlets.scanner.away and monotonic() < until:
        lab.daemon.rounds.wait(0.05)
    assert "cannot be read" in lab.daemon.inlets.scanner.away["h"]
    away.rename(lab.folder)
    lab.until_filed(20)
    assert not lab.daemon.inlets.scanner.away
