"""Captures that could not be understood, kept whole beside the reason, for a person.

quarantine/2026-03-02 counter-1 0123456789abcdef/   <name>  reason.txt  label.json
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from labsvc.errors import IntegrityError, StoreError
from labsvc.model.capture import Capture
from labsvc.model.locale import UNTOLD, Locale
from labsvc.store.durable import our_disk, sweep_half_written, sync_folder, write_durably
from labsvc.store.names import checked_path, safe_name
from labsvc.store.seals import SEAL, seal_of
from labsvc.store.staging import Staging

LABEL = "label.json"
REASON = "reason.txt"
TOLD = "reason_sha256"


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One capture set aside. ``folder`` is its folder's name; ``reason`` one sentence."""

    folder: str
    name: str
    source: str
    received_at: datetime
    sha256: str
    size: int
    reason: str
    driver: str | None
    timezone: str
    simulated: bool
    file: str
    locale: Locale = UNTOLD


class Quarantine:
    """The folder of captures set aside."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._staging = Staging(folder)

    def put(self, capture: Capture, reason: str, detail: str = "") -> str:
        """Set the capture aside, whole or not at all; the name of its folder.

        The same bytes again keep their folder; a new reason replaces the old one in it.
        """
        text = f"{reason}\n\n{detail}".strip() + "\n"
        lying = self._folder_of(capture.sha256)
        if lying is not None:
            self._renew(lying, reason, text)
            return lying.name
        day = capture.received_at.astimezone(UTC).date().isoformat()
        source = safe_name(capture.source, limit=40)
        destination = self._free(f"{day} {source} {capture.sha256[:16]}")
        staged = self._staging.make(_files_of(capture, reason, text))
        self._staging.put_in_place(staged, destination)
        return destination.name

    def entries(self) -> list[Quarantined]:
        """What lies here, oldest first. Folders without a readable label are left out."""
        with our_disk(self._folder):
            folders = [path for path in self._folder.iterdir() if (path / LABEL).is_file()]
        found = [entry for entry in map(_load, folders) if entry is not None]
        return sorted(found, key=lambda entry: (entry.received_at, entry.sha256))

    def read(self, folder: str) -> Capture:
        """The capture set aside under ``folder``, hashed again (IntegrityError)."""
        place = self._folder / checked_path(folder)
        entry = _load(place)
        if entry is None:
            raise StoreError(f"'{place}' is no quarantined capture: it has no readable {LABEL}")
        content = _bytes_of(place / checked_path(entry.file))
        capture = Capture(
            name=entry.name,
            source=entry.source,
            received_at=entry.received_at,
            content=content,
            driver=entry.driver,
            timezone=entry.timezone,
            simulated=entry.simulated,
            locale=entry.locale,
        )
        if capture.sha256 != entry.sha256:
            raise IntegrityError(f"'{place / entry.file}' was changed: its SHA-256 is not its own")
        return capture

    def verify(self) -> Iterator[str]:
        """Hash everything again: one sentence for each file that is missing, altered or stray."""
        with our_disk(self._folder):
            places = sorted(self._folder.iterdir())
        for place in places:
            if place != self._staging.path and place.exists():
                yield from _faults(place)

    def remove(self, folder: str) -> None:
        """Take out what has been released. Removing twice is removing once."""
        place = self._folder / checked_path(folder)
        if place.exists():
            self._staging.discard(place)

    def sweep(self) -> None:
        """At start: remove what a crash left, in the staging folder and beside a new reason."""
        self._staging.sweep()
        with our_disk(self._folder):
            places = [path for path in self._folder.iterdir() if path.is_dir()]
        for place in places:
            sweep_half_written(place)

    def _folder_of(self, sha256: str) -> Path | None:
        with our_disk(self._folder):
            found = sorted(self._folder.glob(f"* {sha256[:16]}*"))
        return next((path for path in found if _load(path) is not None), None)

    def _free(self, name: str) -> Path:
        """A folder not yet there: one of that name whose label is damaged stays as it is."""
        tries = (self._folder / (name if n == 1 else f"{name} {n}") for n in itertools.count(1))
        return next(path for path in tries if not path.exists())

    def _renew(self, place: Path, reason: str, text: str) -> None:
        label = json.loads(_bytes_of(place / LABEL))
        if label["reason"] != reason:
            write_durably(place / REASON, _encoded(text))
            write_durably(place / LABEL, _json({**label, **_why(reason, text)}))
        # The rename that made it may not be on the disk yet: its maker may have died there.
        sync_folder(self._folder)


def _files_of(capture: Capture, reason: str, text: str) -> dict[str, bytes]:
    name = safe_name(capture.name)
    if name.casefold() in (LABEL, REASON):
        name = f"_{name}"
    label = {
        "name": capture.name,
        "source": capture.source,
        "received_at": capture.received_at.astimezone(UTC).isoformat(),
        "sha256": capture.sha256,
        "size": len(capture.content),
        **_why(reason, text),
        "driver": capture.driver,
        "timezone": capture.timezone,
        "simulated": capture.simulated,
        "locale": capture.locale.told(),
        "file": name,
    }
    return {name: capture.content, REASON: _encoded(text), LABEL: _json(label)}


def _why(reason: str, text: str) -> dict[str, object]:
    return {"reason": reason, TOLD: hashlib.sha256(_encoded(text)).hexdigest()}


def _json(label: dict[str, object]) -> bytes:
    sealed = {name: label[name] for name in label if name != SEAL}
    # ASCII only: names may hold bytes that were no UTF-8, and must come back as they were.
    return json.dumps({**sealed, SEAL: seal_of(sealed)}, indent=1).encode("ascii")


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")


def _bytes_of(path: Path) -> bytes:
    with our_disk(path):
        return path.read_bytes()


def _faults(place: Path) -> Iterator[str]:
    entry = _load(place)
    if entry is None:
        yield f"'{place}' in the quarantine has no readable {LABEL}"
        return
    written = _bytes_of(place / LABEL)
    label = json.loads(written)
    if SEAL in label and written != _json(label):  # without: from before there were seals
        yield f"'{place / LABEL}' is altered: it is not as it was written"
    expected = {entry.file: entry.sha256, REASON: label.get(TOLD), LABEL: None}
    there = {path.name: path for path in place.iterdir()}
    for name, digest in expected.items():
        if name not in there:
            yield f"'{place / name}' is missing"
        elif digest and hashlib.sha256(_bytes_of(there[name])).hexdigest() != digest:
            yield f"'{place / name}' is altered: its SHA-256 is not the one in {LABEL}"
    for name in sorted(there.keys() - expected.keys()):
        yield f"'{place / name}' is stray: {LABEL} does not speak of it"


def _load(place: Path) -> Quarantined | None:
    try:
        fields = json.loads((place / LABEL).read_bytes())
        received_at = datetime.fromisoformat(fields.pop("received_at"))
        locale = Locale.from_told(fields.pop("locale", {}))
        for name in (TOLD, SEAL):
            fields.pop(name, None)
        return Quarantined(
            folder=place.name, received_at=received_at.astimezone(UTC), locale=locale, **fields
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
