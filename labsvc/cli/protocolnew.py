"""labsvc protocol new: a protocol to be finished by hand."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from labsvc.cli.common import opened
from labsvc.cli.filedruns import refiler_of, stored_run
from labsvc.cli.newfiles import write_new
from labsvc.cli.options import HomeOption
from labsvc.notify.words import body
from labsvc.service.protocols.draft import Seen, draft, seen, shown_plate


def register(app: typer.Typer) -> None:
    app.command("new")(new)


def new(
    from_run: Annotated[
        str | None, typer.Option(metavar="ID", help="A filed or held run, or its id's beginning.")
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="The protocol's name. Default: after the counter's program.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="A new file. Default: shown.")] = None,
    home: HomeOption = None,
) -> None:
    """A commented draft of a protocol; from a run, with what its counts show of the plate.

    What only a person knows is left blank, and lint names it.

    Example: labsvc protocol new --from-run 1a2b3c --name our-binding --out our-binding.yaml
    """
    run, origin = (Seen(), "") if from_run is None else _of_run(from_run, home)
    text = draft(run, name=name, origin=origin)
    if out is None:
        sys.stdout.write(text)
        return
    write_new(out, text.encode())
    for title, picture in shown_plate(run).items():
        print(body("\n".join([f"The plate {title}:", *picture])), file=sys.stderr)
    print(f"{out} is made. Fill it in, then: labsvc protocol lint {out}")


def _of_run(named: str, home: Path | None) -> tuple[Seen, str]:
    with opened(home) as place:
        stored = stored_run(place, named)
        unit = refiler_of(place).counted(stored)
    when = f", counted {unit.run.counted_at_text}" if unit.run.counted_at_text else ""
    return seen(unit), f"Drafted from run {stored.run_id} ({unit.file_name}{when})."
