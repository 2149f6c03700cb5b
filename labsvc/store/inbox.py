"""Captures that are safe with us and not yet filed. The folder is the queue.

    <sha256>        the bytes
    <sha256>.json   the label: name, source, time received; written last, removed first
    .tries          how often the captures that are begun were begun

A content without its label is a capture that was never taken, or one that is done.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from labsvc.errors import IntegrityError, StoreError
from labsvc.model.capture import Capture
from labsvc.model.jsontext import compact_ascii
from labsvc.model.locale import UNTOLD, Locale
from labsvc.store.durable import (
    TEMPORARY,
    make_folder,
    our_disk,
    sync_folder,
    write_all_aside,
)
from labsvc.store.seals import SEAL, seal_of
from labsvc.store.tries import Tries

_CONTENT = re.compile(r"[0-9a-f]{64}")
_LABEL = re.compile(r"[0-9a-f]{64}\.json")


@dataclass(frozen=True, slots=True)
class Entry:
    """One capture in the inbox. ``key`` is its SHA-256; ``attempts`` counts the tries begun."""

    key: str
    name: str
    source: str
    received_at: datetime
    driver: str | None
    timezone: str
    simulated: bool
    size: int
    attempts: int
    locale: Locale = UNTOLD


_COUNTED = "attempts"
"""Of an entry, kept in no label: one of labsvc from before there was ``.tries`` has it still."""
_FIELDS = tuple(name for name in Entry.__dataclass_fields__ if name != _COUNTED)


class Inbox:
    """The folder of captures still to be filed. Safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._tries = Tries(folder)
        # A put and a remove of the same bytes must not interleave: a label without content
        # would be left.
        self._door = threading.Lock()
        make_folder(folder)

    def put(self, capture: Capture) -> bool:
        """Keep the capture; on the disk when this returns. False: those bytes lie here already.

        The same bytes under another name or from another source are the same bytes. An entry
        whose label or content has been damaged is written anew.
        """
        return self.put_all([capture])[0]

    def put_all(self, captures: Sequence[Capture]) -> list[bool]:
        """As ``put`` for each; the disk is waited for once for all of them."""
        with self._door:
            new: dict[str, Capture] = {}
            told = []
            for capture in captures:
                told.append(capture.sha256 not in new and not self._lies_whole(capture.sha256))
                if told[-1]:
                    new[capture.sha256] = capture
            if new:
                self._write(new)
            # Also for those that lie here: whoever put them may have died before this.
            sync_folder(self._folder)
        return told

    def _write(self, new: Mapping[str, Capture]) -> None:
        """All bytes first, then the labels, whose names reach the disk together with theirs."""
        counts = self._tries.read()
        if counts.keys() & new.keys():
            # The same bytes as what was done away with, and not begun yet.
            self._tries.write({key: counts[key] for key in counts.keys() - new.keys()})
        contents = {self._content(key): capture.content for key, capture in new.items()}
        labels = {self._label(key): _label_of(_entry_of(one)) for key, one in new.items()}
        write_all_aside({**contents, **labels})

    def entries(self) -> list[Entry]:
        """What waits, oldest first. Damaged entries are left out: see ``damaged``."""
        found = [entry for entry in map(self._load, self._labels()) if isinstance(entry, Entry)]
        counts = self._tries.read()
        if counts:
            found = [replace(entry, attempts=counts.get(entry.key, 0)) for entry in found]
        return sorted(found, key=lambda entry: (entry.received_at, entry.key))

    def damaged(self) -> list[str]:
        """One sentence for each entry whose label cannot be read or whose content is missing."""
        return [fault for fault in map(self._load, self._labels()) if isinstance(fault, str)]

    def verify(self) -> Iterator[str]:
        """Hash everything again: one sentence for each entry that is not as it was put."""
        for label in self._labels():
            found = self._load(label)
            if not label.exists():  # filed meanwhile
                continue
            if isinstance(found, str):
                yield found
            elif not self._as_written(label, found):
                yield f"the inbox entry '{label}' is altered"
        fault = self._tries.fault()
        if fault is not None:
            yield fault

    def _as_written(self, label: Path, entry: Entry) -> bool:
        try:
            written, made = json.loads(label.read_bytes()), json.loads(_label_of(entry))
            if written.pop(_COUNTED, None) is not None:
                written[SEAL] = made[SEAL]  # its own, which holds that count, was looked at
            return written == made and self._lies_whole(entry.key)
        except FileNotFoundError:
            return True
        except StoreError:
            return not label.exists()

    def read(self, entry: Entry) -> Capture:
        """The capture, hashed again. IntegrityError when its bytes are missing or changed."""
        path = self._content(entry.key)
        with our_disk(path):
            try:
                content = path.read_bytes()
            except FileNotFoundError:
                raise IntegrityError(f"the content '{path}' of '{entry.name}' is gone") from None
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
        if capture.sha256 != entry.key:
            raise IntegrityError(
                f"the content '{path}' of '{entry.name}' now has the SHA-256 {capture.sha256}: "
                f"it was changed on the disk; take the file from the instrument again"
            )
        return capture

    def attempt(self, entry: Entry) -> int:
        """Count one more try, on the disk before the work begins; the new number of tries."""
        return self.attempt_all([entry])[0]

    def attempt_all(self, entries: Sequence[Entry]) -> list[int]:
        """As ``attempt`` for each; they are counted by one write."""
        with self._door:
            counts = self._counts()
            for entry in entries:
                label = self._label(entry.key)
                if not label.exists():
                    raise StoreError(f"the inbox entry '{label}' is damaged: it is gone")
                counts[entry.key] = counts.get(entry.key, 0) + 1
            self._tries.write(counts)
        return [counts[entry.key] for entry in entries]

    def forgive(self, *entries: Entry) -> None:
        """Take one try of each back: it was our own disk or database that failed, not them."""
        with self._door:
            counts = self._counts()
            for entry in entries:
                counts[entry.key] = counts.get(entry.key, 0) - 1
            self._tries.write(counts)

    def remove(self, *entries: Entry) -> None:
        """Take the entries out: the labels first. Removing twice is removing once."""
        with self._door, our_disk(self._folder):
            for entry in entries:
                self._label(entry.key).unlink(missing_ok=True)
            others = self._tries.read().keys() - {entry.key for entry in entries}
            if not any(self._label(key).exists() for key in others):
                self._tries.clear()
            sync_folder(self._folder)
            for entry in entries:
                self._content(entry.key).unlink(missing_ok=True)

    def _counts(self) -> dict[str, int]:
        """How often what still lies here was begun."""
        counts = self._tries.read()
        return {key: count for key, count in counts.items() if self._label(key).exists()}

    def sweep(self) -> None:
        """At start: remove what a crash left, contents without a label and half-written files."""
        with self._door, our_disk(self._folder):
            for path in list(self._folder.iterdir()):
                unlabelled = _CONTENT.fullmatch(path.name) and not self._label(path.name).exists()
                half_written = path.name.startswith(".") and path.name.endswith(TEMPORARY)
                if unlabelled or half_written:
                    path.unlink(missing_ok=True)
            if not self._counts():
                self._tries.clear()

    def _content(self, key: str) -> Path:
        return self._folder / key

    def _label(self, key: str) -> Path:
        return self._folder / f"{key}.json"

    def _labels(self) -> Iterator[Path]:
        with our_disk(self._folder):
            names = sorted(path.name for path in self._folder.iterdir())
        return (self._folder / name for name in names if _LABEL.fullmatch(name))

    def _load(self, label: Path) -> Entry | str:
        """The entry of a label, or the sentence that says what is wrong with it."""
        try:
            entry = _entry_from(label.read_bytes())
            size = self._content(label.stem).stat().st_size
        except (OSError, ValueError, KeyError, TypeError) as error:
            return f"the inbox entry '{label}' is damaged: {type(error).__name__} {error}"
        if (entry.key, entry.size) != (label.stem, size):
            return (
                f"the inbox entry '{label}' is damaged: the label says {entry.size} bytes of "
                f"{entry.key[:16]}, and {size} bytes lie there"
            )
        return entry

    def _lies_whole(self, key: str) -> bool:
        label = self._label(key)
        if not label.exists() or isinstance(self._load(label), str):
            return False
        with our_disk(self._content(key)):
            return hashlib.sha256(self._content(key).read_bytes()).hexdigest() == key


