"""Analysing filed runs again: a new revision, the earlier one stays.

Held runs are released when a protocol or run sheet appears; a run is filed again when a bench
event of its plate comes late, and when a person asks.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
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
from labsvc.model.filing import SERVICE, CaptureState, FiledResult, StoredResult
from labsvc.model.locale import Locale
from labsvc.model.result import Masking, Result, TimelineEntry, Verdict
from labsvc.model.run import CountRun
from labsvc.service.work.drafting import masks_in_force
from labsvc.service.work.line import Line


@dataclass(frozen=True, slots=True)
class Refiler:
    """Files new revisions through the line's own stores and analysis."""

    line: Line
    followed: list[FiledResult] = field(default_factory=list)
    """The other plates of a run that were filed anew with one, since their controls are pooled."""

    def release(self, stored: StoredResult) -> FiledResult | None:
        """Analyse a held run again; a new revision when it is no longer held, else None."""
        capture, unit, result = self._again(stored)
        if result.verdict is Verdict.HELD:
            return None
        reason = f"released: run sheet {result.runsheet} and {result.protocol} now fit it"
        return self._file(stored, capture, unit, result, reason)

    def reconsider(self, stored: StoredResult) -> FiledResult | None:
        """Analyse a run again whose plate had a bench event; None when it knew of it already."""
        capture, unit, result = self._again(stored)
        if not _moments(result) - _moments_filed(stored):
            return None
        reason = f"a bench event of plate {stored.plate_id} came after it was filed"
        return self._with_beside(self._file(stored, capture, unit, result, reason), unit, reason)

    def refile(self, stored: StoredResult, reason: str, *, by: str = SERVICE) -> FiledResult:
        """Analyse one filed run again with what is in force now, as ``by`` asks."""
        capture, unit, result = self._again(stored)
        filed = self._file(stored, capture, unit, result, reason, by=by)
        return self._with_beside(filed, unit, reason, by=by)

    def mask(
        self, stored: StoredResult, masks: tuple[Masking, ...], reason: str, *, by: str = SERVICE
    ) -> FiledResult:
        """Analyse one filed run again with these masks in place of those in force."""
        capture, unit, result = self._again(stored, masks)
        filed = self._file(stored, capture, unit, result, reason, by=by)
        return self._with_beside(filed, unit, reason, by=by)

    def counted(self, stored: StoredResult) -> Unit:
        """A filed run as the counter reported it, read again from the archive."""
        return self._again(stored)[1]

    def _with_beside(
        self, filed: FiledResult, unit: Unit, reason: str, *, by: str = SERVICE
    ) -> FiledResult:
        """``filed``, once the plates whose pooled controls it moved are filed anew."""
        if not controls_told(filed.result.operations):
            return filed
        plate = filed.result.plate_id or plate_name(unit)
        why = f"controls of {plate}, pooled with its own, changed: {reason}"
        for one in beside(unit):
            stored = self.line.home.database.result(run_id(one))
            if stored is None or stored.verdict == Verdict.HELD.value:
                continue
            capture, other, result = self._again(stored)
            if controls_filed(json.loads(stored.document)) != controls_told(result.operations):
                self.followed.append(self._file(stored, capture, other, result, why, by=by))
        return filed

    def _again(
        self, stored: StoredResult, masks: tuple[Masking, ...] | None = None
    ) -> tuple[Capture, Unit, Result]:
        """The run read from the archive and analysed with what is in force now.

        ``masks`` None: those that people have set are in force too.
        """
        if masks is None:
            masks = masks_in_force(self.line.home.database, stored.run_id)
        capture, unit = self.read_again(stored)
        unit = replace(unit, masks=masks)
        return capture, unit, self.line.drafter.analysed(unit)

    def read_again(self, stored: StoredResult) -> tuple[Capture, Unit]:
        """The run's capture as it lies in the archive, and what the driver reads of the run.

        IntegrityError when its bytes were altered, or the driver no longer finds the run in them.
        """
        capture = self._archived(stored)
        driver = capture.driver or ""
        zone = ZoneInfo(capture.timezone)
        for record in self.line.registry.parse(driver, capture):
            if not isinstance(record, CountRun):
                continue
            for unit in units(record, capture, driver, zone):
                if run_id(unit) == stored.run_id:
                    return capture, unit
        raise IntegrityError(
            f"driver {driver} no longer finds run {stored.run_id} in {stored.folder}; was the "
            "driver changed? Its earlier revisions stand"
        )

    def _archived(self, stored: StoredResult) -> Capture:
        row = self.line.home.database.capture(stored.sha256)
        if row is None:
            raise IntegrityError(f"run {stored.run_id} has no capture in the database")
        archive = self.line.home.archive
        origin = json.loads(archive.read(row.folder, "run.json"))["capture"]
        return Capture(
            name=row.name,
            source=row.source,
            received_at=row.received_at,
            content=archive.read(row.folder, raw_name(row.name)),
            driver=row.driver,
            timezone=origin["timezone"],
            simulated=origin["simulated"],
            locale=self._locale(row.source) or Locale.from_told(origin.get("locale", {})),
        )

    def _locale(self, source: str) -> Locale | None:
        """What the source tells now: a person may have seen from this very run that it must."""
        told = (one.locale for one in self.line.home.settings.sources if one.name == source)
        return next((one for one in told if one.told()), None)

    def _file(
        self, stored: StoredResult, capture: Capture, unit: Unit, result: Result, reason: str,
        *, by: str = SERVICE,
    ) -> FiledResult:  # fmt: skip
        home, now = self.line.home, self.line.clock()
        revision = len(home.database.revisions(stored.run_id)) + 1
        folder = f"{stored.folder.split('/revision-')[0]}/revision-{revision}"
        filed = FiledResult(result, revision, folder, readings_digest(unit), reason)
        files = result_files(
            filed,
            self.line.drafter.sources(result),
            raw=[(raw_name(capture.name), capture.sha256)],
            filed_at=now,
            software=__version__,
            history=self.line.histories.get(result.protocol or ""),
        )
        leftover = not home.database.folder_known(folder)
        manifest = home.archive.file(folder, files, leftover=leftover)
        filing = self.line.filing(capture, capture.driver, CaptureState.FILED, stored.folder, now)
        home.database.file(
            replace(filing, results=(filed,), alerts=self.line.alerts(capture, (filed,), now, {}),
                    reason=reason, manifests=((folder, manifest),), by=by)
        )  # fmt: skip
        return filed


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
