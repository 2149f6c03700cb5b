"""The service in a host that starts and stops it by calls."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from labsvc.errors import ConfigError
from labsvc.service.installing.hosted import Hosted
from tests.bench import make_home
from tests.patience import PATIENCE


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """The log, and the rights of new files, as they were for the next test."""
    umask = os.umask(0o022)
    yield
    os.umask(umask)
    structlog.reset_defaults()


def a_disk(root: str) -> int:
    return 3


def test_it_works_until_it_is_told_to_stop(tmp_path: Path) -> None:
    """From another thread, as the service manager does it; the home is free again afterwards."""
    home = make_home(tmp_path / "home")
    hosted, ready = Hosted(home, a_disk), threading.Event()
    working = threading.Thread(target=hosted.run, args=[ready.set])
    working.start()
    assert ready.wait(PATIENCE)
    hosted.stop()
    working.join(PATIENCE)
    assert not working.is_alive()
    again = Hosted(home, a_disk)
    again.stop()
    again.run(lambda: None)


def test_a_stop_before_it_is_ready_is_heard(tmp_path: Path) -> None:
    hosted = Hosted(make_home(tmp_path / "home"), a_disk)
    hosted.run(hosted.stop)


@pytest.mark.parametrize(
    ("settings", "drive", "told"),
    [
        ("sources:\n  - {name: c, folder: 'Z:\\out'}\n", 4, "lies on a share"),
        ("mail: {host: h, password: x}\n", 3, "is missing|must not stand"),
    ],
)
def test_what_a_person_must_mend_is_a_config_error(
    tmp_path: Path, settings: str, drive: int, told: str
) -> None:
    """Which Windows does not start again."""
    hosted = Hosted(make_home(tmp_path / "home", settings), lambda root: drive)
    with pytest.raises(ConfigError, match=told):
        hosted.run(lambda: pytest.fail("it was never ready"))
