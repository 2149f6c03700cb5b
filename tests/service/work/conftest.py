"""What several tests of the work need."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from labsvc.service.work import members
from labsvc.service.work.ahead import Ahead
from tests.bench import Bench, bench
from tests.patience import PATIENCE
from tests.service.work.crews import fill


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Bench]:
    """Plates in the inbox, one more than may be in hand, each with its run sheet."""
    with bench(tmp_path / "home") as made:
        fill(made)
        yield made


@pytest.fixture
def handed(tmp_path: Path) -> Iterator[Bench]:
    """Nothing is there yet; whatever comes is worked out by another process."""
    with bench(tmp_path / "handed") as made:
        made.worker.staff.hands, made.worker.staff.stays = 1, 3600.0
        yield made
        made.worker.close()


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Bench]:
    """Nothing is there yet; whatever comes is worked out by this process."""
    with bench(tmp_path / "alone") as made:
        yield made


@pytest.fixture
def ahead(filled: Bench) -> Iterator[Ahead]:
    """Another process, ready to work out the captures of ``filled``."""
    filled.line.book.refresh()
    started = Ahead(filled.line, members.start(1)[0])
    assert started.ready(PATIENCE)
    yield started
    started.close()
