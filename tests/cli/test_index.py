"""labsvc index."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import PLATE, Labsvc


def test_the_index_is_written_and_its_place_told(labsvc: Labsvc, filed: Path) -> None:
    """With the one filed plate in it."""
    ran = labsvc("index", "--home", filed)
    page = filed / "index.html"
    assert str(page) in ran.out
    assert PLATE in page.read_text("utf-8")
    assert labsvc("index", "--home", filed, "--json").json == {"page": str(page)}
