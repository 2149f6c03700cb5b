"""labsvc demo: a lab in a box."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from labsvc.cli.common import JsonOption, console, print_json
from labsvc.service.demo.day import Act
from labsvc.service.demo.run import live_day
from labsvc.service.home import Home
from labsvc.service.logs import set_up_logs

DEFAULT_HOME = Path("demo-home")


def register(app: typer.Typer) -> None:
    app.command("demo")(demo)


def demo(
    once: Annotated[
        bool, typer.Option("--once", help="Run the seeded day and end (the default for now).")
    ] = False,
    home: Annotated[
        Path | None, typer.Option("--home", help="Where the demo lives. Default: ./demo-home.")
    ] = None,
    as_json: JsonOption = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Show the service's log.")] = False,
) -> None:
    """A lab in a box: simulated instruments, the real service, a day's worth of runs.

    Example: labsvc demo --once
    """
    set_up_logs(level=20 if verbose else 50)
    root = (home or DEFAULT_HOME).absolute()

    def tell(act: Act) -> None:
        print(f"  {act.story}", file=sys.stderr)

    place, mails = live_day(root, fresh=home is None, tell=tell)
    try:
        rows = list(_rows(place))
        if as_json:
            quarantined = [one.name for one in place.quarantine.entries()]
            print_json({"home": str(root), "runs": rows, "quarantined": quarantined,
                        "mails": [str(one) for one in mails]})  # fmt: skip
        else:
            _show(place, rows, mails)
    finally:
        place.close()


def _rows(home: Home) -> list[dict[str, Any]]:
    """One row for each run of the day, by plate."""
    rows: list[dict[str, Any]] = []
    for stored in home.database.results(limit=1000):
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
    return sorted(rows, key=lambda row: str(row["plate"]))


def _show(home: Home, rows: list[dict[str, Any]], mails: list[Path]) -> None:
    table = Table(title="The day", show_lines=True)
    for heading in ("plate", "verdict", "answers", "remarks"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(
            str(row["plate"]),
            str(row["verdict"]),
            "\n".join(f"{name}: {said}" for name, said in row["answers"].items()),
            "\n".join(row["findings"][:3]) or "-",
        )
    for entry in home.quarantine.entries():
        table.add_row(entry.name, "quarantined", "", entry.reason)
    console().print(table)
    print("Reports:")
    for row in rows:
        print(f"  {row['plate']}: {row['report']}")
    print(f"Mails ({len(mails)}) in {home.root / 'mailbox'}")
    print(f"How a number was made: labsvc runs explain {rows[0]['id']} --home {home.root}"
          if rows else "")  # fmt: skip
