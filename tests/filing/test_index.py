"""The pages of the archive."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

from labsvc.core.trends.chart import control_chart
from labsvc.core.trends.guides import given
from labsvc.core.trends.series import Observation
from labsvc.filing.index import (
    IndexedChart,
    IndexedRun,
    Waiting,
    chart_page,
    index_page,
    month_page,
)
from tests.filing.example import HOSTILE

AT = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
RUN = IndexedRun("a2468c3adf5f", 2, "NET-0411", "net-binding", "review", "Binding at NET",
                 "2026/2026-03-02 microbeta-1 0123#4", AT, False)  # fmt: skip


class Read(HTMLParser):
    """The links of a page, its text, and the elements that would run or fetch something."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.text = ""
        self.foreign: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.links += [given["href"] or ""] if tag == "a" else []
        if tag in ("script", "img", "link", "iframe") or any(name[:2] == "on" for name in given):
            self.foreign.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def chart(values: list[float], name: str = "ki: imipramine") -> IndexedChart:
    series = tuple(
        Observation(f"r{at}", AT + timedelta(days=at), value) for at, value in enumerate(values)
    )
    made = control_chart(series, given(8.0, 0.1))
    return IndexedChart(name, "pKi of imipramine", "net-binding", made, False, ("one left out",))


def index(**more: Any) -> Read:
    parts: dict[str, Any] = {"runs": [RUN], "waiting": [], "charts": [], "counts": {"review": 1},
                             "months": [("2026-03", 1)], "made_at": AT, **more}  # fmt: skip
    return Read(index_page(parts.pop("runs"), parts.pop("waiting"), parts.pop("charts"), **parts))


def test_a_run_links_to_its_report_whatever_its_folder_is_called() -> None:
    """Relative, so that a copy of the home works; blanks and # are written as a link needs."""
    page = index()
    assert "archive/2026/2026-03-02%20microbeta-1%200123%234/report.html" in page.links
    assert "a2468c3adf5f r2" in page.text
    assert "index/2026-03.html" in page.links


def test_the_pages_of_the_months_go_up_first() -> None:
    page = Read(month_page("2026-03", [RUN]))
    assert page.links == [
        "../index.html",
        "../archive/2026/2026-03-02%20microbeta-1%200123%234/report.html",
    ]


def test_what_waits_is_told_with_its_reason_and_link() -> None:
    """And that nothing waits is said."""
    held = Waiting("held: NET-0412", "no run sheet names this plate", "archive/x", AT)
    lost = Waiting("Plate 3 failed", "the message could not be sent", None, None)
    page = index(waiting=[held, lost])
    assert "no run sheet names this plate" in page.text
    assert "archive/x" in page.links
    assert "Nothing." in index().text


def test_a_chart_is_listed_with_its_newest_value_and_what_is_said_of_it() -> None:
    """Rules that spoke long ago stand on the chart's page only."""
    page = index(charts=[chart([8.0, 8.0, 8.35])])
    assert "8.35 (+3.5 SD)" in page.text
    assert "1-3s: run r2" in page.text
    assert "no rule is broken" in index(charts=[chart([8.35, 8.0, 8.0])]).text


def test_a_chart_s_page_has_the_picture_the_rules_and_the_values() -> None:
    """A warning that 1-3s repeats is left out."""
    one = chart([8.0, 8.35, 8.0])
    whole = chart_page(one, made_at=AT)
    page = Read(whole)
    assert "<svg" in whole
    assert "1-3s: run r1" in page.text
    assert "1-2s: run r1" not in page.text
    assert page.text.index("8.35") < page.text.rindex("r0")
    assert "one left out." in page.text


def test_pages_of_two_numbers_never_have_one_name() -> None:
    """Compounds may differ in a sign that no file name holds."""
    names = {
        chart([8.0], name).page for name in ("ki: a/b", "ki: a\\b", "ki: A b", "ki: " + HOSTILE)
    }
    assert len(names) == 4
    assert all(re.fullmatch(r"chart-[a-z0-9-]{1,60}-[0-9a-f]{8}\.html", name) for name in names)


def test_hostile_text_stays_text_and_nothing_runs_or_is_fetched() -> None:
    """On all three pages."""
    bad = IndexedRun(HOSTILE, 1, HOSTILE, HOSTILE, "held", HOSTILE, HOSTILE, AT, True)
    waiting = [Waiting(HOSTILE, HOSTILE, None, AT)]
    pages = [index(runs=[bad], waiting=waiting), Read(month_page("2026-03", [bad])),
             Read(chart_page(chart([8.0], HOSTILE), made_at=AT))]  # fmt: skip
    assert [one.foreign for one in pages] == [[], [], []]
    assert "<script>alert(1)</script>" in pages[0].text
    assert "default-src 'none'" in month_page("2026-03", [bad])
