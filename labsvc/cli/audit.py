"""labsvc audit: what was done, by whom and why, and what it changed from what to what."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any

import typer
from rich.table import Table

from labsvc.cli.common import MOST_ROWS, console, opened, print_json
from labsvc.cli.options import HomeOption, JsonOption
from labsvc.notify.words import one_line
from labsvc.store.audit import Trailed

_DIGESTS = ("seal", "document", "key", "text", "old", "new")
"""For machines, and long."""
_CHANGES = "changes"
MOST_CHANGES = 8
"""So many of one row are shown; ``--json`` has them all."""


def register(app: typer.Typer) -> None:
    app.command("audit")(audit)


def audit(
    word: Annotated[str, typer.Argument(help="What a run, capture or plate begins with.")] = "",
    last: Annotated[int, typer.Option(min=1, max=MOST_ROWS, help="So many rows.")] = 50,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """What was done, the newest first: when, what, to which run or capture, by whom and why, and
    each value that it changed, as it was and as it is.

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
        table.add_row(str(row.sequence), f"{row.at:%Y-%m-%d %H:%M:%S}", one_line(row.what),
                      one_line(row.key)[:40], *_said(detail))  # fmt: skip
        for old, new in _changes(detail):
            table.add_row("", "", "", "", "", f"  {old} → {new}")
    console().print(table)


def _document(row: Trailed) -> dict[str, Any]:
    return {"sequence": row.sequence, "at": row.at.isoformat(), "what": row.what, "key": row.key,
            "detail": _detail(row)}  # fmt: skip


def _detail(row: Trailed) -> Any:
    if not row.detail.startswith("{"):
        return row.detail
    try:
        return json.loads(row.detail)
    except ValueError:
        return row.detail  # a sentence that begins like JSON


def _said(detail: Any) -> tuple[str, str]:
    """By whom, and the rest in words."""
    if not isinstance(detail, dict):
        return "", one_line(str(detail))[:60]
    told = [f"{name}: {one}" for name, one in detail.items()
            if one and name not in (*_DIGESTS, _CHANGES, "by")]  # fmt: skip
    return one_line(str(detail.get("by", ""))), one_line("; ".join(told))


def _changes(detail: Any) -> Iterator[tuple[str, str]]:
    """What was changed, as it was (with its name) and as it is."""
    changes = detail.get(_CHANGES, []) if isinstance(detail, dict) else []
    for one in changes[:MOST_CHANGES]:
        yield one_line(f"{one['what']}: {_value(one['old'])}"), one_line(_value(one["new"]))
    if len(changes) > MOST_CHANGES:
        yield "...", f"{len(changes) - MOST_CHANGES} more: --json has them all"


def _value(value: object) -> str:
    return "–" if value is None else str(value)
