"""The histories of reference compounds, read once a day."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from labsvc.model.result import Affinity
from labsvc.service.trends.histories import Histories
from labsvc.service.work.messages import Edition
from tests.bench import BINDING, NOW, Bench, bench, capture, protocol, report, report_name
from tests.store.conftest import a_filing, a_result

PLATE = "NET-0411"


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Bench]:
    """With ten plates filed, one a day, the last of them yesterday."""
    with bench(tmp_path / "home") as opened:
        for day in range(10):
            file(opened, day)
        yield opened


def file(lab: Bench, day: int) -> None:
    """A plate of the day; day 10 is today."""
    (curve, *_) = a_result().curves
    ki = Affinity(16e-9 * (1 + 0.1 * (day % 3)), None, "Cheng-Prusoff", {})
    result = a_result(f"run{day:05}", protocol=BINDING,
                      curves=(replace(curve, compound="imipramine", ki=ki),))  # fmt: skip
    at = NOW - timedelta(days=10 - day)
    lab.home.database.file(a_filing(f"{day:02}" * 32, result, filed_at=at, folder=f"2026/{day}"))


def test_a_history_is_of_the_days_before(lab: Bench) -> None:
    """What is filed today is in none of today's, and in tomorrow's."""
    file(lab, 10)
    histories = Histories()
    today = histories.of(lab.home, [protocol()], NOW)[BINDING]
    assert (today.compound, today.number, len(today.series)) == ("imipramine", "ki", 10)
    assert today.guide == "limits need 20 accepted runs and there are 10"
    tomorrow = histories.of(lab.home, [protocol()], NOW + timedelta(days=1))[BINDING]
    assert len(tomorrow.series) == 11


def test_it_is_read_once_a_day_and_when_the_protocols_change(lab: Bench) -> None:
    """The very same values are given for every plate of the day."""
    histories = Histories()
    first = histories.of(lab.home, [protocol()], NOW)
    assert histories.of(lab.home, [protocol()], NOW + timedelta(hours=2)) is first
    (lab.home.root / "charts.yaml").write_text("notes: [{on: 2026-02-25, text: moved}]")
    noted = histories.of(lab.home, [protocol()], NOW)[BINDING]
    assert [one.text for one in noted.notes] == ["moved"]
    assert histories.of(lab.home, [], NOW) == {}


def test_a_history_reaches_the_process_that_works_captures_out(lab: Bench) -> None:
    """Reports made there have the same chart."""
    found = Histories().of(lab.home, [protocol()], NOW)
    assert pickle.loads(pickle.dumps(Edition((), {}, (), found))).histories == found


def test_without_reference_or_earlier_runs_there_is_no_history(lab: Bench) -> None:
    bare = replace(protocol(), references=())
    other = replace(protocol(), name="other")
    assert Histories().of(lab.home, [bare, other], NOW) == {}


def test_the_chart_book_s_guide_set_counts_in_reports_too(lab: Bench) -> None:
    """One that cannot be read is told by labsvc check, and stops no plate."""
    path = lab.home.root / "charts.yaml"
    number = '{number: "ki: imipramine", mean: 7.8, sd: 0.1, source: x, protocol: '
    path.write_text(f"guides: [{number}{BINDING}}}]")
    found = Histories().of(lab.home, [protocol()], NOW)[BINDING]
    assert not isinstance(found.guide, str)
    assert found.guide.mean == 7.8
    path.write_text("guide: []")
    assert isinstance(Histories().of(lab.home, [protocol()], NOW)[BINDING].guide, str)


def test_a_report_has_the_history_of_its_reference_compound(lab: Bench) -> None:
    """Through the whole line: ten earlier plates and this one."""
    lab.lay_sheet(PLATE)
    lab.sees(report_name(PLATE), report(PLATE))
    (page,) = lab.archived("report.html")
    text = page.read_text("utf-8")
    assert "own history" in text
    assert text.count('class="value"') == 11


def test_a_simulated_plate_is_not_held_against_real_ones(lab: Bench) -> None:
    lab.lay_sheet(PLATE)
    lab.home.inbox.put(replace(capture(report_name(PLATE), report(PLATE)), simulated=True))
    lab.work()
    (page,) = lab.archived("report.html")
    assert "own history" not in page.read_text("utf-8")
