"""What comes into force is noted in the audit trail: settings, protocols and rules.

Run sheets are not: each result keeps its own, and a revision tells which other one it was made by.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from labsvc.service.home import SETTINGS_FILE, Home
from labsvc.service.secrets.redaction import HIDDEN
from labsvc.service.settings import Settings
from labsvc.service.watching.sources import utc_now
from labsvc.service.work.book import Book
from labsvc.store.inforce import InForce, written


class InForceNotes:
    """Looks when something changed, and writes what did. One thread."""

    def __init__(self) -> None:
        self._seen: tuple[Settings, int] | None = None
        self._noted: dict[str, InForce] = {}
        self._settings: tuple[Settings, InForce] | None = None

    def note(self, home: Home, book: Book) -> None:
        """Note what came into force since the last time. Raises StoreError: then the next time."""
        seen = (home.settings, book.edition)
        if seen == self._seen:
            return
        now = {SETTINGS_FILE: self._of_settings(home), **_of_book(home, book)}
        # A new run sheet changes the book each time, and none of these: the trail is long.
        if now != self._noted:
            home.database.write(written(now), utc_now())
        self._seen, self._noted = seen, now

    def _of_settings(self, home: Home) -> InForce:
        """The file as it was when these settings were first seen: later edits are not in force."""
        if self._settings is None or self._settings[0] is not home.settings:
            path = home.root / SETTINGS_FILE
            self._settings = (home.settings, InForce(_text(path), _owner(path)))
        return self._settings[1]


def _of_book(home: Home, book: Book) -> dict[str, InForce]:
    found, files = {}, book.files
    for protocol in book.protocols:
        owner = _owner(home.protocols / files[protocol.name])
        found[f"protocol {protocol.name}"] = InForce(protocol.text, owner, protocol.version)
        for number, rule in enumerate(protocol.always, start=1):
            when = {name: value for name, value in asdict(rule.when).items() if value}
            text = "\n".join(f"{name}: {value}" for name, value in {**when, "on": rule.on}.items())
            found[f"rule {number} of {protocol.name}"] = InForce(text, rule.by)
    return found


def _text(path: Path) -> str:
    try:
        return HIDDEN.text(path.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return ""


def _owner(path: Path) -> str:
    """Whoever the file belongs to; not always who edited it, but all that a file says."""
    try:
        return f"{path.owner()} (owner of the file)"
    except (OSError, KeyError, NotImplementedError):
        return "not known"
