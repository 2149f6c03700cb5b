"""labsvc runs timeline: when each plate was started, harvested and counted, a line for each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

import typer

from labsvc.cli.common import MOST_ROWS, opened, print_json, print_lines
from labsvc.cli.filedruns import stored_run
from labsvc.cli.options import HomeOption, JsonOption
from labsvc.core.benchsteps.clocks import waits
from labsvc.core.benchsteps.timeline import entries_of, moment_of, one_line
from labsvc.model.filing import StoredResult
from labsvc.service.home import Home

OF_TIME = ("step_", "washes_", "clocks")
"""How the checks begin that tell of the timeline."""

RunsArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="[ID]...", help="Runs by id, or its beginning. Default: the latest."),
]


def register(app: typer.Typer) -> None:
    app.command("timeline")(timeline)


def timeline(
    runs: RunsArgument = None,
    limit: Annotated[
        int, typer.Option(min=1, max=MOST_ROWS, help="At most so many of the latest.")
    ] = 50,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """The bench steps of each plate on one line, with what was out of its time.

    Under them is what can be told of each counter's clock.

    Example: labsvc runs timeline --limit 30
    """
    with opened(home) as place:
        found = (
            [stored_run(place, run) for run in runs]
            if runs
            else place.database.results(limit=limit)
        )
        rows = [_row(json.loads(one.document)) for one in found]
        clocks = waits(_counts(place, found))
    if as_json:
        told = [{"source": one.source, "runs": one.runs, "soonest_minutes": one.soonest_minutes}
                for one in clocks]  # fmt: skip
        print_json({"runs": rows, "clocks": told})
        return
    lines = [line for row in rows for line in _lines(row)]
    print_lines([*lines, *(one.sentence for one in clocks)])


def _counts(place: Home, found: list[StoredResult]) -> Iterator[tuple[str, datetime, datetime]]:
    """Source, time of the count and time of receipt, of each run that has all of them."""
    for one in found:
        capture = place.database.capture(one.sha256)
        count = moment_of(entries_of(json.loads(one.document)), "count")
        if capture is not None and count is not None and count.at is not None:
            yield capture.source, count.at, capture.received_at


def _row(document: Any) -> dict[str, Any]:
    return {
        "id": document["id"],
        "plate_id": document["plate_id"],
        "line": one_line(entries_of(document)),
        "timeline": document["timeline"],
        "findings": [
            one
            for one in document["findings"]
            if one["check"].startswith(OF_TIME) and one["status"] != "pass"
        ],
    }


def _lines(row: dict[str, Any]) -> Iterator[str]:
    told = row["line"] or "no time is known"
    yield f"{row['id']}  {row['plate_id'] or '–'}  {told}"
    for one in row["findings"]:
        yield f"  {one['status'].upper()} {one['sentence']}"
