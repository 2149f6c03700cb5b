"""One series by every rule."""

from __future__ import annotations

from labsvc.core.trends.chart import control_chart
from labsvc.core.trends.guides import first_accepted, given
from tests.core.trends.charted import MONTGOMERY, daily


def test_every_rule_is_asked() -> None:
    """Montgomery's series: the moving average and the sums see the shift; 1-2s only warns."""
    chart = control_chart(daily(MONTGOMERY), given(10.0, 1.0))
    assert {one.rule for one in chart.signals if not one.warning} == {"EWMA", "CUSUM"}
    assert [one.last for one in chart.signals] == sorted(one.last for one in chart.signals)


def test_without_a_guide_set_nothing_is_judged_and_it_is_said_why() -> None:
    """The values are there to be looked at."""
    series = daily([1.0, 99.0, 3.0])
    chart = control_chart(series, first_accepted(series))
    assert (chart.guide, chart.signals, chart.series) == (None, (), series)
    assert chart.why_not == "limits need 20 accepted runs and there are 3"
