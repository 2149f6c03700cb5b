"""labsvc runs: what was filed, and why."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from labsvc.cli import benchtimes, masking, rundiff, using
from labsvc.cli.common import MOST_ROWS, console, opened, print_json, print_lines
from labsvc.cli.filedruns import (
    ByOption,
    RunArgument,
    filed_document,
    refiler_of,
    revision_lines,
    stored_run,
    who,
)
from labsvc.cli.options import HomeOption, JsonOption
from labsvc.cli.show import explain_lines, result_lines
from labsvc.errors import ConfigError
from labsvc.model.filing import StoredResult
from labsvc.model.result import Verdict
from labsvc.notify.words import one_line
from labsvc.store.lock import HomeLock

app = typer.Typer(help="Filed runs: list, show, explain, analyse again.", no_args_is_help=True)


def register(parent: typer.Typer) -> None:
    parent.add_typer(app, name="runs")


@app.command("ls")
def list_runs(
    verdict: Annotated[Verdict | None, typer.Option(help="Only this verdict.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST_ROWS, help="At most so many.")] = 50,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """The latest revision of each filed run, newest first.

    Example: labsvc runs ls --verdict rejected
    """
    with opened(home) as place:
        found = place.database.results(limit=limit, verdict=verdict.value if verdict else None)
    if as_json:
        print_json([_row(one) for one in found])
        return
    table = Table("run", "rev", "plate", "verdict", "protocol", "filed (UTC)")
    for one in found:
        table.add_row(one.run_id, str(one.revision), one.plate_id or "", one.verdict,
                      one.protocol or "", f"{one.filed_at:%Y-%m-%d %H:%M}")  # fmt: skip
    console().print(table)


def _row(one: StoredResult) -> dict[str, Any]:
    return {"id": one.run_id, "revision": one.revision, "plate_id": one.plate_id,
            "verdict": one.verdict, "protocol": one.protocol, "title": one.title,
            "filed_at": one.filed_at.isoformat(), "folder": one.folder}  # fmt: skip


RevisionOption = Annotated[int | None, typer.Option(help="Which revision. Default: the latest.")]


@app.command()
def show(
    run: RunArgument,
    revision: RevisionOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """One filed result.

    Example: labsvc runs show 1a2b3c --json
    """
    with opened(home) as place:
        document = filed_document(place, run, revision)
    if as_json:
        print_json(document)
    else:
        print_lines(result_lines(document))


@app.command()
def explain(
    run: RunArgument,
    revision: RevisionOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Where every number of a result came from.

    Example: labsvc runs explain 1a2b3c
    """
    with opened(home) as place:
        document = filed_document(place, run, revision)
    if as_json:
        print_json(document)
    else:
        print_lines(explain_lines(document))


@app.command()
def refile(
    run: RunArgument,
    reason: Annotated[str, typer.Option(help="Why, kept with the new revision.")],
    by: ByOption = None,
    home: HomeOption = None,
) -> None:
    """Analyse a filed run again with the protocols and run sheets now in force.

    The earlier revision stays. Example: labsvc runs refile 1a2b3c --reason "corrected run sheet"
    """
    why = one_line(reason)
    if not why:
        raise ConfigError("the reason is empty; expected why the run is analysed again")
    with opened(home) as place, HomeLock(place.root):
        stored, refiler = stored_run(place, run), refiler_of(place)
        filed = refiler.refile(stored, why, by=who(by))
    print_lines(revision_lines(filed, refiler.followed))


benchtimes.register(app)
rundiff.register(app)
masking.register(app)
using.register(app)
