"""When the index is written anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from labsvc.errors import StoreError
from labsvc.service.trends.reindexing import Renewal
from tests.bench import Bench, bench, report, report_name


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path / "home") as opened:
        yield opened


def _file(lab: Bench, plate: str) -> None:
    lab.lay_sheet(plate)
    lab.sees(report_name(plate), report(plate))


def test_it_is_written_where_something_was_filed_since(lab: Bench) -> None:
    """By a process that has ended when this returns; what was written holds the new plate."""
    renewal = Renewal(lab.home, share=0.0)
    assert renewal.renew()
    assert not renewal.renew()
    _file(lab, "NET-0411")
    assert renewal.renew()
    assert "NET-0411" in (lab.home.root / "index.html").read_text("utf-8")


def test_it_is_not_written_oftener_than_it_is_worth(lab: Bench) -> None:
    """A large archive must not keep the machine busy."""
    renewal = Renewal(lab.home)
    assert renewal.renew()
    _file(lab, "NET-0411")
    assert not renewal.renew()


def test_a_note_for_the_charts_is_news(lab: Bench) -> None:
    renewal = Renewal(lab.home, share=0.0)
    renewal.renew()
    (lab.home.root / "charts.yaml").write_text("notes: []\n")
    assert renewal.renew()


def test_an_index_that_cannot_be_written_is_told_with_its_path(lab: Bench) -> None:
    """And tried again."""
    page = lab.home.root / "index.html"
    page.mkdir()
    renewal = Renewal(lab.home, share=0.0)
    for _ in range(2):
        with pytest.raises(StoreError, match=r"was not made: .*index\.html"):
            renewal.renew()
    page.rmdir()
    assert renewal.renew()
