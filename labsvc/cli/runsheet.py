"""labsvc runsheet: run sheets."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from labsvc.cli.analysis import find_protocol
from labsvc.cli.common import HomeOption, text_of
from labsvc.errors import ConfigError
from labsvc.model.protocol import Protocol
from labsvc.service.book import Book
from labsvc.service.home import find_home
from labsvc.service.runsheetparts import Protocols
from labsvc.service.runsheettext import lint_runsheet

app = typer.Typer(help="Run sheets (YAML, CSV).", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Run sheets (YAML, CSV)."""


@app.command()
def lint(
    files: Annotated[list[Path], typer.Argument(help="Run sheet files.")],
    timezone: Annotated[str, typer.Option(help="The zone of its times.")] = "UTC",
    home: HomeOption = None,
) -> None:
    """Everything that is wrong in run sheets, with file and line.

    The protocols of the home are known, where there is one, and the shipped ones.

    Example: labsvc runsheet lint runsheets/NET-0411.yaml
    """
    folder = find_home(home) / "protocols"
    book = Book(folder, folder / "no run sheets", timezone)
    book.refresh()

    def known(name: str) -> Protocol | None:
        return book.protocol(name) or _shipped(name)

    faulty = 0
    for path in files:
        faults = _faults(path, timezone, known)
        faulty += bool(faults)
        for fault in faults:
            print(fault, file=sys.stderr)
    print(f"{len(files)} files, {faulty} with errors")
    if faulty:
        raise typer.Exit(78)


def _faults(path: Path, timezone: str, known: Protocols) -> list[ConfigError]:
    try:
        content = text_of(path)
    except ConfigError as error:
        return [error]
    return lint_runsheet(content, file=str(path), timezone=timezone, protocols=known)


def _shipped(name: str) -> Protocol | None:
    try:
        return find_protocol(name)
    except ConfigError:
        return None