def _label_of(entry: Entry) -> bytes:
    fields = {
        **{name: getattr(entry, name) for name in _FIELDS},
        "received_at": entry.received_at.isoformat(),
        "locale": entry.locale.told(),
    }
    # ASCII only: names may hold bytes that were no UTF-8, and must come back as they were.
    return compact_ascii({**fields, SEAL: seal_of(fields)}).encode("ascii")


def _entry_of(capture: Capture) -> Entry:
    return Entry(
        key=capture.sha256,
        name=capture.name,
        source=capture.source,
        received_at=capture.received_at.astimezone(UTC),
        driver=capture.driver,
        timezone=capture.timezone,
        simulated=capture.simulated,
        size=len(capture.content),
        attempts=0,
        locale=capture.locale,
    )


def _entry_from(label: bytes) -> Entry:
    """Raises ValueError, KeyError or TypeError when this is no label, or not as it was written."""
    fields = json.loads(label)
    seal = fields.pop(SEAL, None)
    if seal not in (None, seal_of(fields)):  # none: from before there were seals
        raise ValueError("it was changed on the disk")
    received_at = datetime.fromisoformat(fields["received_at"])
    if received_at.tzinfo is None:
        raise ValueError(f"time '{fields['received_at']}' without a zone")
    return Entry(
        key=str(fields["key"]),
        name=str(fields["name"]),
        source=str(fields["source"]),
        received_at=received_at.astimezone(UTC),
        driver=None if fields["driver"] is None else str(fields["driver"]),
        timezone=str(fields["timezone"]),
        simulated=bool(fields["simulated"]),
        size=int(fields["size"]),
        attempts=0,
        locale=Locale.from_told(fields.get("locale", {})),
    )
