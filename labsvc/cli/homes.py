"""labsvc init, check, status: a home and its health."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from labsvc.cli.common import console, opened, print_json, print_lines
from labsvc.cli.options import HomeOption, JsonOption
from labsvc.errors import ConfigError, StoreError
from labsvc.model.filing import CaptureState, StoredCapture
from labsvc.model.protocol import Protocol
from labsvc.service.authoring.editorschema import lay_schemas
from labsvc.service.authoring.shipped import shipped
from labsvc.service.guards.access import make_ours, open_to_others, told_in_clear
from labsvc.service.home import SETTINGS_FILE, Home
from labsvc.service.protocols.worked import refuse_broken
from labsvc.service.registry import Registry, load_drivers
from labsvc.service.settings import SourceSettings
from labsvc.service.tabledrivers.folder import FOLDER as TABLES
from labsvc.service.trends.chartbook import read_chartbook
from labsvc.service.watching.sources import Intake
from labsvc.service.watching.states import (
    SourceState,
    current_remarks,
    current_states,
    read_states,
)
from labsvc.service.work.book import Book
from labsvc.store.lock import HomeLock
from labsvc.store.postroom import Postroom

_FAULTS = ("framing", "parity", "overrun")
_SILENT = (
    "process {} has this home and has not said yet how it does: it has just started, or another "
    "labsvc command is at work here"
)
RECENT = 200
"""So many captures back, status looks for what each source sent last and what was set aside."""


def register(app: typer.Typer) -> None:
    app.command("init")(init)
    app.command("check")(check)
    app.command("status")(status)


def init(
    folder: Annotated[Path, typer.Argument(help="The new home.")] = Path("labsvc-home"),
) -> None:
    """Make a home: commented settings, the shipped protocols, an example run sheet.

    Example: labsvc init labsvc-home
    """
    if (folder / SETTINGS_FILE).exists():
        raise ConfigError(f"{folder} is a labsvc home already; nothing was changed")
    try:
        _fill(folder)
    except OSError as error:
        raise StoreError(f"cannot make the home {folder}: {error.strerror}") from error
    print(f"{folder} is ready. Edit {folder / SETTINGS_FILE}, then: labsvc check --home {folder}")


def _fill(folder: Path) -> None:
    """The settings come last: with them it is a home."""
    make_ours(folder)
    example = shipped("deploy") / "example"
    for name in ("protocols", "runsheets"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for source in shipped("protocols").glob("*.yaml"):
        shutil.copyfile(source, folder / "protocols" / source.name)
    lay_schemas(folder / "protocols", folder / "runsheets")
    shutil.copyfile(example / "runsheet.yaml.example", folder / "runsheets" / "example.txt")
    shutil.copyfile(example / SETTINGS_FILE, folder / SETTINGS_FILE)


def check(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Settings, protocols, run sheets, folders and drivers, each with its finding.

    Example: labsvc check --home labsvc-home
    """
    findings: list[dict[str, object]] = []
    with opened(home) as place:
        registry = load_drivers(place.root / TABLES)
        book = Book(place.protocols, place.runsheets, place.settings.timezone)
        book.refresh()
        findings += [_found(str(trouble), ok=False) for trouble in book.troubles]
        findings += [_protocol_found(one) for one in book.protocols]
        findings += [_found(f"driver {name} is disabled: {why}", ok=False)
                     for name, why in registry.disabled.items()]  # fmt: skip
        findings += _chartbook_found(place.root)
        findings += _access_found(place)
        findings += [_source_found(place, registry, one) for one in place.settings.sources]
        if not place.settings.sources:
            findings.append(_found("no source is set: only labsvc ingest brings runs", ok=True))
        if place.settings.mail is None:
            findings.append(_found("no mail is set: alerts stay in the outbox", ok=True))
    if as_json:
        print_json({"findings": findings})
    else:
        print_lines(f"{'ok  ' if one['ok'] else 'LOOK'}  {one['finding']}" for one in findings)
    if not all(one["ok"] for one in findings):
        raise typer.Exit(78)


def _protocol_found(protocol: Protocol) -> dict[str, object]:
    """In force, and whether its worked example still gives its answers."""
    try:
        refuse_broken(protocol)
    except ConfigError as error:
        return _found(str(error), ok=False)
    return _found(f"protocol {protocol.name} version {protocol.version}", ok=True)


def _chartbook_found(root: Path) -> list[dict[str, object]]:
    try:
        read_chartbook(root)
    except ConfigError as error:
        return [_found(str(error), ok=False)]
    return []


def _access_found(place: Home) -> list[dict[str, object]]:
    """Secrets that cannot be had, and what other accounts of the machine could read."""
    mail = place.settings.mail
    places = (mail.secret if mail is not None else None, place.settings.database_secret,
              *(one.url for one in place.settings.alerts.channels))  # fmt: skip
    troubles = [open_to_others(place.root), *(one.trouble() for one in places if one is not None)]
    if mail is not None:
        login = mail.username is not None
        troubles.append(told_in_clear(mail.host, mail.port, starttls=mail.starttls, login=login))
    return [_found(sentence, ok=False) for sentence in troubles if sentence is not None]


def _source_found(place: Home, registry: Registry, source: SourceSettings) -> dict[str, object]:
    """Whether the service could open a source now; it is not opened."""
    intake = Intake(place, registry, lambda: None)
    try:
        intake.port(source) if source.folder is None else intake.folder(source)
    except ConfigError as error:
        return _found(f"source {source.name}: {error}", ok=False)
    where, there = _whereabouts(source)
    found = f"source {source.name}: {where} {'is there' if there else 'is away'}"
    said = current_states(place.root, datetime.now(UTC)).get(source.name)
    if there and said is not None and said.trouble is not None:
        return _found(f"{found}, but {said.trouble}", ok=False)
    return _found(found, ok=there)


