"""labsvc audit: what was done, by whom and why."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from rich.table import Table

from labsvc.cli.common import HomeOption, JsonOption, console, opened, print_json
from labsvc.notify.words import one_line
from labsvc.store.audit import Trailed

_DIGESTS = ("seal", "document", "key")
"""For machines, and long."""


def register(app: typer.Typer) -> None:
    app.command("audit")(audit)


def audit(
    word: Annotated[str, typer.Argument(help="What a run, capture or plate begins with.")] = "",
    last: Annotated[int, typer.Option(min=1, help="So many rows.")] = 50,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """What was done, the newest first: when, what, to which run or capture, by whom and why.

    Example: labsvc audit 1a2b3c --home labsvc-home
    """
    with opened(home) as place:
        rows = place.database.trail(word, last)
    if as_json:
        print_json([_document(row) for row in rows])
        return
    table = Table("#", "when (UTC)", "what", "to", "by", "more")
    for row in rows:
        detail = _detail(row)
        table.add_row(str(row.sequence), f"{row.at:%Y-%m-%d %H:%M:%S}", row.what,
                      one_line(row.key)[:40], *_said(detail))  # fmt: skip
    console().print(table)


def _document(row: Trailed) -> dict[str, Any]:
    return {"sequence": row.sequence, "at": row.at.isoformat(), "what": row.what, "key": row.key,
            "detail": _detail(row)}  # fmt: skip


def _detail(row: Trailed) -> Any:
    if not row.detail.startswith("{"):
        return row.detail
    return json.loads(row.detail)


def _said(detail: Any) -> tuple[str, str]:
    """By whom, and the rest in words."""
    if not isinstance(detail, dict):
        return "", one_line(str(detail))[:60]
    told = [f"{name}: {one}" for name, one in detail.items()
            if one and name not in (*_DIGESTS, "by")]  # fmt: skip
    return str(detail.get("by", "")), one_line("; ".join(told))
