"""labsvc protocol: assay protocols."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from labsvc.cli import protocolnew
from labsvc.cli.analysis import find_protocol
from labsvc.cli.common import console, print_json, print_lines, text_of
from labsvc.cli.findings import tell_findings
from labsvc.cli.options import HomeOption, JsonOption
from labsvc.cli.ownprotocols import own_protocol, protocols_of
from labsvc.model.protocol import Protocol
from labsvc.service.authoring.editorschema import schema_text
from labsvc.service.authoring.linting import lint_protocol_file
from labsvc.service.authoring.shipped import shipped
from labsvc.service.home import find_home
from labsvc.service.protocols.platedrawing import drawn, legend, plate_document, protocol_marks
from labsvc.service.protocols.worked import Compared, rehearse
from labsvc.service.registry import load_drivers
from labsvc.service.tabledrivers.folder import FOLDER as TABLES

app = typer.Typer(help="Assay protocols (YAML).", no_args_is_help=True)
protocolnew.register(app)


def register(parent: typer.Typer) -> None:
    parent.add_typer(app, name="protocol")


@app.command("ls")
def list_protocols(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """The protocols in force in the home; without a home, the shipped ones.

    Example: labsvc protocol ls
    """
    found = _in_force(home)
    if as_json:
        print_json([{"name": one.name, "version": one.version, "title": one.title,
                     "kind": one.kind, "digest": one.digest} for one in found])  # fmt: skip
        return
    table = Table("name", "version", "title", "kind")
    for one in found:
        table.add_row(one.name, one.version, one.title, one.kind)
    console().print(table)


def _in_force(home: Path | None) -> Sequence[Protocol]:
    """The home's protocols; the shipped ones where there is no home."""
    return protocols_of(home) or [
        find_protocol(path.stem) for path in sorted(shipped("protocols").glob("*.yaml"))
    ]


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="A protocol's name, or its file.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """The plate a protocol expects, drawn.

    Example: labsvc protocol show net-nisoxetine-binding
    """
    protocol = own_protocol(name, home)
    if as_json:
        print_json(plate_document(protocol))
        return
    lines = [f"{protocol.name} version {protocol.version}: {protocol.title}"]
    size = protocol.layout.size
    if size is None:
        print_lines([*lines, "  vials or tubes: the run sheet lists the positions"])
        return
    print_lines([*lines, *drawn(protocol_marks(protocol), size), *legend(protocol)])


@app.command()
def lint(
    files: Annotated[list[Path], typer.Argument(help="Protocol files.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Every error in protocol files, with file, line and column; and what is legal but odd.

    Example: labsvc protocol lint protocols/*.yaml
    """
    drivers = load_drivers(find_home(home) / TABLES).drivers
    found = [
        one
        for path in files
        for one in lint_protocol_file(text_of(path), file=str(path), drivers=drivers)
    ]
    tell_findings(found, len(files), as_json=as_json)


@app.command()
def schema(
    runsheet: Annotated[
        bool, typer.Option("--runsheet", help="Of run sheets in YAML, instead of protocols.")
    ] = False,
) -> None:
    """The JSON Schema of a protocol, by which an editor completes and checks.

    Example: labsvc protocol schema > protocols/protocol.schema.json
    """
    sys.stdout.write(schema_text(runsheet=runsheet))


@app.command("test")
def run_examples(
    named: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILE]...", help="Files or names; none: all in force, or shipped."),
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """The worked example in each protocol, run and held against the answers it must give.

    Example: labsvc protocol test protocols/net-nisoxetine-binding.yaml
    """
    protocols = [own_protocol(name, home) for name in named] if named else _in_force(home)
    found = {one.name: rehearse(one) for one in protocols}
    if as_json:
        print_json([{"protocol": name, **asdict(one)} for name, rows in found.items()
                    for one in rows])  # fmt: skip
    else:
        console().print(_compared(found))
    if not all(one.agrees for rows in found.values() for one in rows):
        raise typer.Exit(1)


def _compared(found: dict[str, tuple[Compared, ...]]) -> Table:
    table = Table("protocol", "answer", "expected", "found", "")
    for name, rows in found.items():
        if not rows:
            table.add_row(name, "", "", "", "has no example")
        for one in rows:
            table.add_row(name, one.what, one.expected, one.found,
                          "agrees" if one.agrees else "DIFFERS")  # fmt: skip
    return table
