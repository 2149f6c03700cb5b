"""The figure of the laboratory's own history in a report."""

from __future__ import annotations

from dataclasses import replace

from labsvc.core.trends.guides import given
from labsvc.core.trends.history import History
from labsvc.filing.history import history_figure
from labsvc.filing.report import report_html
from labsvc.model.result import Affinity, Curve, Fit, Parameter, Result
from tests.core.trends.charted import FIRST_DAY, daily
from tests.filing.example import HOSTILE
from tests.store.conftest import a_result

HISTORY = History("imipramine", "ki", "pKi of imipramine", daily([8.0] * 10), given(8.0, 0.1))


def run(ki: float = 1e-8) -> Result:
    fit = Fit("inhibition_4pl", "converged", 12, {"ic50": Parameter(2 * ki, "M")})
    curve = Curve("imipramine", (), fit, Affinity(ki, None, "Cheng-Prusoff", {}), "")
    return a_result("this", curves=(curve,))


def test_the_figure_says_what_the_rules_say_of_this_run() -> None:
    """And nothing of earlier ones; or that they say nothing."""
    odd, fine = (
        history_figure(HISTORY, run(10**-7.6), FIRST_DAY),
        history_figure(HISTORY, run(), FIRST_DAY),
    )
    assert odd is not None
    assert fine is not None
    assert "<figcaption>1-2s: run this" in odd
    assert "1-3s: run this" in odd
    assert fine.endswith("<figcaption>No rule speaks of this run.</figcaption>")


def test_four_earlier_runs_are_no_history() -> None:
    assert history_figure(replace(HISTORY, series=daily([8.0] * 4)), run(), FIRST_DAY) is None
    assert history_figure(HISTORY, a_result("this"), FIRST_DAY) is None


def test_the_reason_of_a_revision_stays_and_is_text() -> None:
    """Whatever a person typed."""
    figure = history_figure(HISTORY, run(), FIRST_DAY, reason=HOSTILE)
    assert figure is not None
    assert "<script" not in figure
    assert "&lt;script" in figure


def test_the_report_shows_it_as_a_figure() -> None:
    """As markup of ours, not as text."""
    page = report_html(run(), raw=(), revision=1, filed_at=FIRST_DAY, software="test",
                       history=history_figure(HISTORY, run(), FIRST_DAY))  # fmt: skip
    assert "own history" in page
    assert "<figure><svg" in page
    assert "pKi of imipramine: the days before" in page
