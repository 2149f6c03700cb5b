"""The figure of a report that holds its reference compound against the laboratory's history."""

from __future__ import annotations

from datetime import datetime

from markupsafe import Markup

from labsvc.core.trends.history import History, continued
from labsvc.filing.chart import chart_svg
from labsvc.filing.text import escaped, ours
from labsvc.model.result import Result

FEWEST = 5
"""Earlier runs: fewer are no history."""


def history_figure(
    history: History, result: Result, at: datetime, *, reason: str = ""
) -> Markup | None:
    """The chart with what the rules say of this run, and after it the ``reason`` of the revision.

    None where there is no history to speak of, or nothing of this run to hold against it.
    """
    chart = continued(history, result, at) if len(history.series) >= FEWEST else None
    if chart is None:
        return None
    title = f"{history.label}: the days before, and this run at the end"
    svg = chart_svg(chart, label=history.label, title=title, simulated=history.simulated)
    newest = len(chart.series) - 1
    said = [one.sentence for one in chart.signals if one.last == newest]
    words = " ".join([*said, *([reason] if reason else [])])
    caption = words or ("No rule speaks of this run." if chart.guide else "")
    return ours(f"{svg}<figcaption>{escaped(caption)}</figcaption>")
