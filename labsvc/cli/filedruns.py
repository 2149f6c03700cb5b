"""A filed run's document, as the commands about filed runs read it."""

from __future__ import annotations

import getpass
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from labsvc.errors import ConfigError
from labsvc.model.filing import FiledResult, StoredResult
from labsvc.notify.words import one_line
from labsvc.service.home import Home
from labsvc.service.registry import load_drivers
from labsvc.service.tabledrivers.folder import FOLDER as TABLES
from labsvc.service.work.book import Book
from labsvc.service.work.line import Line
from labsvc.service.work.refiling import Refiler

RunArgument = Annotated[str, typer.Argument(metavar="ID", help="A run's id, or its beginning.")]

ByOption = Annotated[str | None, typer.Option(help="Who says so. Default: the user.")]


def who(by: str | None) -> str:
    """The person named, else the user of this computer; ConfigError when neither is known."""
    if named := one_line(by or ""):
        return named
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError) as error:
        raise ConfigError("who you are is not known here; say it with --by") from error


def stored_run(place: Home, run: str, revision: int | None = None) -> StoredResult:
    """The revision of the run, the latest by default; ConfigError when it is not there."""
    stored = place.database.result(run, revision)
    if stored is None:
        raise ConfigError(f"there is no {_named(run, revision)} here; see: labsvc runs ls")
    return stored


def filed_document(place: Home, run: str, revision: int | None = None) -> dict[str, Any]:
    """The filed result with its driver, source, raw files and report, as ``runs show`` has it."""
    stored = stored_run(place, run, revision)
    filed: dict[str, Any] = json.loads(place.archive.read(stored.folder, "result.json"))
    capture = place.database.capture(stored.sha256)
    base = place.root / "archive" / (capture.folder if capture else stored.folder)
    for raw in filed["raw"]:
        raw["path"] = str(base / raw["name"])
    filed["driver"] = capture.driver if capture else None
    filed["source"] = capture.source if capture else None
    filed["report"] = str(place.root / "archive" / stored.folder / "report.html")
    return filed


def refiler_of(place: Home) -> Refiler:
    """What analyses this home's runs again, with the protocols and run sheets in force now."""
    book = Book(place.protocols, place.runsheets, place.settings.timezone)
    book.refresh()
    return Refiler(Line(place, load_drivers(place.root / TABLES), book, lambda: datetime.now(UTC)))


def revision_lines(filed: FiledResult, followed: Sequence[FiledResult]) -> list[str]:
    """What was filed, and the run's other plates that were filed anew with it."""
    told = [f"{one.result.run_id}: revision {one.revision}, {one.result.verdict.value}"
            for one in (filed, *followed)]  # fmt: skip
    return [told[0], *(f"{line} (its controls are pooled with that plate's)" for line in told[1:])]


def _named(run: str, revision: int | None) -> str:
    return f"run {run!r}" if revision is None else f"revision {revision} of run {run!r}"
