"""A control chart as SVG: values run by run, the mean and SD of the guide set, what is broken.

Runs stand at equal distances, in the order of filing: a lab's weekends would else be most of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from labsvc.core.trends.chart import Chart
from labsvc.core.trends.series import Guide
from labsvc.filing.axes import Scale, linear_ticks
from labsvc.filing.grid import Label
from labsvc.filing.render import render
from labsvc.filing.text import one_line, shorten, width
from labsvc.model.notation import significant

_WIDTH, _HEIGHT = 920.0, 380.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 66.0, 64.0, 66.0, 58.0
_REACH = 4.0  # SD that the axis shows to either side at the least
_DATE = 74.0  # pixels that a date needs to stand clear of the next


@dataclass(frozen=True, slots=True)
class Dot:
    """One value: ``state`` is ``quiet``, ``warned`` or ``broken``; ``off`` when beyond the axis."""

    x: float
    y: float
    run: str
    says: str
    state: str
    off: int


@dataclass(frozen=True, slots=True)
class Rule:
    """A level of the guide set across the chart."""

    y: float
    says: str
    ink: str
    dash: str


@dataclass(frozen=True, slots=True)
class Flag:
    """A change of a lot, or a note: a line between two runs, with its words at the height ``y``."""

    x: float
    y: float
    says: str
    anchor: str


def chart_svg(
    chart: Chart, *, label: str, title: str, simulated: bool = False, last: int | None = None
) -> str:
    """The newest ``last`` values (all by default), with the moving average and changes of lots."""
    start = 0 if last is None else max(len(chart.series) - last, 0)
    across = Scale(start - 0.6, max(len(chart.series) - 0.4, start + 0.4), _LEFT, _WIDTH - _RIGHT)
    up = Scale(*_range(chart, start), _HEIGHT - _BOTTOM, _TOP)
    return render(
        "chart.svg.j2",
        width=_WIDTH, height=_HEIGHT, left=_LEFT, right=_WIDTH - _RIGHT, top=_TOP,
        bottom=_HEIGHT - _BOTTOM, simulated=simulated,
        title=one_line(title)[:400],
        heading=shorten(title, _WIDTH - 16, 14),
        note=shorten(_note(chart, start), _WIDTH - 16, 12),
        y_title=shorten(label, _HEIGHT - _TOP - _BOTTOM, 11),
        y_ticks=[Label(round(up(one.value), 1), one.label)
                 for one in linear_ticks(up.low, up.high, most=7)],
        x_ticks=_dates(chart, start, across),
        rules=_rules(chart.guide, up) if chart.guide else [],
        dots=_dots(chart, start, across, up),
        line=_path(chart.ewma.average[start:], start, across, up) if chart.ewma else "",
        flags=_flags(chart, start, across),
    )  # fmt: skip


def _range(chart: Chart, start: int) -> tuple[float, float]:
    """All values within 8 SD of the mean; what is wilder is drawn at the edge."""
    seen = [one.value for one in chart.series[start:]]
    if chart.guide is None:
        low, high = min(seen, default=0.0), max(seen, default=1.0)
        air = 0.1 * (high - low) or abs(high) or 1.0
        return low - air, high + air
    mean, sd = chart.guide.mean, chart.guide.sd
    low = max(min([*seen, mean - _REACH * sd]), mean - 2 * _REACH * sd)
    high = min(max([*seen, mean + _REACH * sd]), mean + 2 * _REACH * sd)
    return low - 0.3 * sd, high + 0.3 * sd


def _rules(guide: Guide, up: Scale) -> list[Rule]:
    inks = {0: "#4b5563", 1: "#d1d5db", 2: "#b45309", 3: "#b91c1c"}
    dashes = {0: "", 1: "2 4", 2: "6 4", 3: ""}
    return [
        Rule(round(up(guide.mean + sds * guide.sd), 1), f"{sds:+d} SD" if sds else "mean",
             inks[abs(sds)], dashes[abs(sds)])
        for sds in range(-3, 4)
    ]  # fmt: skip


def _dots(chart: Chart, start: int, across: Scale, up: Scale) -> list[Dot]:
    state = _states(chart)
    return [
        Dot(
            round(across(at), 1), round(up.clamped(one.value), 1), one.run,
            f"run {one.run}, {one.at:%Y-%m-%d}: {significant(one.value, 4)}",
            state.get(at, "quiet"), (one.value > up.high) - (one.value < up.low),
        )
        for at, one in enumerate(chart.series)
        if at >= start
    ]  # fmt: skip


def _states(chart: Chart) -> dict[int, str]:
    """What Westgard's rules say of each place; the last of a stretch stands for it.

    The moving average and the sums speak of all that was before: they are words, not dots.
    """
    state: dict[int, str] = {}
    for one in chart.westgard:
        if one.warning:
            state.setdefault(one.last, "warned")
        else:
            state.update(dict.fromkeys(range(one.first, one.last + 1), "broken"))
    return state


def _path(values: tuple[float, ...], start: int, across: Scale, up: Scale) -> str:
    pairs = [f"{across(start + at):.1f} {up.clamped(one):.1f}" for at, one in enumerate(values)]
    return f"M{' '.join(pairs)}"


def _dates(chart: Chart, start: int, across: Scale) -> list[Label]:
    step = max(int(_DATE / (across(1.0) - across(0.0))) + 1, 1)
    return [
        Label(round(across(at), 1), f"{chart.series[at].at:%Y-%m-%d}")
        for at in range(start, len(chart.series), step)
    ]


def _flags(chart: Chart, start: int, across: Scale) -> list[Flag]:
    """The words stand to the right of their line, to its left near the end; in two rows."""
    told = [(one.place, f"{one.what} {one.after}") for one in chart.lots]
    told += [(one.place, one.text) for one in chart.notes]
    found = []
    for number, (place, text) in enumerate(sorted(one for one in told if one[0] >= start)):
        x = round(across(place - 0.5), 1)
        says = shorten(text, 180, 11)
        fits = x + width(says, 11) + 6 < across.end
        y = _TOP + 12 + 13 * (number % 2)
        found.append(Flag(x, y, says, "start" if fits else "end"))
    return found


def _note(chart: Chart, start: int) -> str:
    if chart.guide is None:
        return f"No limits: {chart.why_not}."
    guide = chart.guide
    broken = sorted({one.rule for one in chart.signals if one.last >= start and not one.warning})
    said = f"broken: {', '.join(broken)}" if broken else "no rule is broken"
    return f"mean {significant(guide.mean, 4)}, SD {significant(guide.sd)} ({guide.source}); {said}"
