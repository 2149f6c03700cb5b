"""A control chart as a picture."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest

from labsvc.core.trends.chart import Chart, control_chart
from labsvc.core.trends.guides import given
from labsvc.core.trends.notes import NotedAt
from labsvc.core.trends.series import Observation
from labsvc.filing.chart import chart_svg
from tests.filing.example import HOSTILE

GUIDE = given(8.0, 0.1)


def chart(values: list[float], *, lots: str = "", run: str = "r", limits: bool = True) -> Chart:
    """A value a day; ``lots`` has a letter for the membranes of each."""
    series = tuple(
        Observation(f"{run}{at}", datetime(2026, 3, 2, tzinfo=UTC) + timedelta(days=at), value,
                    {"membranes": lots[at]} if lots else {})
        for at, value in enumerate(values)
    )  # fmt: skip
    return control_chart(series, GUIDE if limits else "limits need 20 accepted runs")


def drawn(one: Chart, **more: object) -> ElementTree.Element:
    svg = chart_svg(one, label="pKi of imipramine", title="imipramine", **more)  # type: ignore[arg-type]
    return ElementTree.fromstring(svg)


def said(root: ElementTree.Element) -> str:
    return " | ".join(text.strip() for text in root.itertext() if text.strip())


def marks(root: ElementTree.Element) -> dict[str, tuple[float, str]]:
    """Of each run the height of its circle and its fill."""
    found = {}
    for group in root.iterfind(".//{*}g"):
        if run := group.get("data-run"):
            (circle,) = group.findall("{*}circle")
            found[run] = float(circle.get("cy", "")), circle.get("fill", "")
    return found


def test_every_value_stands_where_its_distance_from_the_mean_puts_it() -> None:
    """8.1 is as far above 8 as 7.9 is below it."""
    heights = {run: y for run, (y, _) in marks(drawn(chart([8.0, 8.1, 7.9]))).items()}
    assert heights["r0"] - heights["r1"] == pytest.approx(heights["r2"] - heights["r0"], abs=0.2)
    assert heights["r1"] < heights["r0"]


def test_what_breaks_a_rule_looks_other_than_what_warns() -> None:
    """1-3s is filled red, 1-2s is hollow, and the words name the rule."""
    root = drawn(chart([8.0, 8.25, 8.0, 8.4]))
    fills = [fill for _, fill in marks(root).values()]
    assert fills[1] == "#ffffff"
    assert fills[3] == "#b91c1c"
    assert fills[0] == fills[2] == "#0072b2"
    assert "broken: 1-3s" in said(root)


def test_a_value_far_off_is_drawn_at_the_edge_as_a_triangle() -> None:
    """One Ki of a spoilt plate does not press all others together."""
    root = drawn(chart([8.0, 8.05, 30.0]))
    assert len(marks_of_edge(root)) == 1
    heights = [y for y, _ in marks_without_edge(root)]
    assert max(heights) - min(heights) > 5


def marks_of_edge(root: ElementTree.Element) -> list[ElementTree.Element]:
    return [one for group in values(root) for one in group.findall("{*}path")]


def marks_without_edge(root: ElementTree.Element) -> list[tuple[float, str]]:
    return [(float(one.get("cy", "")), "") for group in values(root)
            for one in group.findall("{*}circle")]  # fmt: skip


def values(root: ElementTree.Element) -> list[ElementTree.Element]:
    return [group for group in root.iterfind(".//{*}g") if group.get("data-run")]


def test_a_new_lot_is_flagged_with_its_name() -> None:
    assert "membranes B" in said(drawn(chart([8.0] * 6, lots="AAABBB")))


def test_a_note_is_flagged_with_its_words() -> None:
    one = chart([8.0] * 6)
    noted = replace(one, notes=(NotedAt(3, "detector replaced"),))
    assert "detector replaced" in said(drawn(noted))


def test_without_a_guide_set_there_are_values_and_the_reason() -> None:
    """No mean, no SD, no line of an average."""
    text = said(drawn(chart([8.0, 8.1], limits=False)))
    assert "No limits: limits need 20 accepted runs." in text
    assert "SD |" not in text


def test_only_the_newest_are_drawn_where_so_many_are_asked_for() -> None:
    root = drawn(chart([8.0 + 0.01 * n for n in range(40)]), last=5)
    assert list(marks(root)) == ["r35", "r36", "r37", "r38", "r39"]


@pytest.mark.parametrize("count", [0, 1, 400])
def test_any_number_of_runs_can_be_drawn(count: int) -> None:
    """Dates never stand on each other: at most one for every 70 pixels."""
    root = drawn(chart([8.0] * count))
    assert len(values(root)) == count
    assert len(re.findall(r"\d{4}-\d\d-\d\d \|", said(root))) <= 13 + count


def test_simulated_values_are_marked_so() -> None:
    assert "SIMULATED" in said(drawn(chart([8.0]), simulated=True))


def test_hostile_names_are_text() -> None:
    """Of a run, of a lot, of the number itself."""
    one = chart([8.0, 8.1], lots="AB", run=HOSTILE)
    svg = chart_svg(one, label=HOSTILE, title=HOSTILE)
    assert "<script" not in svg
    ElementTree.fromstring(svg)
