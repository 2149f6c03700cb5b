"""labsvc runsheet: run sheets."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from labsvc.cli.common import opened, print_json, text_of
from labsvc.cli.findings import tell_findings
from labsvc.cli.newfiles import write_new
from labsvc.cli.options import HomeOption, JsonOption
from labsvc.cli.ownprotocols import known_names, known_protocols, own_protocol
from labsvc.errors import ConfigError
from labsvc.model.protocol import Protocol
from labsvc.service.authoring.finding import Finding, findings
from labsvc.service.authoring.linting import lint_runsheet_file
from labsvc.service.runsheets.book import as_xlsx, next_like
from labsvc.service.runsheets.form import Shape, as_csv, as_yaml, form
from labsvc.service.runsheets.parts import Protocols
from labsvc.service.runsheets.text import parse_runsheet
from labsvc.store.durable import write_durably

app = typer.Typer(help="Run sheets (YAML, CSV, XLSX).", no_args_is_help=True)
_FORMS = (".yaml", ".yml", ".csv", ".xlsx")


def register(parent: typer.Typer) -> None:
    parent.add_typer(app, name="runsheet")


@app.callback()
def group() -> None:
    """Run sheets (YAML, CSV, XLSX)."""


@app.command()
def lint(
    files: Annotated[list[Path], typer.Argument(help="Run sheet files.")],
    timezone: Annotated[str, typer.Option(help="The zone of its times.")] = "UTC",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Everything that is wrong in run sheets, with file, line and column; and what is odd.

    In a workbook the sheet and the cell are named. The protocols of the home are known, where
    there is one, and the shipped ones.

    Example: labsvc runsheet lint runsheets/NET-0411.yaml
    """
    known, names = known_protocols(home), known_names(home)
    found = [one for path in files for one in _found(path, timezone, known, names)]
    tell_findings(found, len(files), as_json=as_json)


def _found(path: Path, timezone: str, known: Protocols, names: list[str]) -> list[Finding]:
    try:
        content = text_of(path)
    except ConfigError as error:
        return findings([error], "")
    return lint_runsheet_file(
        content, file=str(path), timezone=timezone, protocols=known, names=names
    )


@app.command()
def new(
    protocol: Annotated[str | None, typer.Argument(help="A protocol's name, or its file.")] = None,
    plate: Annotated[str | None, typer.Option(help="The plate's name, as on its barcode.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="A new file: .yaml, .csv or .xlsx. Default: YAML, shown.")
    ] = None,
    shape: Annotated[
        str | None, typer.Option(help="slots, plate or list. Default: as the protocol's layout.")
    ] = None,
    like: Annotated[
        Path | None, typer.Option(help="A workbook of yours: the next one, with its colours.")
    ] = None,
    home: HomeOption = None,
) -> None:
    """A run sheet to fill in, made for a protocol; or the next one like a workbook of yours.

    Example: labsvc runsheet new net-nisoxetine-binding --plate NET-0147 --out NET-0147.xlsx
    """
    suffix = ".yaml" if out is None else out.suffix.lower()
    if suffix not in _FORMS:
        raise typer.BadParameter(f"found {out}; expected a name ending in {', '.join(_FORMS)}")
    if like is not None:
        content = _next(like, plate, suffix)
    elif protocol is None:
        raise typer.BadParameter("name the protocol, or give a workbook with --like")
    else:
        content = _form(own_protocol(protocol, home), plate, shape, suffix)
    if out is None:
        sys.stdout.write(content.decode())
        return
    write_new(out, content)
    print(f"{out} is made. Fill it in, then: labsvc runsheet lint {out}")


def _next(like: Path, plate: str | None, suffix: str) -> bytes:
    if plate is None or suffix != ".xlsx":
        raise typer.BadParameter("--like needs --plate NAME and --out NAME.xlsx")
    return next_like(text_of(like), file=str(like), plate=plate)


def _form(protocol: Protocol, plate: str | None, shape: str | None, suffix: str) -> bytes:
    shapes: dict[str | None, Shape | None] = {
        None: None, "slots": "slots", "plate": "plate", "list": "list",
    }  # fmt: skip
    if shape not in shapes:
        raise typer.BadParameter(f"found --shape {shape}; expected slots, plate or list")
    blank = form(protocol, plate=plate, shape=shapes[shape])
    match suffix:
        case ".xlsx":
            return as_xlsx(blank)
        case ".csv":
            return as_csv(blank).encode()
    return as_yaml(blank).encode()


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="A run sheet: YAML, CSV or XLSX.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="In place of another of the same name.")
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check a run sheet and put it, byte for byte, into the home's runsheets/.

    With an error nothing is put there. The running service releases the runs that waited for it.

    Example: labsvc runsheet import NET-0147.xlsx
    """
    content = text_of(file)
    with opened(home) as place:
        zone, folder = place.settings.timezone, place.runsheets
        known, names = known_protocols(place.root), known_names(place.root)
        found = lint_runsheet_file(
            content, file=str(file), timezone=zone, protocols=known, names=names
        )
        if any(one.severity == "error" for one in found):
            tell_findings(found, 1, as_json=as_json)
        target = folder / file.name
        _refuse_other(target, content, replace=replace)
        write_durably(target, content)
    sheet = parse_runsheet(content, file=file.name, timezone=zone, protocols=known)
    if as_json:
        print_json({"file": str(file), "path": str(target), "name": sheet.name,
                    "protocol": sheet.protocol, "plate_id": sheet.plate_id,
                    "compounds": len(sheet.compounds), "positions": len(sheet.placements),
                    "warnings": [one.document() for one in found]})  # fmt: skip
        return
    if found:
        tell_findings(found, 1, as_json=False)
    print(f"{target} is in force, for {sheet.plate_id or 'the count that it names'}")


def _refuse_other(target: Path, content: bytes, *, replace: bool) -> None:
    if target.name.startswith((".", "~$")) or target.suffix.lower() not in _FORMS:
        raise ConfigError(f"the name must end in {', '.join(_FORMS)}", file=target.name)
    if replace or not target.exists() or text_of(target) == content:
        return
    raise ConfigError(
        "another run sheet of this name is in runsheets/; rename this one, or take --replace",
        file=target.name,
    )
