"""labsvc runsheet: run sheets."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from labsvc.cli.analysis import find_protocol
from labsvc.errors import ConfigError
from labsvc.model.protocol import Protocol
from labsvc.service.runsheettext import parse_runsheet

app = typer.Typer(help="Run sheets (YAML, CSV).", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Run sheets (YAML, CSV)."""


@app.command()
def lint(
    files: Annotated[list[Path], typer.Argument(help="Run sheet files.")],
    timezone: Annotated[str, typer.Option(help="The zone of its times.")] = "UTC",
) -> None:
    """What is wrong in run sheets, with file and line.

    Example: labsvc runsheet lint runsheets/NET-0411.yaml
    """
    faults = 0
    for path in files:
        try:
            parse_runsheet(path.read_bytes(), file=str(path), timezone=timezone, protocols=_known)
        except ConfigError as error:
            faults += 1
            print(error, file=sys.stderr)
    print(f"{len(files)} files, {faults} with errors")
    if faults:
        raise typer.Exit(78)


def _known(name: str) -> Protocol | None:
    try:
        return find_protocol(name)
    except ConfigError:
        return None
