"""labsvc runs diff: two filed results side by side."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from labsvc.cli.common import console, opened, print_json
from labsvc.cli.filedruns import filed_document
from labsvc.cli.options import HomeOption, JsonOption
from labsvc.core.compareresults import Difference, differences
from labsvc.errors import ConfigError
from labsvc.notify.words import one_line

MOST_ROWS = 24
"""So many rows of one section are shown; ``--json`` has them all."""

ResultArgument = Annotated[
    str, typer.Argument(help="A run's id or its beginning; @2 after it: its revision 2.")
]


def register(app: typer.Typer) -> None:
    app.command()(diff)


def diff(
    before: ResultArgument,
    after: ResultArgument,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Which numbers moved between two revisions of a run, or between two runs, and by how much.

    Example: labsvc runs diff 1a2b3c@1 1a2b3c@2
    """
    with opened(home) as place:
        first, second = (filed_document(place, *reference(one)) for one in (before, after))
    moved = differences(first, second)
    if as_json:
        print_json(_document(first, second, moved))
        return
    names = [f"{one['id']}@{one['revision']}" for one in (first, second)]
    if not moved:
        print(f"nothing moved between {names[0]} and {names[1]}")
        return
    _show(names, [first["reason"], second["reason"]], moved)


def reference(text: str) -> tuple[str, int | None]:
    """``1a2b3c@2`` -> run and revision; None: the latest. ConfigError when it is neither."""
    run, at, revision = text.partition("@")
    if not at:
        return run, None
    if not (revision.isascii() and revision.isdigit()):
        raise ConfigError(
            f"found the revision {revision!r} in {text!r}; expected a number, as in {run}@2"
        )
    return run, int(revision)


def _document(first: Any, second: Any, moved: tuple[Difference, ...]) -> dict[str, Any]:
    return {
        **{
            side: {"id": one["id"], "revision": one["revision"], "reason": one["reason"]}
            for side, one in (("before", first), ("after", second))
        },
        "moved": [
            {"section": one.section, "name": one.name, "before": one.before, "after": one.after,
             "unit": one.unit, "factor": one.factor, "change": one.change}
            for one in moved
        ],
    }  # fmt: skip


def _show(names: list[str], reasons: list[str], moved: tuple[Difference, ...]) -> None:
    for name, reason in zip(names, reasons, strict=True):
        if reason:
            print(f"{name}: {one_line(reason)}")
    table = Table("", *names, "change")
    for section in dict.fromkeys(one.section for one in moved):
        rows = [one for one in moved if one.section == section]
        table.add_section()
        table.add_row(section)
        for one in rows[:MOST_ROWS]:
            sides = (one.told(one.before), one.told(one.after))
            table.add_row(f"  {one_line(one.name)}", *map(one_line, sides), one.change)
        if len(rows) > MOST_ROWS:
            table.add_row(f"  and {len(rows) - MOST_ROWS} more: --json has them all")
    console().print(table)
