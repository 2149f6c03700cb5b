"""labsvc qc chart."""

from __future__ import annotations

from pathlib import Path

import pytest

from labsvc.cli.qc import chart_document, chart_lines
from labsvc.core.trends.chart import control_chart
from labsvc.core.trends.guides import given
from labsvc.service.trends.charts import FiledChart
from tests.cli.conftest import Labsvc
from tests.core.trends.charted import daily


def filed_chart(values: list[float], *, limits: bool = True) -> FiledChart:
    lots = [{"membranes": "M1" if at < 3 else "M2"} for at in range(len(values))]
    guide = given(8.0, 0.1) if limits else "limits need 20 accepted runs and there are 2"
    chart = control_chart(daily(values, lots=lots), guide)
    return FiledChart("ki: imipramine", "pKi of imipramine", "net-binding", chart, False,
                      ("2 simulated runs are left out",))  # fmt: skip


def test_values_are_drawn_by_their_distance_from_the_mean() -> None:
    """A strip from -4 to +4 SD: what lies on the mean stands on its bar, what is off at its end."""
    lines = list(chart_lines(filed_chart([8.0, 8.35, 9.0]), 50))
    on, far, off = (line for line in lines if line.startswith("r"))
    assert on.index("o") == lines[4].index("0")
    assert far.rstrip().endswith("+3.5 SD")
    assert off.rstrip().endswith("> +10.0 SD")


def test_what_the_rules_say_comes_after_the_values() -> None:
    """With the runs by name, and the change of a lot where it was."""
    told = "\n".join(chart_lines(filed_chart([8.0, 8.35, 8.0, 7.9]), 50))
    assert "1-3s: run r1 (2026-01-02) is 8.35, 3.5 SD above the mean." in told
    assert "^ membranes: M1 -> M2" in told
    assert "2 simulated runs are left out." in told


def test_without_limits_only_values_are_shown() -> None:
    """And how limits can be had."""
    told = "\n".join(chart_lines(filed_chart([8.0, 8.1], limits=False), 50))
    assert "there are 2; --mean and --sd give them." in told
    assert " SD" not in told.replace("--sd", "")


def test_the_document_has_values_scores_and_signals() -> None:
    """Only of the newest that were asked for; the averages are those of the whole series."""
    found = chart_document(filed_chart([8.0, 8.35, 8.0, 7.9]), 2)
    assert [one["run"] for one in found["values"]] == ["r2", "r3"]
    assert found["values"][1]["z"] == pytest.approx(-1.0)
    assert found["lot_changes"] == [{"run": "r3", "what": "membranes", "before": "M1",
                                     "after": "M2"}]  # fmt: skip
    assert found["guide"] == {"mean": 8.0, "sd": 0.1, "source": "given", "runs": []}


def test_a_filed_number_is_charted_and_drawn(labsvc: Labsvc, filed: Path, tmp_path: Path) -> None:
    """Of one run, with given limits, into a file."""
    picture = tmp_path / "chart.svg"
    ran = labsvc("qc", "chart", "z_prime", "--mean", "0.8", "--sd", "0.05", "--to", picture,
                 "--home", filed, "--json")  # fmt: skip
    assert ran.code == 0
    assert len(ran.json["values"]) == 1
    assert picture.read_text("utf-8").startswith("<svg")


def test_without_a_name_what_can_be_charted_is_listed(labsvc: Labsvc, filed: Path) -> None:
    """One run makes no series."""
    assert "No number was filed by two runs" in labsvc("qc", "chart", "--home", filed).out
    assert labsvc("qc", "chart", "--home", filed, "--json").json == []


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["nonsense"], "no filed run has a number 'nonsense'"),
        (["z_prime", "--mean", "0.8"], "--mean and --sd go together"),
        (["z_prime", "--mean", "0.8", "--sd", "0"], "an SD above zero is needed"),
    ],
)
def test_what_cannot_be_charted_is_one_sentence(
    labsvc: Labsvc, filed: Path, asked: list[str], said: str
) -> None:
    ran = labsvc("qc", "chart", *asked, "--home", filed)
    assert ran.code == 78
    assert said in ran.sentence


def test_a_picture_that_cannot_be_written_says_so(labsvc: Labsvc, filed: Path) -> None:
    ran = labsvc("qc", "chart", "z_prime", "--to", filed / "nowhere" / "x.svg", "--home", filed)
    assert (ran.code, "cannot be written" in ran.sentence) == (78, True)
