"""labsvc driver draft and test: a driver without code, from an example."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from labsvc.cli.common import capture_of, print_lines
from labsvc.cli.options import FilesArgument, HomeOption
from labsvc.cli.plainconsole import PlainConsole
from labsvc.errors import ConfigError
from labsvc.model.plate import FORMATS, PlateFormat, well
from labsvc.model.run import CountRun, Reading, State
from labsvc.notify.words import body, one_line
from labsvc.service.home import find_home
from labsvc.service.registry import Registry, load_drivers
from labsvc.service.tabledrivers.draft import draft_driver
from labsvc.service.tabledrivers.folder import FOLDER, read_table_driver
from labsvc.service.tabledrivers.trial import hold

BAD_INPUT = 65
_FIRST = 8
ExampleArgument = Annotated[Path, typer.Argument(help="A table that the counter's program wrote.")]
OutOption = Annotated[
    Path | None, typer.Option("--out", help="Write the driver here. Default: standard output.")
]
SpecArgument = Annotated[Path, typer.Argument(help="A table driver (YAML).")]


def installed(home: Path | None) -> Registry:
    """The installed drivers and those of the home meant; ConfigError for a home that is away."""
    if home is not None and not home.is_dir():
        raise ConfigError(f"there is no home {home}")
    return load_drivers(find_home(home) / FOLDER)


def draft(file: ExampleArgument, out: OutOption = None) -> None:
    """A table driver proposed from an example, and what it would read.

    Example: labsvc driver draft export.csv --out labsvc-home/drivers/my-counter.yaml
    """
    proposal = draft_driver(capture_of(file).content, file=file.name)
    if out is None:
        sys.stdout.write(proposal.text)
    else:
        _write(out, proposal.text)
    told = PlainConsole(stderr=True)
    for run in proposal.runs:
        _show(told, run)
    for note in proposal.notes:
        print(body(f"to settle: {note}"), file=sys.stderr)
    if not proposal.runs:
        raise typer.Exit(BAD_INPUT)


def held(spec: SpecArgument, files: FilesArgument, home: HomeOption = None) -> None:
    """Hold a table driver against samples: recognised, read, written again, refused when cut.

    Example: labsvc driver test labsvc-home/drivers/my-counter.yaml export1.csv export2.csv
    """
    driver, others = read_table_driver(spec), installed(home)
    passed = True
    for path in files:
        print_lines([str(path)])
        for finding in hold(driver, capture_of(path), others):
            passed = passed and finding.ok
            print_lines([f"  {'ok  ' if finding.ok else 'LOOK'}  {finding.said}"])
    if not passed:
        raise typer.Exit(BAD_INPUT)


def _write(out: Path, text: str) -> None:
    try:
        # A new home has no drivers folder yet.
        out.parent.mkdir(exist_ok=True)
        # A driver that somebody wrote is never written over.
        with out.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise ConfigError(f"cannot be written: {error.strerror}", file=str(out)) from error


def _show(console: Console, run: CountRun) -> None:
    """What would be read: the first plate drawn, or the first places of a rack."""
    console.print(f"{len(run.readings)} readings, {run.counted_at_text or 'no date'}, "
                  f"program {run.program.number or '-'}")  # fmt: skip
    plate = [one for one in run.readings if _place(one) == _place(run.readings[0])]
    wells = {one.position: one for one in plate}
    shape = next((one for one in FORMATS.values() if set(wells) <= set(one.wells())), None)
    console.print(_listed(run.readings) if shape is None else _drawn(wells, shape))


def _place(reading: Reading) -> tuple[int | None, str | None, str | None]:
    return reading.plate, reading.plate_id, reading.rack


def _drawn(wells: dict[str, Reading], shape: PlateFormat) -> Table:
    table = Table("", *(str(column) for column in range(1, shape.columns + 1)))
    for row in range(shape.rows):
        names = [well(row, column) for column in range(1, shape.columns + 1)]
        table.add_row(names[0][0], *(_first_figure(wells.get(name)) for name in names))
    return table


def _first_figure(reading: Reading | None) -> str:
    if reading is None:
        return ""
    if reading.state is not State.COUNTED:
        return reading.state.value
    one = reading.channels[0]
    value = next((v for v in (one.cpm, one.counts, one.dpm) if v is not None), None)
    return "" if value is None else f"{value:.10g}"


def _listed(readings: Sequence[Reading]) -> Table:
    table = Table("plate", "rack", "position", "sample", "state", "figures")
    for reading in readings[:_FIRST]:
        cells = [str(reading.plate or reading.plate_id or ""), reading.rack or "",
                 reading.position, reading.sample or "", reading.state.value,
                 _figures(reading)]  # fmt: skip
        table.add_row(*map(one_line, cells))
    return table


def _figures(reading: Reading) -> str:
    names = ("counts", "cpm", "dpm", "error_2sigma_percent", "efficiency_percent")
    return "; ".join(
        f"{channel.name}: "
        + ", ".join(f"{n} {v:.10g}" for n in names if (v := getattr(channel, n)) is not None)
        for channel in reading.channels
    )
