"""The laboratory's own history, continued by one run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labsvc.core.trends.guides import given
from labsvc.core.trends.history import SHOWN, History, continued
from labsvc.model.result import Affinity, Curve, Fit, Parameter, Result
from tests.core.trends.charted import FIRST_DAY, daily
from tests.store.conftest import a_result

HISTORY = History("imipramine", "ki", "pKi of imipramine", daily([8.0] * 10), given(8.0, 0.1))


def run(ki: float | None = 1e-8, ic50: float = 2e-8, **more: object) -> Result:
    fit = Fit("inhibition_4pl", "converged", 12, {"ic50": Parameter(ic50, "M")}, **more)  # type: ignore[arg-type]
    affinity = Affinity(ki, None, "Cheng-Prusoff", {}) if ki else None
    return a_result("this", curves=(Curve("Imipramine", (), fit, affinity, ""),))


def test_this_run_stands_at_the_end_and_is_judged_with_the_others() -> None:
    """10^-7.6 M is 4 SD below; the compound's name is told apart by no capital."""
    chart = continued(HISTORY, run(10**-7.6), FIRST_DAY)
    assert chart is not None
    assert (len(chart.series), chart.series[-1].run) == (11, "this")
    assert chart.series[-1].value == pytest.approx(7.6)
    assert [one.rule for one in chart.signals if one.last == 10 and not one.warning] == ["1-3s"]


def test_an_ic50_is_held_against_ic50s() -> None:
    chart = continued(replace(HISTORY, number="ic50"), run(), FIRST_DAY)
    assert chart is not None
    assert chart.series[-1].value == pytest.approx(7.69897)


@pytest.mark.parametrize(
    "result", [run(None), run(qualifier=">"), a_result("this"), replace(run(), simulated=True)]
)
def test_a_run_without_the_number_is_held_against_nothing(result: Result) -> None:
    """No Ki, a bound, another compound; and a simulated run never stands among real ones."""
    assert continued(HISTORY, result, FIRST_DAY) is None


def test_only_the_newest_are_shown_and_the_run_itself_once() -> None:
    """Analysed again, its earlier revision is no part of its history."""
    long = daily([8.0] * 99 + [7.0], runs=[*(f"r{n}" for n in range(99)), "this"])
    chart = continued(replace(HISTORY, series=long), run(), FIRST_DAY)
    assert chart is not None
    assert len(chart.series) == SHOWN + 1
    assert [one.value for one in chart.series if one.run == "this"] == [pytest.approx(8.0)]
