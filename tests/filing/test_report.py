"""The report: whole, self-contained, harmless."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from markupsafe import Markup

from labsvc.filing.report import report_html, verdict_sentence, worst_first
from labsvc.model.result import Finding, Group, Status, Verdict
from tests.filing import example

FILED = datetime(2025, 3, 4, 13, 2, tzinfo=UTC)
RAW = [("A16_235.txt", "ef56" * 16)]


def report(result, **changes):
    given = {"raw": RAW, "revision": 2, "filed_at": FILED, "software": "labsvc 0.1.0"}
    return report_html(result, **(given | changes))


class Page(HTMLParser):
    """Tags, attributes and text of a page."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.headings, self._open = [], [], [], ""
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        self._open = tag

    def handle_data(self, data):
        self.text += f" {data.strip()}" if self._open != "style" else ""
        if self._open == "h2" and data.strip():
            self.headings.append(data.strip())


def test_a_report_tells_the_whole_story_in_order():
    assert Page(report(example.result())).headings == [
        "Results", "Curves", "Quality control", "Plate", "At the bench",
        "How every number was made", "Why this protocol and run sheet", "Readings", "Files",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "said",
    ["Needs review", "1 check failed", "D2-0917", "Tue  4-Mar-2025  13:40", "MicroBeta room 214",
     "K. Nowak", "2931-441", "5.04 nM [4.03-6.4]", "12.6 nM [10.1-16]", "−1.03 [−1.16 to −0.91]",
     "> 10 µM", "outside its accepted range", "incubated 97 min", "97 min", "not known",
     "mean_cpm = 189.6", "run sheet, counted aliquot", "Ki = IC50 / (1 + [L] / Kd)",
     "wants program 9", "pipette tip fell", "ef56" * 16, "revision 2", "2025-03-04 13:02 UTC"],
)  # fmt: skip
def test_what_a_pharmacologist_asks_for_is_there(said):
    assert said in Page(report(example.result())).text


def test_a_page_runs_nothing_and_reaches_for_nothing():
    """No script, frame, form, picture or link; nothing starts with on, src or href."""
    page = Page(report(example.hostile()))
    assert not {"script", "iframe", "object", "embed", "form", "img", "link", "a"} & set(page.tags)
    names = {name for name, _ in page.attributes}
    assert not [name for name in names if name.startswith("on") or name in ("src", "href", "style")]


def test_hostile_text_is_shown_as_text():
    html = report(example.hostile(), history=example.HOSTILE, software=example.HOSTILE)
    assert "<script>alert(1)" in Page(html).text
    assert "<script" not in html
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\u202e]", html)


def test_the_policy_allows_this_style_and_nothing_else():
    """The style block's own digest is in the policy, so no other style can be slipped in."""
    html = report(example.result())
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert policy in html


def test_findings_come_worst_first():
    assert [one.status for one in worst_first(example.findings())] == [
        Status.FAIL, Status.WARN, Status.PASS, Status.NOT_APPLICABLE,
    ]  # fmt: skip


@pytest.mark.parametrize("verdict", list(Verdict))
def test_the_verdict_is_said_in_words(verdict):
    words = {
        "accepted": "Accepted",
        "review": "Needs review",
        "rejected": "Rejected",
        "held": "Held",
    }
    page = Page(report(replace(example.result(2), verdict=verdict, held_because="no run sheet")))
    assert words.get(verdict.value, "Held") in page.text


def test_a_held_run_says_why_and_what_would_release_it():
    page = Page(report(example.held()))
    assert "No run sheet names plate D2-0917." in page.text
    assert "Put a run sheet with plate_id D2-0917 into runsheets/." in page.text
    assert page.headings == ["Why this protocol and run sheet", "Files"]


def test_nothing_checked_is_not_called_passed():
    assert verdict_sentence(replace(example.result(), findings=())) == "No checks were made."


def test_a_simulated_run_cannot_be_taken_for_a_real_one():
    assert "No sample was measured" in report(example.result())
    assert "imulated" not in Page(report(replace(example.result(), simulated=False))).text


def test_an_uptake_run_has_its_table_and_bars():
    page = Page(report(example.uptake()))
    assert page.headings[0] == "Uptake"
    assert "Curves" not in page.headings
    for said in ("HEK-OCT1", "concentration, µM", "0.42", "no value", "3-12"):
        assert said in page.text


def test_a_screen_begins_with_its_hits():
    """Before the figure, and under a heading of its own."""
    row = Group({"compound": "A", "concentration": "10 µM"}, 1, {"percent_inhibition": 91.0})
    found = Finding("hits", Status.PASS, 1.0, "50 % (own)", "1 of 80 compounds is a hit: A (91 %).")
    page = Page(report(replace(example.uptake(), groups=(row,), findings=(found,))))
    assert page.headings[0] == "Compounds"
    assert page.text.index("is a hit: A (91 %)") < page.text.index("percent inhibition")


def test_only_markup_of_ours_is_drawn_as_history():
    """A plain text that looks like a figure stays text."""
    figure = '<svg class="chart"></svg>'
    assert figure in report(example.result(2), history=Markup(figure))
    assert figure not in report(example.result(2), history=figure)
