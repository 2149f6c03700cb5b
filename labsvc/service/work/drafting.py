"""A capture worked out to all that its filing will write: parse, match, reduce, fit, judge, draw.

Nothing is written here, so that a draft may be made ahead of its turn and thrown away.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from labsvc import __version__
from labsvc.core.analyse import Begun, analyse, begin, finish
from labsvc.core.assays.pooling import controls_filed, controls_told
from labsvc.core.identity import readings_digest, run_id
from labsvc.core.matching.masking import masks_of
from labsvc.core.matching.match import plates_of, pools
from labsvc.core.matching.units import beside, units
from labsvc.core.trends.history import History
from labsvc.errors import LayoutError
from labsvc.filing.filer import Sources, capture_files, result_files
from labsvc.filing.folders import folder_of, raw_name, result_folder
from labsvc.model.assay import BenchEvent, Unit
from labsvc.model.capture import Capture
from labsvc.model.document import Json, result_document
from labsvc.model.filing import FiledResult
from labsvc.model.protocol import Protocol
from labsvc.model.recorddocument import record_document
from labsvc.model.result import Masking, Result
from labsvc.model.run import CountRun, Record
from labsvc.model.runsheet import RunSheet
from labsvc.service.registry import Registry
from labsvc.service.work.benchnews import events_of
from labsvc.service.work.draft import Draft, Looked
from labsvc.store.database import Database
from labsvc.store.rows import keep

MOVED = "the counter exported another plate, whose controls are pooled with its own, again"
"""Why a plate is filed anew whose own readings stayed as they were."""


class Fresh(NamedTuple):
    """A unit whose readings are not filed yet, its analysis begun; ``earlier`` revisions it has."""

    begun: Begun | Result
    digest: str
    earlier: int


@dataclass(frozen=True, slots=True)
class Started:
    """A capture read, up to the fits of its new units. ``written`` are its records as documents."""

    capture: Capture
    driver: str
    records: tuple[Record, ...]
    written: Sequence[Json]
    single: Mapping[tuple[str, str], Unit]
    """Its units, by the run and the digest of the readings of each."""
    fresh: tuple[Fresh, ...]
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
        return self.finish([(self.start(capture), at)])[0]

    def start(self, capture: Capture) -> Started:
        """The capture read, up to its fits; InputError when it cannot be."""
        driver = self.registry.claim(capture)
        records = self.records(capture, driver)
        written = [record_document(one) for one in records]
        single, looked = _units(capture, driver, records, written), Looked()
        found = (self._begun(unit, digest, looked) for (_, digest), unit in single.items())
        fresh = tuple(one for one in found if one is not None)
        return Started(capture, driver, records, written, single, fresh, looked)

    def finish(self, started: Sequence[tuple[Started, datetime]]) -> list[Draft]:
        """The drafts of captures as filed at these times; all their curves are fitted at once.

        Any error of one of them ends it for all.
        """
        results = iter(finish([fresh.begun for one, _ in started for fresh in one.fresh]))
        return [self._draft(one, [next(results) for _ in one.fresh], at) for one, at in started]

    def _draft(self, started: Started, found: Sequence[Result], at: datetime) -> Draft:
        capture, folder = started.capture, folder_of(started.capture)
        results = self._results(started, found, folder)
        documents = [result_document(one.result) for one in results]
        return Draft(
            driver=started.driver,
            folder=folder,
            at=at,
            results=tuple(map(kept, results, documents)),
            events=events_of(capture, started.records),
            files=self._files(started, folder, results, documents, at),
            news=bool(results) or any(not isinstance(one, CountRun) for one in started.records),
            looked=started.looked,
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
        self, started: Started, found: Sequence[Result], folder: str
    ) -> tuple[FiledResult, ...]:
        """Of each unit that is new, and of those that its controls move."""
        of = len(started.single)
        new = tuple(
            _numbered(one, result, result_folder(folder, result, of))
            for one, result in zip(started.fresh, found, strict=True)
        )
        return (*new, *self._moved(new, started.single, folder, started.looked))

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

    def _begun(self, unit: Unit, digest: str, looked: Looked) -> Fresh | None:
        """The unit's analysis begun; None when its readings (by their ``digest``) are filed."""
        run = run_id(unit)
        with self.database.one_look():
            earlier = looked.digests[run] = self.database.digests(run)
            if digest in earlier:
                return None
            masks = masks_in_force(self.database, run) if earlier else ()
            unit = self._with_masks_beside(replace(unit, masks=masks))
            events = self._events(unit, looked)
        return Fresh(begin(unit, self.protocols, self.sheets, events), digest, len(earlier))

    def _files(
        self,
        started: Started,
        base: str,
        results: Sequence[FiledResult],
        documents: Sequence[Json],
        at: datetime,
    ) -> dict[str, bytes]:
        capture = started.capture
        files = capture_files(capture, started.driver, started.written)
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


def _units(
    capture: Capture, driver: str, records: Sequence[Record], written: Sequence[Json]
) -> dict[tuple[str, str], Unit]:
    """The units of the capture, by the run and the digest of the readings of each."""
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
    return single


def _numbered(fresh: Fresh, result: Result, folder: str) -> FiledResult:
    """As the first revision of its run, or the next where the readings changed."""
    reason = "the counter exported this run again with other readings" if fresh.earlier else ""
    return FiledResult(result, fresh.earlier + 1, folder, fresh.digest, reason)


def kept(filed: FiledResult, document: Json) -> FiledResult:
    """With what the database keeps of it, by its ``document``."""
    return replace(filed, kept=keep(filed, document))


def masks_in_force(database: Database, run: str) -> tuple[Masking, ...]:
    """The positions that people have masked, as the run's latest revision has them."""
    revisions = database.revisions(run)
    return masks_of(json.loads(revisions[-1].document)) if revisions else ()
