"""What several tests of the work need."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from labsvc.service.work import members
from labsvc.service.work.ahead import Ahead
from tests.bench import Bench
from tests.patience import PATIENCE


@pytest.fixture
def ahead(lab: Bench) -> Iterator[Ahead]:
    """Another process, ready to work captures of the test's ``lab`` out."""
    lab.line.book.refresh()
    started = Ahead(lab.line, members.start(1)[0])
    assert started.ready(PATIENCE)
    yield started
    started.close()