def _whereabouts(source: SourceSettings) -> tuple[str, bool]:
    """A source's folder or port, and whether it is there; of a network port nobody knows."""
    if source.folder is not None:
        return str(source.folder), source.folder.is_dir()
    port = source.port or ""
    return port, Path(port).exists() if port.startswith("/") else True


def _found(sentence: str, *, ok: bool) -> dict[str, object]:
    return {"ok": ok, "finding": sentence}


def status(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """What waits, what was filed last, which alerts are owed.

    Example: labsvc status
    """
    with opened(home) as place:
        document = _status_document(place)
    if as_json:
        print_json(document)
        return
    print_lines(_status_lines(document))
    table = Table("filed", "run", "plate", "verdict", "protocol")
    for one in document["latest"]:
        filed = one["filed_at"][:16].replace("T", " ")
        table.add_row(filed, one["id"], one["plate"] or "", one["verdict"], one["protocol"] or "")
    console().print(table)


def _status_document(place: Home) -> dict[str, Any]:
    """As ``--json`` prints it."""
    recent = place.database.captures(limit=RECENT)
    service = _service_row(place.root)
    said = current_states(place.root, datetime.now(UTC)) if service["running"] else {}
    latest = place.database.results(limit=10)
    owed = Postroom(place.database).waiting()
    return {
        "home": str(place.root),
        "service": service,
        "sources": [_source_row(one, recent, said.get(one.name))
                    for one in place.settings.sources],
        "inbox": [entry.name for entry in place.inbox.entries()],
        "damaged": place.inbox.damaged(),
        "totals": place.database.totals(),
        "alerts_owed": [
            {"subject": one.alert.subject, "attempts": one.attempts, "error": one.last_error}
            for one in owed
        ],
        "set_aside": [
            {"name": one.name, "source": one.source, "reason": one.reason,
             "filed_at": one.filed_at.isoformat(), "folder": one.folder or None}
            for one in recent if one.state is CaptureState.QUARANTINED
        ],
        "latest": [
            {"id": one.run_id, "plate": one.plate_id, "verdict": one.verdict,
             "protocol": one.protocol, "filed_at": one.filed_at.isoformat()}
            for one in latest
        ],
    }  # fmt: skip


def _service_row(root: Path) -> dict[str, Any]:
    """Whether a service runs here, by its home's lock, and what it says of itself."""
    now, states, lock = datetime.now(UTC), read_states(root), HomeLock(root)
    if not lock.held():
        return {"running": False, "remarks": []}
    if states is None or not states.current(now):
        return {"running": True, "remarks": [_SILENT.format(lock.holder())]}
    return {"running": True, "remarks": list(current_remarks(root, now))}


def _source_row(
    source: SourceSettings, recent: Sequence[StoredCapture], said: SourceState | None
) -> dict[str, Any]:
    """As the running service sees the source; where none runs, whether it is there."""
    where, there = _whereabouts(source)
    last = next((one.received_at for one in recent if one.source == source.name), None)
    row: dict[str, Any] = {
        "name": source.name,
        "where": where,
        "state": "there" if there else "away",
        "last_received_at": last.isoformat() if last else None,
        "last_whole_at": None,
        "trouble": None,
        "faults": None,
        "counting": None,
        "watching": None,
        "looked_at": None,
        "unreadable": [],
    }
    if said is not None:
        row |= {
            "state": said.state,
            "trouble": said.trouble,
            "faults": said.faults,
            "counting": said.counting,
            "watching": said.watching,
            "unreadable": list(said.unreadable),
        }
        row |= {name: at.isoformat() for name in ("last_received_at", "last_whole_at", "looked_at")
                if (at := getattr(said, name)) is not None}  # fmt: skip
    return row


def _service_lines(service: dict[str, Any]) -> Iterator[str]:
    yield f"service  {'running' if service['running'] else 'not running'}"
    yield from (f"         {sentence}" for sentence in service["remarks"])


def _status_lines(document: dict[str, Any]) -> Iterator[str]:
    yield f"home     {document['home']}"
    yield from _service_lines(document["service"])
    yield f"inbox    {len(document['inbox'])} waiting"
    for sentence in document["damaged"]:
        yield f"         {sentence}"
    yield f"alerts   {len(document['alerts_owed'])} owed"
    for one in document["sources"]:
        last = f"last received {one['last_received_at'] or 'nothing yet'}"
        yield f"source   {one['name']}: {one['where']} is {one['state']}, {last}"
        if one["state"] == "open" and one["last_whole_at"] is None:
            yield "         no whole transmission since the service started"
        if one["trouble"] is not None:
            yield f"         {one['trouble']}"
        if one["watching"] is not None:
            yield f"         {one['watching']}"
        if one["unreadable"]:
            some = ", ".join(one["unreadable"][:5])
            yield f"         {len(one['unreadable'])} cannot be read: {some}"
        if one["counting"] is not None:
            yield f"         counting: {one['counting']}"
        if any((one["faults"] or {}).get(kind) for kind in _FAULTS):
            yield "         " + ", ".join(f"{kind} {one['faults'][kind]}" for kind in _FAULTS)
    for one in document["set_aside"][:10]:
        yield f"aside    {one['name']} from {one['source']}: {one['reason']}"
