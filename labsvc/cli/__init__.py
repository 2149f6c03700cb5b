"""The command line. Every error is one sentence on standard error with its exit code."""

from __future__ import annotations

import gc
import logging
import sys

import typer

from labsvc.cli.commands import Commands
from labsvc.errors import ConfigError, InputError, LabsvcError, StoreError
from labsvc.notify.words import body
from labsvc.service.vitals.logs import set_up_logs

BAD_INPUT, STORE, CONFIGURATION = 65, 74, 78

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def everything() -> None:
    """From the scintillation counter to a filed, judged Ki."""


def exit_code(error: LabsvcError) -> int:
    """65 bad input, 74 our disk or database, 78 configuration, else 1."""
    match error:
        case InputError():
            return BAD_INPUT
        case StoreError():
            return STORE
        case ConfigError():
            return CONFIGURATION
    return 1


def main() -> None:
    """The ``labsvc`` command."""
    for stream in (sys.stdout, sys.stderr):
        # A console may not speak UTF-8; a µ must not end the command. Files and programs do, and
        # JSON is nothing else; on Windows they would have been given the code page of the machine.
        encoding = None if stream.isatty() else "utf-8"
        stream.reconfigure(encoding=encoding, errors="replace")  # type: ignore[union-attr]
    set_up_logs(level=logging.WARNING)
    # While all is loaded there is hardly any garbage, and to look for it took a tenth of the start.
    gc.set_threshold(20_000, 50, 100)
    try:
        app(prog_name="labsvc")
    except LabsvcError as error:
        print(body(f"labsvc: {error}"), file=sys.stderr)
        sys.exit(exit_code(error))
