"""labsvc protocol: assay protocols."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from labsvc.cli.analysis import find_protocol
from labsvc.cli.common import JsonOption, console, print_json, text_of
from labsvc.model.plate import FORMATS
from labsvc.model.protocol import Protocol
from labsvc.service.protocoltext import lint_protocol
from labsvc.service.shipped import shipped

app = typer.Typer(help="Assay protocols (YAML).", no_args_is_help=True)


@app.command("ls")
def list_protocols(as_json: JsonOption = False) -> None:
    """The shipped protocols.

    Example: labsvc protocol ls
    """
    found = [find_protocol(path.stem) for path in sorted(shipped("protocols").glob("*.yaml"))]
    if as_json:
        print_json([{"name": one.name, "version": one.version, "title": one.title,
                     "kind": one.kind, "digest": one.digest} for one in found])  # fmt: skip
        return
    table = Table("name", "version", "title", "kind")
    for one in found:
        table.add_row(one.name, one.version, one.title, one.kind)
    console().print(table)


@app.command()
def show(name: Annotated[str, typer.Argument(help="A shipped name, or a file.")]) -> None:
    """The plate a protocol expects.

    Example: labsvc protocol show net-nisoxetine-binding
    """
    protocol = find_protocol(name)
    print(f"{protocol.name} version {protocol.version}: {protocol.title}")
    size = protocol.layout.size
    if size is None:
        print("  vials or tubes: the run sheet lists the positions")
        return
    print("\n".join(_drawn(protocol, size)))


def _drawn(protocol: Protocol, size: int) -> list[str]:
    """The plate as text: T total, N non-specific, a slot's number for samples, . nothing."""
    letters: dict[str, str] = {
        position: role[0].upper() for position, role in protocol.layout.roles.items()
    }
    for slot in protocol.layout.slots:
        for replicates in slot.wells:
            letters |= dict.fromkeys(replicates, slot.name[:2])
    plate = FORMATS[size]
    wells = list(plate.wells())
    rows = [wells[start : start + plate.columns] for start in range(0, size, plate.columns)]
    header = "    " + " ".join(f"{column:>2}" for column in range(1, plate.columns + 1))
    return [header, *(f"  {row[0][0]} " + " ".join(f"{letters.get(one, '.'):>2}" for one in row)
                      for row in rows)]  # fmt: skip


@app.command()
def lint(
    files: Annotated[list[Path], typer.Argument(help="Protocol files.")],
    as_json: JsonOption = False,
) -> None:
    """Every error in protocol files, with file and line.

    Example: labsvc protocol lint protocols/*.yaml
    """
    faults = [fault for path in files for fault in lint_protocol(text_of(path), file=str(path))]
    if as_json:
        print_json([{"file": one.file, "line": one.line, "message": str(one)} for one in faults])
    else:
        for fault in faults:
            print(fault, file=sys.stderr)
        print(f"{len(files)} files, {len(faults)} errors")
    if faults:
        raise typer.Exit(78)
