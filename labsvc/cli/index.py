"""labsvc index: the pages of the archive."""

from __future__ import annotations

from datetime import UTC, datetime

import typer

from labsvc.cli.common import opened, print_json, print_lines
from labsvc.cli.options import HomeOption, JsonOption
from labsvc.service.trends.indexing import Indexer


def register(app: typer.Typer) -> None:
    app.command()(index)


def index(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Write the index of the archive now: runs, verdicts, charts, what waits for a person.

    The running service does it by itself. Example: labsvc index --home labsvc-home
    """
    with opened(home) as place:
        page = Indexer(place, lambda: datetime.now(UTC)).write()
    if as_json:
        print_json({"page": str(page)})
    else:
        print_lines([f"Written: {page}. Open it with a double click."])
