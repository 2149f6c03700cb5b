"""Files that make one run together, kept from the moment each is ready until the run is filed.

    <set>/set.json         which files belong together, and for how long more are waited for
    <set>/000001           the bytes of the first file that came
    <set>/000001.json      its label: name, size, SHA-256, time received; written last
    <set>/given.json       the last file in what was handed over as the run; its SHA-256

A content without its label was never taken. A set stays after its run was filed: what comes late
joins those that came before.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from labsvc.errors import IntegrityError, StoreError
from labsvc.model.capture import Capture
from labsvc.model.jsontext import compact_ascii
from labsvc.model.locale import UNTOLD, Locale
from labsvc.store.durable import (
    make_folder,
    our_disk,
    sweep_half_written,
    sync_folder,
    write_aside,
    write_durably,
)
from labsvc.store.seals import SEAL, seal_of

PARTS: Final = "parts"
"""Their folder in a home."""
_SET, _GIVEN = "set.json", "given.json"
_KEY = re.compile(r"[0-9a-f]{32}")
_LABEL = re.compile(r"(\d{6})\.json")
_CONTENT = re.compile(r"\d{6}")


@dataclass(frozen=True, slots=True)
class SetOf:
    """What a set of files is. ``place`` tells it from others: its folder, or folder and stem.

    ``name`` is what its run goes by; ``patience`` how many seconds more files are waited for. The
    rest is as in a capture.
    """

    place: str
    name: str
    source: str
    patience: float
    driver: str | None = None
    timezone: str = "UTC"
    simulated: bool = False
    locale: Locale = UNTOLD

    @property
    def key(self) -> str:
        return hashlib.sha256(f"{self.source}\n{self.place}".encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Kept:
    """One file of a set; ``number`` counts them as they came."""

    number: int
    name: str
    sha256: str
    size: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class PartSet:
    """A set with its files, oldest first; those up to number ``given`` were handed over as the
    capture of this ``sha256``."""

    of: SetOf
    parts: tuple[Kept, ...]
    given: int = 0
    sha256: str = ""


@dataclass(slots=True)
class Parts:
    """The folder of all sets. Safe to use from several threads; everything raises StoreError."""

    folder: Path
    _door: threading.Lock = field(default_factory=threading.Lock)
    _known: dict[str, PartSet] = field(default_factory=dict)
    """Those that were asked for, by key: a set of thousands is not read anew for each file."""

    def add(self, to: SetOf, capture: Capture) -> bool:
        """Keep one file of the set; on the disk when this returns. False: it is there already."""
        with self._door:
            place, found = self.folder / to.key, self._opened(to)
            last = _last_of(found.parts, capture.name)
            if last is not None and last.sha256 == capture.sha256 and _lies_whole(place, last):
                # Its rename may not be on the disk yet: whoever put it may have died there.
                sync_folder(place)
                return False
            number = _next(place, found)
            kept = Kept(number, capture.name, capture.sha256, len(capture.content),
                        capture.received_at.astimezone(UTC))  # fmt: skip
            write_aside(place / f"{number:06d}", capture.content)
            write_durably(place / f"{number:06d}.json", _sealed(_told(kept)))
            self._known[to.key] = replace(found, parts=(*found.parts, kept))
        return True

    def sets(self) -> list[PartSet]:
        """All that can be read; what is damaged is told by ``verify``."""
        if not self.folder.is_dir():
            return []
        with self._door:
            for place in self._places():
                found = None if place.name in self._known else _load(place)
                if found is not None:
                    self._known[place.name] = found
            return list(self._known.values())

    def content(self, of: SetOf, kept: Kept) -> bytes:
        """The bytes of one file, hashed again. IntegrityError when they are gone or changed."""
        path = self.folder / of.key / f"{kept.number:06d}"
        with our_disk(path):
            try:
                content = path.read_bytes()
            except FileNotFoundError:
                raise IntegrityError(f"the content '{path}' of '{kept.name}' is gone") from None
        if hashlib.sha256(content).hexdigest() != kept.sha256:
            raise IntegrityError(
                f"the content '{path}' of '{kept.name}' was changed on the disk: take the file "
                "from the instrument again"
            )
        return content

    def given(self, of: SetOf, number: int, sha256: str) -> None:
        """What came up to ``number`` is safe elsewhere, in the capture of this ``sha256``."""
        told = {"given": number, "sha256": sha256}
        with self._door:
            write_durably(self.folder / of.key / _GIVEN, _sealed(told))
            if (known := self._known.get(of.key)) is not None:
                self._known[of.key] = replace(known, given=number, sha256=sha256)

    def remove(self, of: SetOf) -> None:
        """Take a set out; its bytes are in the archive. Twice is once."""
        place = self.folder / of.key
        with self._door, our_disk(place):
            self._known.pop(of.key, None)
            # Without it, what is left is no set; and is swept at the start.
            (place / _SET).unlink(missing_ok=True)
            if place.is_dir():
                sync_folder(place)
                shutil.rmtree(place)

    def sweep(self) -> None:
        """At start: remove what a crash left half-written, and sets that were being removed."""
        if not self.folder.is_dir():
            return
        for place in self._places():
            with self._door, our_disk(place):
                if not (place / _SET).exists():
                    shutil.rmtree(place)
                    continue
                sweep_half_written(place)
                for path in list(place.iterdir()):
                    if _CONTENT.fullmatch(path.name) and not path.with_suffix(".json").exists():
                        path.unlink(missing_ok=True)

    def verify(self) -> Iterator[str]:
        """Hash everything again: one sentence for each file that is not as it was put."""
        if not self.folder.is_dir():
            return
        for place in self._places():
            found = _load(place)
            if found is None:
                if place.is_dir():
                    yield f"the set of files '{place}' is damaged: its {_SET} cannot be read"
                continue
            yield from self._faults(place, found)

    def _faults(self, place: Path, found: PartSet) -> Iterator[str]:
        known = {one.number for one in found.parts}
        for label in _labels(place):
            if int(label.stem) not in known:
                yield f"the label '{label}' is altered"
        if (place / _GIVEN).exists() and not found.given:
            yield f"'{place / _GIVEN}' is altered"
        for one in found.parts:
            try:
                self.content(found.of, one)
            except StoreError as error:
                yield str(error)

    def _opened(self, to: SetOf) -> PartSet:
        """The set as it lies there; its patience and driver may be others than they were."""
        place = self.folder / to.key
        if to.key not in self._known:
            make_folder(place)
            # Whoever made them may have died before their names were on the disk.
            sync_folder(self.folder)
            sync_folder(self.folder.parent)
        found = self._known.get(to.key) or _load(place)
        if found is None or found.of != to:
            told = {name: getattr(to, name) for name in SetOf.__dataclass_fields__}
            write_durably(place / _SET, _sealed({**told, "locale": to.locale.told()}))
            found = replace(found, of=to) if found else PartSet(to, tuple(_kept(place)))
        return found

    def _places(self) -> list[Path]:
        with our_disk(self.folder):
            return sorted(one for one in self.folder.iterdir() if _KEY.fullmatch(one.name))


def _load(place: Path) -> PartSet | None:
    fields = _unsealed(place / _SET)
    if fields is None:
        return None
    of = SetOf(**{**fields, "locale": Locale.from_told(fields["locale"])})
    return PartSet(of, tuple(_kept(place)), **(_unsealed(place / _GIVEN) or {}))


def _kept(place: Path) -> list[Kept]:
    """Those whose label is as it was written."""
    found = []
    for label in _labels(place):
        if fields := _unsealed(label):
            at = datetime.fromisoformat(fields["received_at"])
            found.append(Kept(**{**fields, "received_at": at}))
    return sorted(found, key=lambda one: one.number)


def _next(place: Path, found: PartSet) -> int:
    """A number that no file has, also none whose label was damaged."""
    last = found.parts[-1].number if found.parts else 0
    while (place / f"{last + 1:06d}.json").exists():
        last += 1
    return last + 1


def _lies_whole(place: Path, kept: Kept) -> bool:
    try:
        content = (place / f"{kept.number:06d}").read_bytes()
    except OSError:
        return False
    return hashlib.sha256(content).hexdigest() == kept.sha256


def _last_of(known: Sequence[Kept], name: str) -> Kept | None:
    return next((one for one in reversed(known) if one.name == name), None)


def _labels(place: Path) -> list[Path]:
    with our_disk(place):
        return sorted(one for one in place.iterdir() if _LABEL.fullmatch(one.name))


def _told(kept: Kept) -> dict[str, Any]:
    told = {name: getattr(kept, name) for name in Kept.__dataclass_fields__}
    return {**told, "received_at": kept.received_at.isoformat()}


def _sealed(fields: Mapping[str, Any]) -> bytes:
    return compact_ascii({**fields, SEAL: seal_of(dict(fields))}).encode("ascii")


def _unsealed(path: Path) -> dict[str, Any] | None:
    """What was written; None where it is not there or not as it was."""
    try:
        fields = json.loads(path.read_bytes())
        seal = fields.pop(SEAL)
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return None
    return fields if seal == seal_of(fields) else None
