"""labsvc driver: drivers without the service."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from labsvc.cli.common import capture_of, console, print_json, print_lines
from labsvc.cli.lines import record_session, replay, scan
from labsvc.cli.options import FilesArgument, HomeOption, JsonOption
from labsvc.cli.tabledriver import draft, held, installed
from labsvc.errors import InputError, ParseError
from labsvc.model.capture import Capture
from labsvc.model.recorddocument import record_document
from labsvc.model.run import HarvestRun, Record
from labsvc.notify.words import one_line
from labsvc.service.registry import Registry

BAD_INPUT = 65

app = typer.Typer(help="Drivers: list them, try them on a file.", no_args_is_help=True)
app.command()(draft)
app.command("test")(held)
app.command()(scan)
app.command("record")(record_session)
app.command()(replay)
DriverOption = Annotated[
    str | None, typer.Option("--driver", help="Use this driver instead of recognising the file.")
]


def register(parent: typer.Typer) -> None:
    parent.add_typer(app, name="driver")


@app.command("ls")
def list_drivers(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """The installed drivers, and those of the home.

    Example: labsvc driver ls
    """
    registry = installed(home)
    rows: list[dict[str, Any]] = [
        {
            "name": name,
            "title": driver.title,
            "maturity": driver.maturity,
            "files": list(driver.files.patterns) if driver.files else [],
            "serial": driver.serial.settings if driver.serial else None,
        }
        for name, driver in registry.drivers.items()
    ]
    if as_json:
        print_json({"drivers": rows, "disabled": dict(registry.disabled)})
        return
    table = Table("driver", "instrument", "maturity", "files", "serial line")
    for row in rows:
        table.add_row(row["name"], row["title"], row["maturity"], " ".join(row["files"]),
                      row["serial"] or "")  # fmt: skip
    console().print(table)
    for name, why in registry.disabled.items():
        print(one_line(f"disabled: {name}: {why}"), file=sys.stderr)


@app.command()
def sniff(files: FilesArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Which driver claims each file, and why.

    Example: labsvc driver sniff A16_235.txt
    """
    registry = installed(home)
    documents = [_sniffed(registry, path) for path in files]
    if as_json:
        print_json(documents if len(documents) > 1 else documents[0])
    else:
        print_lines(f"{one['file']}: {_claim(one)}" for one in documents)
    if any(one["driver"] is None for one in documents):
        raise typer.Exit(BAD_INPUT)


def _claim(document: dict[str, Any]) -> str:
    """The driver and its reason, or why it is none."""
    if document["driver"] is None:
        return str(document["error"]["message"])
    return f"{document['driver']}: {one_line(document['answers'][document['driver']]['why'])}"


def _sniffed(registry: Registry, path: Path) -> dict[str, Any]:
    try:
        capture = capture_of(path)
        answers = registry.weigh(capture)
        driver = registry.claim(capture)
    except InputError as error:
        return {"file": str(path), "driver": None, **_refused(path, error)}
    why = {name: {"claimed": one.claimed, "why": one.why, "line": one.line}
           for name, one in answers.items()}  # fmt: skip
    return {"file": str(path), "driver": driver, "answers": why}


@app.command()
def parse(
    files: FilesArgument,
    driver: DriverOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """What a driver reads in each file: every reading, nothing invented.

    Example: labsvc driver parse A16_235.txt --json
    """
    registry = installed(home)
    documents = [_parsed(registry, path, driver) for path in files]
    if as_json:
        print_json(documents if len(documents) > 1 else documents[0])
    else:
        for one in documents:
            _show(one)
    if any("error" in one for one in documents):
        raise typer.Exit(BAD_INPUT)


def _parsed(registry: Registry, path: Path, named: str | None) -> dict[str, Any]:
    try:
        capture = capture_of(path, driver=named)
        name = registry.claim(capture)
        records = registry.parse(name, capture)
    except InputError as error:
        return _refused(path, error)
    return _document(path, capture, name, registry.named(name).maturity, list(records))


def _document(
    path: Path, capture: Capture, driver: str, maturity: str, records: list[Record]
) -> dict[str, Any]:
    warnings = [
        warning for record in records if not isinstance(record, HarvestRun)
        for warning in record.warnings
    ]  # fmt: skip
    return {
        "file": str(path),
        "sha256": capture.sha256,
        "driver": driver,
        "maturity": maturity,
        "complete": True,
        "warnings": warnings,
        "records": [record_document(record) for record in records],
    }


def _refused(path: Path, error: InputError) -> dict[str, Any]:
    line = error.line if isinstance(error, ParseError) else None
    kind = type(error).__name__
    message = str(error).removeprefix(f"{path}: ")
    return {"file": str(path), "error": {"kind": kind, "line": line, "message": message}}


def _show(document: dict[str, Any]) -> None:
    if "error" in document:
        told = f"labsvc: {document['file']}: {document['error']['message']}"
        print(one_line(told), file=sys.stderr)
        return
    print_lines([f"{document['file']}: {document['driver']} ({document['maturity']})"])
    for record in document["records"]:
        if record["kind"] == "harvest":
            print_lines([f"  {record['plate_id']}: {record['step']} at {record['started_at']}"])
            continue
        if record["kind"] == "calibration":
            _show_calibration(record)
            continue
        _show_readings(record)
    for warning in document["warnings"]:
        print(f"  warning: {one_line(warning)}")


def _show_readings(record: dict[str, Any]) -> None:
    """A row for each reading, with the rates of each of its windows."""
    figures = _figures(record)
    alone = len({channel for channel, _ in figures}) == 1
    heads = [quantity if alone else f"{quantity} {one_line(name)}" for name, quantity in figures]
    table = Table("plate", "rack", "position", "sample", "state", *heads, "flags")
    for reading in record["readings"]:
        channels = {one["name"]: one for one in reading["channels"]}
        cells = [reading[name] for name in ("plate", "rack", "position", "sample", "state")]
        cells += [channels.get(name, {}).get(quantity) for name, quantity in figures]
        cells.append(" ".join(reading["flags"]))
        table.add_row(*("" if cell is None else one_line(str(cell)) for cell in cells))
    console().print(table)


def _figures(record: dict[str, Any]) -> list[tuple[str, str]]:
    """Channel and quantity of each column that holds a figure; windows in their order."""
    channels = [one for reading in record["readings"] for one in reading["channels"]]
    names = dict.fromkeys(one["name"] for one in channels)
    held = {
        (one["name"], what) for one in channels for what in ("cpm", "dpm") if one[what] is not None
    }
    return [(name, what) for name in names for what in ("cpm", "dpm") if (name, what) in held]


def _show_calibration(record: dict[str, Any]) -> None:
    print(f"  calibration of {one_line(record['performed_at_text'] or 'no printed time')}")
    columns = ("name", "nuclide", "region", "value", "unit", "limits", "passed")
    table = Table("figure", "nuclide", "window", "value", "unit", "limits", "passed", "done at")
    for measure in record["measures"]:
        cells = [measure[name] for name in (*columns, "performed_at_text")]
        table.add_row(*("" if cell is None else one_line(str(cell)) for cell in cells))
    console().print(table)
