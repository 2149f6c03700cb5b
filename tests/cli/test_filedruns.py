"""A filed run's document."""

from __future__ import annotations

from pathlib import Path

import pytest

from labsvc.cli.filedruns import filed_document, stored_run
from labsvc.errors import ConfigError
from labsvc.service.home import Home


def test_a_filed_document_leads_to_its_bytes_and_report(opened: Home) -> None:
    """By the beginning of the run's id."""
    (stored,) = opened.database.results()
    document = filed_document(opened, stored.run_id[:6])
    assert document["id"] == stored.run_id
    assert Path(document["raw"][0]["path"]).is_file()
    assert Path(document["report"]).is_file()


def test_a_run_or_revision_that_is_not_there_is_told(opened: Home) -> None:
    """And where to look."""
    (stored,) = opened.database.results()
    with pytest.raises(ConfigError, match="there is no run 'ffff' here; see: labsvc runs ls"):
        stored_run(opened, "ffff")
    with pytest.raises(ConfigError, match="there is no revision 7 of run"):
        stored_run(opened, stored.run_id, 7)
