"""labsvc qc: control charts of what was filed, and runs held against each other."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from labsvc.cli import qcruns
from labsvc.cli.common import console, opened, print_json, print_lines
from labsvc.cli.options import HomeOption, JsonOption
from labsvc.core.trends.chart import Chart
from labsvc.core.trends.guides import FEWEST, given
from labsvc.core.trends.series import Guide, Observation, Signal
from labsvc.errors import ConfigError
from labsvc.filing.chart import chart_svg
from labsvc.model.notation import significant
from labsvc.service.trends.calibrations import Calibrations
from labsvc.service.trends.chartbook import read_chartbook
from labsvc.service.trends.charts import FiledChart, every_listed, filed_chart
from labsvc.store.numbers import Listed

app = typer.Typer(
    help="Quality over many runs: control charts, repeats, twins.", no_args_is_help=True
)
qcruns.register(app)
_WIDTH, _REACH = 41, 4.0  # characters of the drawn strip, and the SD it reaches to either side


def register(parent: typer.Typer) -> None:
    parent.add_typer(app, name="qc")


@app.command()
def chart(
    name: Annotated[
        str | None,
        typer.Argument(help="A filed number: z_prime, 'ki: imipramine' ... None: list them."),
    ] = None,
    protocol: Annotated[str | None, typer.Option(help="Only runs of this protocol.")] = None,
    last: Annotated[int, typer.Option(min=1, help="Show so many of the newest.")] = 50,
    guide: Annotated[
        int | None, typer.Option(min=FEWEST, help="Limits from so many first accepted runs.")
    ] = None,
    mean: Annotated[float | None, typer.Option(help="Limits from this mean, with --sd.")] = None,
    sd: Annotated[float | None, typer.Option(help="Limits from this SD, with --mean.")] = None,
    to: Annotated[Path | None, typer.Option(help="Draw the chart into this file (SVG).")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """A number of run after run: Levey-Jennings with Westgard's rules, moving average, CUSUM.

    Example: labsvc qc chart "ki: imipramine" --last 30
    """
    limits = _guide(guide, mean, sd)
    with opened(home) as place:
        counters = Calibrations(place.database, place.archive)
        if name is None:
            _list(every_listed(place.database, counters), protocol, as_json=as_json)
            return
        book = read_chartbook(place.root)
        filed = filed_chart(place.database, name, protocol=protocol, guide=limits, book=book,
                            calibrations=counters)  # fmt: skip
    if to is not None:
        _write(to, chart_svg(filed.chart, label=filed.label, title=_title(filed),
                             simulated=filed.simulated, last=last))  # fmt: skip
    if as_json:
        print_json(chart_document(filed, last))
    else:
        print_lines(chart_lines(filed, last))


def _guide(runs: int | None, mean: float | None, sd: float | None) -> Guide | int | None:
    if mean is None and sd is None:
        return runs
    if mean is None or sd is None:
        raise ConfigError("--mean and --sd go together: limits need both")
    try:
        return given(mean, sd)
    except ValueError as error:
        raise ConfigError(str(error)) from error


def _list(known: Sequence[Listed], protocol: str | None, *, as_json: bool) -> None:
    found = [one for one in known if protocol in (None, one.protocol)]
    if as_json:
        print_json([{"name": one.name, "protocol": one.protocol, "runs": one.runs}
                    for one in found])  # fmt: skip
        return
    if not found:
        print_lines(["No number was filed by two runs of one protocol yet."])
        return
    table = Table("number", "protocol", "runs")
    for one in found:
        table.add_row(one.name, one.protocol or "", str(one.runs))
    console().print(table)


def _write(to: Path, svg: str) -> None:
    try:
        to.write_text(svg, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{to} cannot be written: {error.strerror}") from error


def _title(filed: FiledChart) -> str:
    return f"{filed.label}, {filed.protocol}" if filed.protocol else filed.label


def chart_lines(filed: FiledChart, last: int) -> Iterator[str]:
    """The newest ``last`` values with their distance from the mean drawn, then what the rules
    say of them."""
    chart, guide = filed.chart, filed.chart.guide
    yield _title(filed)
    yield (
        f"mean {significant(guide.mean, 4)}, SD {significant(guide.sd)} ({guide.source})"
        if guide
        else f"No limits: {chart.why_not}; --mean and --sd give them."
    )
    yield from (f"{remark}." for remark in filed.remarks)
    yield ""
    shown = range(max(len(chart.series) - last, 0), len(chart.series))
    if guide:
        yield f"{'':34}{_scale()}"
    for at in shown:
        yield _line(chart.series[at], guide)
        yield from (f"{'':34}^ {said}" for said in _happened(chart, at))
    yield ""
    told = [one.sentence for one in chart.signals if one.last >= shown.start]
    yield from told or (["No rule is broken."] if guide else [])


def _happened(chart: Chart, at: int) -> Iterator[str]:
    """The lots that changed with a run, and what was noted before it."""
    yield from (f"{one.what}: {one.before} -> {one.after}" for one in chart.lots if one.place == at)
    yield from (one.text for one in chart.notes if one.place == at)


def _line(one: Observation, guide: Guide | None) -> str:
    start = f"{one.run:<14}{one.at:%Y-%m-%d}  "
    if guide is None:
        return f"{start}{significant(one.value, 4):>8}"
    decimals = max(1 - math.floor(math.log10(guide.sd)), 0)
    start += f"{one.value:>8.{decimals}f}"
    score = (one.value - guide.mean) / guide.sd
    return f"{start}{_drawn(score)} {score:+.1f} SD"


def _column(score: float) -> int:
    """Where a score stands in the strip; what is off it stands at its end."""
    share = (max(-_REACH, min(_REACH, score)) + _REACH) / (2 * _REACH)
    return round(share * (_WIDTH - 1))


def _drawn(score: float) -> str:
    strip = [" "] * _WIDTH
    for mark, letter in ((-3, "!"), (-2, ":"), (0, "|"), (2, ":"), (3, "!")):
        strip[_column(mark)] = letter
    strip[_column(score)] = "<" if score < -_REACH else ">" if score > _REACH else "o"
    return "".join(strip)


def _scale() -> str:
    strip = [" "] * (_WIDTH + 3)
    for mark in (-3, -2, 0, 2, 3):
        text = f"{mark:+d}" if mark else "0"
        at = _column(mark) - len(text) // 2
        strip[at : at + len(text)] = text
    return "".join(strip).rstrip()


def chart_document(filed: FiledChart, last: int) -> dict[str, Any]:
    """The newest ``last`` values, the guide set, the averages and sums, and the signals."""
    chart, guide = filed.chart, filed.chart.guide
    start = max(len(chart.series) - last, 0)
    return {
        "name": filed.name, "label": filed.label, "protocol": filed.protocol,
        "simulated": filed.simulated, "remarks": list(filed.remarks),
        "guide": {"mean": guide.mean, "sd": guide.sd, "source": guide.source,
                  "runs": list(guide.runs)} if guide else None,
        "no_guide_because": chart.why_not or None,
        "values": [_value(filed, at) for at in range(start, len(chart.series))],
        "signals": [_signal(one) for one in chart.signals if one.last >= start],
        "lot_changes": [
            {"run": chart.series[one.place].run, "what": one.what, "before": one.before,
             "after": one.after} for one in chart.lots if one.place >= start
        ],
        "notes": [{"run": chart.series[one.place].run, "text": one.text}
                  for one in chart.notes if one.place >= start],
    }  # fmt: skip


def _value(filed: FiledChart, at: int) -> dict[str, Any]:
    chart = filed.chart
    one, guide = chart.series[at], chart.guide
    return {
        "run": one.run, "at": one.at.isoformat(), "value": one.value, "accepted": one.accepted,
        "lots": dict(one.lots),
        "z": (one.value - guide.mean) / guide.sd if guide else None,
        "ewma": chart.ewma.average[at] if chart.ewma else None,
        "cusum_above": chart.cusum.above[at] if chart.cusum else None,
        "cusum_below": chart.cusum.below[at] if chart.cusum else None,
    }  # fmt: skip


def _signal(one: Signal) -> dict[str, Any]:
    return {"rule": one.rule, "runs": list(one.runs), "warning": one.warning,
            "sentence": one.sentence}  # fmt: skip
