"""The index of the archive: pages that open by double click, without a server.

``index.html`` beside the archive has what waits for a person, the charts and the newest runs;
``index/`` has a page for each month and each chart. They hold everything themselves and run
nothing, as the reports do; text from outside is escaped and cleaned.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from urllib.parse import quote

from markupsafe import Markup

from labsvc.core.trends.chart import Chart
from labsvc.filing.chart import chart_svg
from labsvc.filing.render import render
from labsvc.filing.text import ours
from labsvc.model.notation import significant

FOLDER = "index"
"""Where the pages beside ``index.html`` lie."""
_DRAWN = 200  # the newest values of a chart: more are a smear
_UNSAFE = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class IndexedRun:
    """One run as a row. ``folder`` is that of its latest revision in the archive."""

    run_id: str
    revision: int
    plate: str
    protocol: str
    verdict: str
    title: str
    folder: str
    filed_at: datetime
    simulated: bool

    @property
    def report(self) -> str:
        """Where the report lies, from the folder of ``index.html``."""
        return quote(f"archive/{self.folder}/report.html")


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that a person must see to: what it is, why, and where to look.

    ``interim``: of a count that goes on; nothing of it is filed.
    """

    what: str
    why: str
    link: str | None
    since: datetime | None
    interim: bool = False


@dataclass(frozen=True, slots=True)
class IndexedChart:
    """A chart with what it is of. ``remarks`` say what was left out of it."""

    name: str
    label: str
    protocol: str
    chart: Chart
    simulated: bool
    remarks: tuple[str, ...]

    @property
    def page(self) -> str:
        """The name of its page: readable, and its own for whatever compounds are called."""
        whole = f"{self.protocol} {self.name}"
        plain = _UNSAFE.sub("-", whole).strip("-").lower()[:60]
        return f"chart-{plain}-{hashlib.sha256(whole.encode()).hexdigest()[:8]}.html"

    @property
    def newest(self) -> str:
        """The newest value, and how far from the mean it is."""
        if not self.chart.series:
            return ""
        value, guide = self.chart.series[-1].value, self.chart.guide
        if guide is None:
            return significant(value)
        return f"{significant(value)} ({(value - guide.mean) / guide.sd:+.1f} SD)"

    @property
    def speaking(self) -> tuple[str, ...]:
        """The sentences of the rules that speak of the newest run, warnings among them."""
        newest = len(self.chart.series) - 1
        return tuple(one.sentence for one in self.chart.signals if one.last == newest)


def index_page(
    runs: Sequence[IndexedRun],
    waiting: Sequence[Waiting],
    charts: Sequence[IndexedChart],
    *,
    counts: dict[str, int],
    months: Sequence[tuple[str, int]],
    made_at: datetime,
) -> str:
    """``index.html``. ``counts``: runs by verdict; ``months``: (``2026-03``, its runs)."""
    return _page("index.html.j2", runs=runs, waiting=waiting, charts=charts, counts=counts,
                 months=months, made_at=made_at, up="", folder=f"{FOLDER}/")  # fmt: skip


def month_page(month: str, runs: Sequence[IndexedRun]) -> str:
    """All runs that were first filed in a month, such as ``2026-03``."""
    return _page("month.html.j2", month=month, runs=runs, up="../")


def chart_page(one: IndexedChart, *, made_at: datetime) -> str:
    """The chart drawn, what the rules say, and the newest values."""
    start = max(len(one.chart.series) - _DRAWN, 0)
    svg = chart_svg(one.chart, label=one.label, title=f"{one.label}, {one.protocol}",
                    simulated=one.simulated, last=_DRAWN)  # fmt: skip
    beyond_3s = {each.last for each in one.chart.signals if each.rule == "1-3s"}
    signals = [
        each
        for each in one.chart.signals
        if each.last >= start and not (each.rule == "1-2s" and each.last in beyond_3s)
    ]
    return _page("chartpage.html.j2", one=one, figure=ours(svg), signals=signals[::-1],
                 values=one.chart.series[start:][::-1], made_at=made_at, up="../")  # fmt: skip


def _page(template: str, **values: object) -> str:
    style, digest = _style()
    return render(template, style=style, style_hash=digest, **values)


@cache
def _style() -> tuple[Markup, Markup]:
    """The reports' style and a little more, and its digest as the policy names it."""
    style = render("report.css") + render("index.css")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return ours(style), ours(f"sha256-{digest}")
