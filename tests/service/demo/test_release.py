"""A held run whose release our own disk refused is released when the disk is well again."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from labsvc.errors import StoreError

if TYPE_CHECKING:
    from tests.service.demo.conftest import Lab


def test_a_release_that_our_disk_refused_is_made_up_for(lab: Lab) -> None:
    """The run sheet is not touched again: the release itself is what is owed."""
    sheet = lab.home.runsheets / "NET-0411.yaml"
    content = sheet.read_bytes()
    sheet.unlink()
    act = lab.report("microbeta")
    lab.comes(act, act.content, "microbeta")
    staging = lab.home.root / "archive" / ".staging"
    shutil.rmtree(staging)
    staging.write_bytes(b"the disk is not well")
    sheet.write_bytes(content)
    with pytest.raises(StoreError):
        lab.worker.look_at_book()
    staging.unlink()
    staging.mkdir()
    lab.worker.look_at_book()
    assert [one.revision for one in lab.home.database.results()] == [2]
    assert not lab.home.database.held()
