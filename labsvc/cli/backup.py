"""labsvc verify, backup, restore: what was filed, looked at again, copied and had back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from labsvc.cli.common import opened, print_json, print_lines
from labsvc.cli.options import HomeOption, JsonOption
from labsvc.errors import ConfigError
from labsvc.service.home import SETTINGS_FILE, Home, find_home, open_home
from labsvc.service.settings import read_settings
from labsvc.store.backup import Backup, back_up
from labsvc.store.backup import restore as lay_out
from labsvc.store.parts import PARTS, Parts
from labsvc.store.verify import differences

_ELSEWHERE = (
    "the database is PostgreSQL and is not in the backup: copy it with pg_dump, just before this"
)


def register(app: typer.Typer) -> None:
    app.command("verify")(verify)
    app.command("backup")(backup)
    app.command("restore")(restore)


def verify(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Re-hash the archive and the audit chain; exit 1 and the list when anything differs.

    Nothing is repaired. Example: labsvc verify --home labsvc-home
    """
    with opened(home) as place:
        found = _differences(place)
    _tell(found, {"home": str(find_home(home))}, as_json=as_json)


def backup(
    to: Annotated[Path, typer.Argument(help="A new folder, on another disk than the home.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Copy a home, with its archive and SQLite database, while the service may be at work.

    The copy is verified; exit 1 and the list when something in it is not as it was filed.
    Example: labsvc backup /mnt/backup/2026-03-02 --home labsvc-home
    """
    with opened(home) as place:
        made = back_up(place.root, SETTINGS_FILE, place.database, to, datetime.now(UTC))
    _tell(made.faults, {"backup": str(to), **_counted(made)}, as_json=as_json)


def restore(
    backup: Annotated[Path, typer.Argument(help="A folder that labsvc backup made.")],
    home: Annotated[Path, typer.Argument(help="The new home: empty, or not there yet.")],
    as_json: JsonOption = False,
) -> None:
    """Make a home of a backup, and verify it.

    Example: labsvc restore /mnt/backup/2026-03-02 /var/lib/labsvc
    """
    made = lay_out(backup, SETTINGS_FILE, home)
    _check_settings(home)
    place = open_home(home)
    try:
        found = _differences(place)
    finally:
        place.close()
    _tell(found, {"home": str(home), **_counted(made)}, as_json=as_json)


def _check_settings(home: Path) -> None:
    """Settings that name a database elsewhere would go on with that one, not with the restored."""
    path = home / SETTINGS_FILE
    if (read_settings(path).database or "").startswith("sqlite"):
        raise ConfigError(
            f"{home} is laid out with its database, but {path} names another: take its line "
            f"'database' out, then: labsvc verify --home {home}"
        )


def _differences(place: Home) -> list[str]:
    parts = Parts(place.root / PARTS)
    return list(differences(place.inbox, place.archive, place.quarantine, place.database, parts))


def _counted(made: Backup) -> dict[str, object]:
    return {"files": made.files, "bytes": made.size, "database": made.database}


def _tell(found: Iterable[str], about: dict[str, object], *, as_json: bool) -> None:
    found = list(found)
    if as_json:
        print_json({**about, "differences": found})
    else:
        if "files" in about:
            print(f"{about['files']} files, {about['bytes']} bytes copied")
        if about.get("database") is False:
            print(_ELSEWHERE)
        print_lines(found or ["archive, database and audit chain are as they were filed"])
    if found:
        raise typer.Exit(1)
