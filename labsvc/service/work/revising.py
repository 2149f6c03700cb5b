"""Filed runs analysed again: what the new revision is to be; the earlier one stays.

Held runs are released when a protocol or run sheet appears; a run is filed again when a bench
event of its plate comes late, and when a person asks. Nothing is written here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from labsvc import __version__
from labsvc.core.assays.pooling import controls_filed, controls_told, plate_name
from labsvc.core.benchsteps.timeline import entries_of
from labsvc.core.benchsteps.words import washes_in_words
from labsvc.core.identity import readings_digest, run_id
from labsvc.core.matching.units import beside, units
from labsvc.errors import IntegrityError
from labsvc.filing.filer import result_files
from labsvc.filing.folders import raw_name
from labsvc.model.assay import Unit
from labsvc.model.capture import Capture
from labsvc.model.document import result_document
from labsvc.model.filing import FiledResult, StoredCapture, StoredResult
from labsvc.model.locale import Locale
from labsvc.model.result import Masking, Result, TimelineEntry, Verdict
from labsvc.model.run import CountRun
from labsvc.service.work.draft import Revision
from labsvc.service.work.drafting import Drafter, kept, masks_in_force
from labsvc.store.archive import Archive


@dataclass(frozen=True, slots=True)
class Reviser:
    """Analyses filed runs again, as filed ``at`` that time.

    Each revision is to be filed before the next one is asked for: where controls are pooled, the
    other plates of the run see what it changed.
    """

    drafter: Drafter
    archive: Archive
    at: datetime
    locales: Mapping[str, Locale] = field(default_factory=dict)
    """What sources tell now of their numbers and dates, by their names: a person may have seen from
    this very run that they must."""

    def release(self, stored: StoredResult) -> Iterator[Revision]:
        """A held run, when it is no longer held."""
        unit, result = self._again(stored)
        if result.verdict is not Verdict.HELD:
            reason = f"released: run sheet {result.runsheet} and {result.protocol} now fit it"
            yield self._revision(stored, unit, result, reason)

    def reconsider(self, stored: StoredResult) -> Iterator[Revision]:
        """A run whose plate had a bench event, unless it knew of it already."""
        unit, result = self._again(stored)
        if _moments(result) - _moments_filed(stored):
            reason = f"a bench event of plate {stored.plate_id} came after it was filed"
            yield from self._with_beside(stored, unit, result, reason)

    def refile(
        self, stored: StoredResult, reason: str, masks: tuple[Masking, ...] | None = None
    ) -> Iterator[Revision]:
        """A run with what is in force now, as a person asks.

        ``masks`` take the place of those that people have set; None: those stay in force.
        """
        unit, result = self._again(stored, masks)
        yield from self._with_beside(stored, unit, result, reason)

    def read_again(self, stored: StoredResult) -> Unit:
        """What the driver reads of the run in its capture as it lies in the archive.

        IntegrityError when its bytes were altered, or the driver no longer finds the run in them.
        """
        capture = self._archived(stored)
        driver = capture.driver or ""
        zone = ZoneInfo(capture.timezone)
        for record in self.drafter.records(capture, driver):
            if not isinstance(record, CountRun):
                continue
            for unit in units(record, capture, driver, zone):
                if run_id(unit) == stored.run_id:
                    return unit
        raise IntegrityError(
            f"driver {driver} no longer finds run {stored.run_id} in {stored.folder}; was the "
            "driver changed? Its earlier revisions stand"
        )

    def _with_beside(
        self, stored: StoredResult, unit: Unit, result: Result, reason: str
    ) -> Iterator[Revision]:
        """The run, then the plates whose pooled controls it moved."""
        yield self._revision(stored, unit, result, reason)
        if not controls_told(result.operations):
            return
        plate = result.plate_id or plate_name(unit)
        why = f"controls of {plate}, pooled with its own, changed: {reason}"
        for one in beside(unit):
            other = self.drafter.database.result(run_id(one))
            if other is None or other.verdict == Verdict.HELD.value:
                continue
            found = self._again(other)
            if controls_filed(json.loads(other.document)) != controls_told(found[1].operations):
                yield self._revision(other, *found, why)

    def _again(
        self, stored: StoredResult, masks: tuple[Masking, ...] | None = None
    ) -> tuple[Unit, Result]:
        """The run read from the archive and analysed with what is in force now."""
        if masks is None:
            masks = masks_in_force(self.drafter.database, stored.run_id)
        unit = replace(self.read_again(stored), masks=masks)
        return unit, self.drafter.analysed(unit)

    def _row(self, stored: StoredResult) -> StoredCapture:
        row = self.drafter.database.capture(stored.sha256)
        if row is None:
            raise IntegrityError(f"run {stored.run_id} has no capture in the database")
        return row

    def _archived(self, stored: StoredResult) -> Capture:
        row = self._row(stored)
        origin = json.loads(self.archive.read(row.folder, "run.json"))["capture"]
        return Capture(
            name=row.name,
            source=row.source,
            received_at=row.received_at,
            content=self.archive.read(row.folder, raw_name(row.name)),
            driver=row.driver,
            timezone=origin["timezone"],
            simulated=origin["simulated"],
            locale=self.locales.get(row.source) or Locale.from_told(origin.get("locale", {})),
        )

    def _revision(self, stored: StoredResult, unit: Unit, result: Result, reason: str) -> Revision:
        row, document = self._row(stored), result_document(result)
        revision = len(self.drafter.database.revisions(stored.run_id)) + 1
        folder = f"{stored.folder.split('/revision-')[0]}/revision-{revision}"
        filed = FiledResult(result, revision, folder, readings_digest(unit), reason)
        files = result_files(
            filed,
            self.drafter.sources(result),
            raw=[(raw_name(row.name), row.sha256)],
            filed_at=self.at,
            software=__version__,
            history=self.drafter.histories.get(result.protocol or ""),
            document=document,
        )
        return Revision(row, stored.folder, kept(filed, document), files, self.at)


def _moments(result: Result) -> set[str]:
    """What bench events tell of the run: times of its steps, their washes, how its filter lay."""
    steps = {_moment(one) for one in result.timeline if one.at is not None}
    return steps | {f"{one.inputs['orientation']}" for one in result.operations
                    if one.name == "orientation"}  # fmt: skip


def _moments_filed(stored: StoredResult) -> set[str]:
    document = json.loads(stored.document)
    steps = {_moment(one) for one in entries_of(document)}
    return steps | {one["inputs"]["orientation"] for one in document["operations"]
                    if one["name"] == "orientation"}  # fmt: skip


def _moment(entry: TimelineEntry) -> str:
    at = entry.at.isoformat() if entry.at is not None else ""
    return f"{entry.step} {at} {washes_in_words(entry.washes, entry.wash_ml)}"
