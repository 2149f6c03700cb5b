"""A capture worked out to all that its filing will write: parse, match, reduce, fit, judge, draw.

Nothing is written here, so that a draft may be made ahead of its turn and thrown away.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from labsvc import __version__
from labsvc.core.analyse import analyse, readings_digest, run_id
from labsvc.core.assays.pooling import controls_filed, controls_told
from labsvc.core.benchsteps.words import washes_in_words
from labsvc.core.matching.masking import masks_of
from labsvc.core.matching.match import plates_of, pools
from labsvc.core.matching.units import beside, units
from labsvc.core.trends.history import History
from labsvc.errors import LayoutError
from labsvc.filing.filer import (
    Sources,
    capture_files,
    folder_of,
    raw_name,
    result_files,
    result_folder,
)
from labsvc.model.assay import BenchEvent, Unit
from labsvc.model.capture import Capture
from labsvc.model.document import Json, result_document
from labsvc.model.filing import FiledResult
from labsvc.model.protocol import Protocol
from labsvc.model.recorddocument import record_document
from labsvc.model.result import Masking, Result
from labsvc.model.run import CountRun, HarvestRun, Record
from labsvc.model.runsheet import RunSheet
from labsvc.service.registry import Registry
from labsvc.store.archive import Staged
from labsvc.store.database import Database
from labsvc.store.rows import keep

Events = tuple[tuple[str, BenchEvent], ...]
MOVED = "the counter exported another plate, whose controls are pooled with its own, again"
"""Why a plate is filed anew whose own readings stayed as they were."""


@dataclass(slots=True)
class Looked:
    """What was asked of the database, and what it said: a draft stands as long as that does."""

    digests: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Of each run the readings' digests of its revisions."""
    events: dict[str, tuple[BenchEvent, ...]] = field(default_factory=dict)
    """Of each plate what happened to it on the bench."""

    def stands(self, database: Database) -> bool:
        return all(database.digests(run) == said for run, said in self.digests.items()) and all(
            database.events(plate) == said for plate, said in self.events.items()
        )


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything that filing a capture writes. ``folder`` is in the archive, ``files`` below it."""

    driver: str
    folder: str
    at: datetime
    results: tuple[FiledResult, ...]
    events: Events
    files: Mapping[str, bytes] | Staged
    """Their bytes by name, or where they lie ready for the archive."""
    news: bool
    """Whether there is anything in it that is not filed already."""
    looked: Looked


@dataclass(frozen=True, slots=True)
class Drafter:
    """Works captures out with these drivers, protocols and run sheets; reads the database only."""

    database: Database
    registry: Registry
    protocols: Sequence[Protocol]
    sheets: Sequence[RunSheet]
    histories: Mapping[str, History] = field(default_factory=dict)
    """Of reference compounds, by the name of their protocol."""

    def draft(self, capture: Capture, at: datetime) -> Draft:
        """All of ``capture`` as it would be filed at ``at``; InputError when it cannot be."""
        driver = self.registry.claim(capture)
        records = self.records(capture, driver)
        written = [record_document(one) for one in records]
        folder, looked = folder_of(capture), Looked()
        results = self._results(capture, driver, records, written, folder, looked)
        documents = [result_document(one.result) for one in results]
        return Draft(
            driver=driver,
            folder=folder,
            at=at,
            results=tuple(map(_kept, results, documents)),
            events=events_of(capture, records),
            files=self._files(capture, driver, written, folder, results, documents, at),
            news=bool(results) or any(not isinstance(one, CountRun) for one in records),
            looked=looked,
        )

    def records(self, capture: Capture, driver: str) -> tuple[Record, ...]:
        return tuple(self.registry.parse(driver, capture))

    def analysed(self, unit: Unit, looked: Looked | None = None) -> Result:
        """The unit with the protocols, run sheets and bench events known now."""
        unit = self._with_masks_beside(unit)
        events = self._events(unit, looked or Looked())
        return analyse(unit, self.protocols, self.sheets, events)

    def _events(self, unit: Unit, looked: Looked) -> list[BenchEvent]:
        plates = sorted(plates_of(unit, self.protocols, self.sheets))
        for plate in plates:
            looked.events[plate] = self.database.events(plate)
        return [event for plate in plates for event in looked.events[plate]]

    def _with_masks_beside(self, unit: Unit) -> Unit:
        """Where a protocol pools the controls of a run: with what is masked in its other plates."""
        if not pools(unit, self.protocols, self.sheets):
            return unit
        masks = {one.plate or 0: masks_in_force(self.database, run_id(one)) for one in beside(unit)}
        return replace(unit, masks_beside={plate: some for plate, some in masks.items() if some})

    def sources(self, result: Result) -> Sources:
        """The texts of the protocol and run sheet that the result was made with."""
        digest, name = result.protocol_digest, result.runsheet
        protocol = next((one for one in self.protocols if one.digest == digest), None)
        # Two run sheets of one name may lie there, a YAML and a workbook.
        named = (one for one in self.sheets if one.name == name)
        sheet = next((one for one in named if one.digest == result.runsheet_digest), None)
        if sheet is None:
            return Sources(protocol.text if protocol else None, None, name)
        return Sources(protocol.text if protocol else None, sheet.text, f"{name}.{sheet.form}")

    def _results(
        self,
        capture: Capture,
        driver: str,
        records: Sequence[Record],
        written: Sequence[Json],
        folder: str,
        looked: Looked,
    ) -> tuple[FiledResult, ...]:
        """Each unit analysed, but for those whose very readings are filed already."""
        single: dict[tuple[str, str], Unit] = {}
        for record, document in zip(records, written, strict=True):
            if isinstance(record, CountRun):
                found = units(record, capture, driver, ZoneInfo(capture.timezone))
                # One unit has all of the run's readings, in their order.
                made = document["readings"] if len(found) == 1 else None
                single |= {(run_id(one), readings_digest(one, made)): one for one in found}
        if len({key for key, _ in single}) < len(single):
            raise LayoutError(
                "the file holds the same run twice with different readings; expected each run "
                "once. Export the runs one by one"
            )
        fresh = (
            self._numbered(unit, digest, folder, len(single), looked)
            for (_, digest), unit in single.items()
        )
        new = tuple(one for one in fresh if one is not None)
        return (*new, *self._moved(new, single, folder, looked))

    def _moved(
        self,
        new: Sequence[FiledResult],
        single: Mapping[tuple[str, str], Unit],
        base: str,
        looked: Looked,
    ) -> Iterator[FiledResult]:
        """Plates with the readings that are filed, whose pooled controls another one's new ones
        move."""
        if not any(controls_told(one.result.operations) for one in new):
            return
        known = {one.result.run_id for one in new}
        for (run, digest), unit in single.items():
            stored = None if run in known else self.database.result(run)
            if stored is None:
                continue
            masks = masks_of(json.loads(stored.document))
            result = self.analysed(replace(unit, masks=masks), looked)
            if controls_told(result.operations) == controls_filed(json.loads(stored.document)):
                continue
            folder = result_folder(base, result, len(single))
            yield FiledResult(result, stored.revision + 1, folder, digest, MOVED)

    def _numbered(
        self, unit: Unit, digest: str, base: str, units_in_capture: int, looked: Looked
    ) -> FiledResult | None:
        """The unit analysed, as its first revision, or the next when its readings changed.

        None when these very readings (by their ``digest``) are filed already.
        """
        run = run_id(unit)
        with self.database.one_look():
            earlier = looked.digests[run] = self.database.digests(run)
            if digest in earlier:
                return None
            masks = masks_in_force(self.database, run) if earlier else ()
            unit = self._with_masks_beside(replace(unit, masks=masks))
            events = self._events(unit, looked)
        result = analyse(unit, self.protocols, self.sheets, events)
        reason = "the counter exported this run again with other readings" if earlier else ""
        folder = result_folder(base, result, units_in_capture)
        return FiledResult(result, len(earlier) + 1, folder, digest, reason)

    def _files(
        self,
        capture: Capture,
        driver: str,
        written: Sequence[Json],
        base: str,
        results: Sequence[FiledResult],
        documents: Sequence[Json],
        at: datetime,
    ) -> dict[str, bytes]:
        files = capture_files(capture, driver, written)
        raw = [(raw_name(capture.name), capture.sha256)]
        for one, document in zip(results, documents, strict=True):
            below = one.folder.removeprefix(base).lstrip("/")
            mine = result_files(
                one,
                self.sources(one.result),
                raw=raw,
                filed_at=at,
                software=__version__,
                history=self.histories.get(one.result.protocol or ""),
                document=document,
            )
            files |= {f"{below}/{name}" if below else name: mine[name] for name in mine}
        return files


def _kept(filed: FiledResult, document: Json) -> FiledResult:
    return replace(filed, kept=keep(filed, document))


def events_of(capture: Capture, records: Iterable[Record]) -> Events:
    """The bench events among the records, each with the run key that makes it itself."""
    zone = ZoneInfo(capture.timezone)
    return tuple(
        (_event_key(record), bench_event(record, capture, zone))
        for record in records
        if isinstance(record, HarvestRun)
    )


def _event_key(record: HarvestRun) -> str:
    """A log that tells orientation or washes of a known event afterwards tells something new."""
    number, volume = _washes(record)
    washes = washes_in_words(number, volume)
    return " ".join(filter(None, (record.run_key, record.orientation, washes)))


def _washes(record: HarvestRun) -> tuple[int | None, float | None]:
    """How many, and the millilitres of each where all are alike."""
    if record.washes is None:
        return None, None
    volumes = {wash.volume_ml for wash in record.washes}
    return len(record.washes), volumes.pop() if len(volumes) == 1 else None


def bench_event(record: HarvestRun, capture: Capture, zone: ZoneInfo) -> BenchEvent:
    """A harvest record as an event in UTC; a scan without a time has its time of receipt."""
    began, ended = record.started_at, record.ended_at
    washes, wash_ml = _washes(record)
    received = f"{capture.source} (time of receipt)"
    return BenchEvent(
        plate_id=record.plate_id,
        step=record.step,
        at=began.replace(tzinfo=zone).astimezone(UTC) if began else capture.received_at,
        source=capture.source if began else received,
        ended_at=ended.replace(tzinfo=zone).astimezone(UTC) if began and ended else None,
        orientation=record.orientation,
        washes=washes,
        wash_ml=wash_ml,
    )


def masks_in_force(database: Database, run: str) -> tuple[Masking, ...]:
    """The positions that people have masked, as the run's latest revision has them."""
    revisions = database.revisions(run)
    return masks_of(json.loads(revisions[-1].document)) if revisions else ()
