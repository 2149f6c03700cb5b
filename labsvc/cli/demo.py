"""labsvc demo: a lab in a box."""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.live import Live
from rich.table import Table

from labsvc.cli.common import console, print_json
from labsvc.cli.options import JsonOption
from labsvc.cli.signals import ENDING, heard
from labsvc.errors import ConfigError
from labsvc.service.home import Home
from labsvc.service.vitals.logs import set_up_logs

# The simulated lab is loaded when it is asked for: the service would carry 5 MB of it for ever.
if TYPE_CHECKING:
    from labsvc.service.demo.day import Act

DEFAULT_HOME = Path("demo-home")
LATEST = 4
"""So many runs fit a terminal while the lab lives on."""


def register(app: typer.Typer) -> None:
    app.command("demo")(demo)


def demo(
    once: Annotated[
        bool, typer.Option("--once", help="Run the seeded day and end; else the lab lives on.")
    ] = False,
    home: Annotated[
        Path | None, typer.Option("--home", help="Where the demo lives. Default: ./demo-home.")
    ] = None,
    every: Annotated[
        float, typer.Option("--every", min=0, help="Seconds between plates after the day.")
    ] = 20.0,
    as_json: JsonOption = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Show the service's log.")] = False,
) -> None:
    """A lab in a box: simulated instruments, the real service, a day's worth of runs.

    After the day a new plate is counted every 20 s until Ctrl-C; with --once the day is all.

    Example: labsvc demo --once
    """
    from labsvc.service.demo.run import live_day  # noqa: PLC0415

    if as_json and not once:
        raise ConfigError("--json prints one document when the day has ended: add --once")
    set_up_logs(level=20 if verbose else 50)
    root = (home or DEFAULT_HOME).absolute()
    if not once:
        _live_on(root, fresh=home is None, every=every)
        return
    place, mails = live_day(root, fresh=home is None, tell=_tell)
    try:
        rows = sorted(_rows(place), key=lambda row: str(row["plate"]))
        if as_json:
            quarantined = [one.name for one in place.quarantine.entries()]
            print_json({"home": str(root), "runs": rows, "quarantined": quarantined,
                        "mails": [str(one) for one in mails]})  # fmt: skip
        else:
            _show(place, rows, mails)
    finally:
        place.close()


def _tell(act: Act) -> None:
    print(f"  {act.story}", file=sys.stderr)


def _live_on(root: Path, *, fresh: bool, every: float) -> None:
    """The last plates in a table that grows, until Ctrl-C or SIGTERM; both end it cleanly."""
    from labsvc.service.demo.run import live_on  # noqa: PLC0415

    closing = threading.Event()
    with heard(closing.set, *ENDING), Live(console=console(), auto_refresh=False) as live:

        def tell(act: Act) -> None:
            live.console.print(f"  {act.story}", style="dim")

        def shown(place: Home) -> None:
            title = f"{place.settings.lab} (Ctrl-C ends it)"
            live.update(_table(title, place, _rows(place)[-LATEST:]), refresh=True)

        live_on(root, fresh=fresh, tell=tell, shown=shown, seconds=every, closing=closing)
    print(f"\nThe lab has closed; everything is in {root}. Again: labsvc demo --home {root}")


def _rows(home: Home) -> list[dict[str, Any]]:
    """One row for each run, in the order of their filing."""
    rows: list[dict[str, Any]] = []
    for stored in reversed(home.database.results(limit=1000)):
        document = json.loads(stored.document)
        rows.append(
            {
                "id": stored.run_id,
                "plate": stored.plate_id,
                "verdict": stored.verdict,
                "revision": stored.revision,
                "protocol": stored.protocol,
                "answers": {one["compound"]: one["reportable"] for one in document["curves"]},
                "findings": [
                    one["sentence"]
                    for one in document["findings"]
                    if one["status"] in ("warn", "fail")
                ],
                "report": str(home.root / "archive" / stored.folder / "report.html"),
            }
        )
    return rows


def _table(title: str, home: Home, rows: list[dict[str, Any]]) -> Table:
    """These runs, and what was set aside last."""
    table = Table(title=title, show_lines=True)
    for heading in ("plate", "verdict", "answers", "remarks"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(
            str(row["plate"]),
            str(row["verdict"]),
            "\n".join(f"{name}: {said}" for name, said in row["answers"].items()),
            "\n".join(row["findings"][:3]) or "-",
        )
    for entry in home.quarantine.entries()[-LATEST:]:
        table.add_row(entry.name, "quarantined", "", entry.reason)
    return table


def _show(home: Home, rows: list[dict[str, Any]], mails: list[Path]) -> None:
    console().print(_table("The day", home, rows))
    print("Reports:")
    for row in rows:
        print(f"  {row['plate']}: {row['report']}")
    print(f"Mails ({len(mails)}) in {home.root / 'mailbox'}")
    print(f"How a number was made: labsvc runs explain {rows[0]['id']} --home {home.root}"
          if rows else "")  # fmt: skip
