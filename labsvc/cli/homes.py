"""labsvc init, check, status, verify: a home and its health."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from labsvc.cli.common import HomeOption, JsonOption, console, opened, print_json
from labsvc.errors import ConfigError
from labsvc.service.book import Book
from labsvc.service.home import SETTINGS_FILE, find_home
from labsvc.service.registry import load_drivers
from labsvc.service.shipped import shipped


def register(app: typer.Typer) -> None:
    app.command("init")(init)
    app.command("check")(check)
    app.command("status")(status)
    app.command("verify")(verify)


def init(
    folder: Annotated[Path, typer.Argument(help="The new home.")] = Path("labsvc-home"),
) -> None:
    """Make a home: commented settings, the shipped protocols, an example run sheet.

    Example: labsvc init labsvc-home
    """
    if (folder / SETTINGS_FILE).exists():
        raise ConfigError(f"{folder} is a labsvc home already; nothing was changed")
    folder.mkdir(parents=True, exist_ok=True)
    example = shipped("deploy") / "example"
    shutil.copyfile(example / SETTINGS_FILE, folder / SETTINGS_FILE)
    for name in ("protocols", "runsheets"):
        (folder / name).mkdir(exist_ok=True)
    for source in shipped("protocols").glob("*.yaml"):
        shutil.copyfile(source, folder / "protocols" / source.name)
    shutil.copyfile(example / "runsheet.yaml.example", folder / "runsheets" / "example.txt")
    print(f"{folder} is ready. Edit {folder / SETTINGS_FILE}, then: labsvc check --home {folder}")


def check(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Settings, protocols, run sheets, folders and drivers, each with its finding.

    Example: labsvc check --home labsvc-home
    """
    findings: list[dict[str, object]] = []
    with opened(home) as place:
        registry = load_drivers()
        book = Book(place.protocols, place.runsheets, place.settings.timezone)
        book.refresh()
        findings += [_found(str(trouble), ok=False) for trouble in book.troubles]
        findings += [_found(f"protocol {one.name} version {one.version}", ok=True)
                     for one in book.protocols]  # fmt: skip
        findings += [_found(f"driver {name} is disabled: {why}", ok=False)
                     for name, why in registry.disabled.items()]  # fmt: skip
        for source in place.settings.sources:
            there = source.folder is None or source.folder.is_dir()
            where = source.folder or source.port
            words = "is there" if there else "is away"
            findings.append(_found(f"source {source.name}: {where} {words}", ok=there))
        if place.settings.mail is None:
            findings.append(_found("no mail is set: alerts stay in the outbox", ok=False))
    if as_json:
        print_json({"findings": findings})
    else:
        for one in findings:
            print(f"{'ok  ' if one['ok'] else 'LOOK'}  {one['finding']}")
    if not all(one["ok"] for one in findings):
        raise typer.Exit(78)


def _found(sentence: str, *, ok: bool) -> dict[str, object]:
    return {"ok": ok, "finding": sentence}


def status(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """What waits, what was filed last, which alerts are owed.

    Example: labsvc status
    """
    with opened(home) as place:
        latest = place.database.results(limit=10)
        owed = [one for one in place.database.outbox() if one.sent_at is None]
        document = {
            "home": str(place.root),
            "inbox": [entry.name for entry in place.inbox.entries()],
            "damaged": place.inbox.damaged(),
            "totals": place.database.totals(),
            "alerts_owed": [
                {"subject": one.alert.subject, "attempts": one.attempts, "error": one.last_error}
                for one in owed
            ],
            "latest": [
                {"id": one.run_id, "plate": one.plate_id, "verdict": one.verdict,
                 "protocol": one.protocol, "filed_at": one.filed_at.isoformat()}
                for one in latest
            ],
        }  # fmt: skip
    if as_json:
        print_json(document)
        return
    print(f"home     {document['home']}")
    print(f"inbox    {len(place.inbox.entries())} waiting")
    print(f"alerts   {len(owed)} owed")
    table = Table("filed", "run", "plate", "verdict", "protocol")
    for one in latest:
        table.add_row(f"{one.filed_at:%Y-%m-%d %H:%M}", one.run_id, one.plate_id or "",
                      one.verdict, one.protocol or "")  # fmt: skip
    console().print(table)


def verify(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Re-hash the archive and the audit chain; exit 1 and the list when anything differs.

    Example: labsvc verify --home labsvc-home
    """
    with opened(home) as place:
        differences = list(place.archive.verify())
        broken = place.database.verify_audit()
        differences += [broken] if broken else []
    if as_json:
        print_json({"home": str(find_home(home)), "differences": differences})
    else:
        print("\n".join(differences) or "archive and audit chain are as they were filed")
    if differences:
        raise typer.Exit(1)
