"""The line for one capture: parse, match, reduce, fit, judge, file. Doing it twice equals once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from labsvc import __version__
from labsvc.core.analyse import analyse, readings_digest, run_id
from labsvc.core.match import units
from labsvc.errors import InputError
from labsvc.filing.filer import (
    Sources,
    capture_files,
    folder_of,
    mail_picture,
    raw_name,
    result_files,
    result_folder,
)
from labsvc.model.assay import BenchEvent, Unit
from labsvc.model.capture import Capture
from labsvc.model.filing import Alert, CaptureState, FiledResult, Filing, StoredResult
from labsvc.model.result import Result, Verdict
from labsvc.model.run import CountRun, HarvestRun, Record
from labsvc.notify.alerts import for_quarantine, for_result
from labsvc.service.book import Book
from labsvc.service.home import Home
from labsvc.service.registry import Registry


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a capture, for the log and the table."""

    name: str
    source: str
    state: CaptureState
    folder: str
    results: tuple[FiledResult, ...] = ()
    events: int = 0
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """The whole line with its stores, drivers, protocols and clock."""

    home: Home
    registry: Registry
    book: Book
    clock: Callable[[], datetime]

    def take(self, capture: Capture) -> Outcome:
        """File one capture; a refusal quarantines it. Filed before: nothing is filed again."""
        row = self.home.database.capture(capture.sha256)
        if row is not None:
            self._reconsider(event.plate_id for _, event in self._known_events(capture, row.driver))
            return Outcome(capture.name, capture.source, CaptureState.DUPLICATE, row.folder,
                           reason=f"the same bytes were filed as {row.name}")  # fmt: skip
        try:
            driver = self.registry.claim(capture)
            records = tuple(self.registry.named(driver).parse(capture))
        except InputError as error:
            return self.quarantine(capture, str(error))
        return self._file(capture, driver, records)

    def quarantine(self, capture: Capture, reason: str, detail: str = "") -> Outcome:
        """Keep the bytes aside with the reason, and owe the lab a message."""
        now = self.clock()
        folder = self.home.quarantine.put(capture, reason, detail)
        alert = for_quarantine(capture.name, capture.source, capture.sha256, reason, at=now)
        state = CaptureState.QUARANTINED
        self.home.database.file(
            self._filing(capture, None, state, folder, now, alerts=(alert,), reason=reason)
        )
        return Outcome(capture.name, capture.source, state, folder, reason=reason)

    def release(self) -> list[FiledResult]:
        """Analyse every held run again; file as new revisions those no longer held."""
        filed = []
        for stored in self.home.database.held():
            result = self._again(stored)
            if result is not None and result[1].verdict is not Verdict.HELD:
                filed.append(self._refile(stored, *result, _why_released(result[1])))
        return filed

    def refile(self, stored: StoredResult, reason: str) -> FiledResult | None:
        """Analyse one filed run again with what is in force now: a new revision."""
        result = self._again(stored)
        return self._refile(stored, *result, reason) if result is not None else None

    def _file(self, capture: Capture, driver: str, records: tuple[Record, ...]) -> Outcome:
        now = self.clock()
        zone = ZoneInfo(capture.timezone)
        events = tuple(
            (record.run_key, bench_event(record, capture, zone))
            for record in records
            if isinstance(record, HarvestRun)
        )
        found = [
            unit
            for record in records
            if isinstance(record, CountRun)
            for unit in units(record, capture, driver, zone)
        ]
        base = folder_of(capture)
        fresh = [unit for unit in found if not self._filed_before(unit)]
        filed = tuple(self._numbered(unit, base, len(found)) for unit in fresh)
        state = CaptureState.FILED if fresh or events else CaptureState.DUPLICATE
        reason = None if state is CaptureState.FILED else "every run in it is filed already"
        self._archive(capture, driver, records, base, filed, now)
        alerts = self._alerts(filed, now)
        self.home.database.file(
            self._filing(capture, driver, state, base, now, filed, events, alerts, reason)
        )
        self._reconsider(event.plate_id for _, event in events)
        return Outcome(capture.name, capture.source, state, base, filed, len(events), reason)

    def _filed_before(self, unit: Unit) -> bool:
        revisions = self.home.database.revisions(run_id(unit))
        return any(one.readings_digest == readings_digest(unit) for one in revisions)

    def _numbered(self, unit: Unit, base: str, units_in_capture: int) -> FiledResult:
        """The unit analysed, as its first revision, or the next when its readings changed."""
        result = self._analysed(unit)
        earlier = self.home.database.revisions(result.run_id)
        revision = len(earlier) + 1
        reason = "the counter exported this run again with other readings" if earlier else ""
        folder = result_folder(base, result, units_in_capture, 1)
        return FiledResult(result, revision, folder, readings_digest(unit), reason)

    def _analysed(self, unit: Unit) -> Result:
        return analyse(unit, self.book.protocols, self.book.sheets, self._events_near(unit))

    def _events_near(self, unit: Unit) -> tuple[BenchEvent, ...]:
        """The bench events of every plate this unit could be."""
        plates = {unit.plate_id} | {sheet.plate_id for sheet in self.book.sheets}
        return tuple(
            event
            for plate in sorted(plate for plate in plates if plate)
            for event in self.home.database.events(plate)
        )

    def _archive(
        self,
        capture: Capture,
        driver: str,
        records: Sequence[Record],
        base: str,
        filed: Sequence[FiledResult],
        now: datetime,
    ) -> None:
        files = capture_files(capture, driver, records)
        raw = [(raw_name(capture.name), capture.sha256)]
        for one in filed:
            prefix = one.folder.removeprefix(base).lstrip("/")
            mine = result_files(
                one, self._sources(one.result), raw=raw, filed_at=now, software=__version__
            )
            files |= {f"{prefix}/{name}" if prefix else name: mine[name] for name in mine}
        leftover = not self.home.database.folder_known(base)
        self.home.archive.file(base, files, leftover=leftover)

    def _sources(self, result: Result) -> Sources:
        protocol = next(
            (one for one in self.book.protocols if one.digest == result.protocol_digest), None
        )
        sheet = next((one for one in self.book.sheets if one.name == result.runsheet), None)
        return Sources(
            protocol.text if protocol else None, sheet.text if sheet else None, result.runsheet
        )

    def _alerts(self, filed: Iterable[FiledResult], now: datetime) -> tuple[Alert, ...]:
        owed = []
        for one in filed:
            wanted = one.result.verdict in (Verdict.REJECTED, Verdict.HELD)
            picture = mail_picture(one.result) if wanted else None
            report = str(self.home.root / "archive" / one.folder / "report.html")
            owed.append(
                for_result(one.result, one.revision, report_path=report, at=now, figure_png=picture)
            )
        return tuple(alert for alert in owed if alert is not None)

    def _filing(
        self,
        capture: Capture,
        driver: str | None,
        state: CaptureState,
        folder: str,
        now: datetime,
        results: tuple[FiledResult, ...] = (),
        events: tuple[tuple[str, BenchEvent], ...] = (),
        alerts: tuple[Alert, ...] = (),
        reason: str | None = None,
    ) -> Filing:
        return Filing(
            sha256=capture.sha256,
            name=capture.name,
            source=capture.source,
            received_at=capture.received_at,
            size=len(capture.content),
            driver=driver,
            state=state,
            folder=folder,
            filed_at=now,
            results=results,
            events=events,
            alerts=alerts,
            reason=reason,
        )

    def _known_events(
        self, capture: Capture, driver: str | None
    ) -> tuple[tuple[str, BenchEvent], ...]:
        """The bench events of a capture that was filed before; none for other captures."""
        if driver is None:
            return ()
        zone = ZoneInfo(capture.timezone)
        return tuple(
            (record.run_key, bench_event(record, capture, zone))
            for record in self.registry.named(driver).parse(capture)
            if isinstance(record, HarvestRun)
        )

    def _reconsider(self, plates: Iterable[str]) -> None:
        """Refile the runs of plates that a bench event reached after they were filed."""
        for plate in sorted(set(plates)):
            for stored in self.home.database.on_plate(plate):
                again = self._again(stored)
                if again is not None and _steps(again[1]) - _steps_filed(stored):
                    self._refile(stored, *again, f"a bench event of plate {plate} arrived later")

    def _again(self, stored: StoredResult) -> tuple[Unit, Result] | None:
        """The run read from the archive and analysed with what is in force now."""
        capture, driver = self._from_archive(stored)
        zone = ZoneInfo(capture.timezone)
        for record in self.registry.named(driver).parse(capture):
            if not isinstance(record, CountRun):
                continue
            for unit in units(record, capture, driver, zone):
                if run_id(unit) == stored.run_id:
                    return unit, self._analysed(unit)
        return None

    def _from_archive(self, stored: StoredResult) -> tuple[Capture, str]:
        row = self.home.database.capture(stored.sha256)
        if row is None or row.driver is None:
            raise LookupError(f"run {stored.run_id} has no capture in the database")
        origin = _origin(self.home.archive.read(row.folder, "run.json"))
        capture = Capture(
            name=row.name,
            source=row.source,
            received_at=row.received_at,
            content=self.home.archive.read(row.folder, raw_name(row.name)),
            driver=row.driver,
            timezone=str(origin["timezone"]),
            simulated=bool(origin["simulated"]),
        )
        return capture, row.driver

    def _refile(self, stored: StoredResult, unit: Unit, result: Result, reason: str) -> FiledResult:
        now = self.clock()
        capture, driver = self._from_archive(stored)
        revision = len(self.home.database.revisions(stored.run_id)) + 1
        base = stored.folder.split("/revision-")[0]
        folder = f"{base}/revision-{revision}"
        filed = FiledResult(result, revision, folder, readings_digest(unit), reason)
        files = result_files(
            filed,
            self._sources(result),
            raw=[(raw_name(capture.name), capture.sha256)],
            filed_at=now,
            software=__version__,
        )
        leftover = not self.home.database.folder_known(folder)
        self.home.archive.file(folder, files, leftover=leftover)
        row = self.home.database.capture(stored.sha256)
        where = row.folder if row is not None else base
        self.home.database.file(
            self._filing(capture, driver, CaptureState.FILED, where, now, (filed,),
                         alerts=self._alerts((filed,), now), reason=reason)
        )  # fmt: skip
        return filed


def bench_event(record: HarvestRun, capture: Capture, zone: ZoneInfo) -> BenchEvent:
    """A harvest record as an event in UTC; a scan without a time has its time of receipt."""
    if record.started_at is None:
        return BenchEvent(record.plate_id, record.step, capture.received_at,
                          f"{capture.source} (time of receipt)")  # fmt: skip
    ended = record.ended_at
    return BenchEvent(
        plate_id=record.plate_id,
        step=record.step,
        at=record.started_at.replace(tzinfo=zone).astimezone(UTC),
        source=capture.source,
        ended_at=ended.replace(tzinfo=zone).astimezone(UTC) if ended else None,
        orientation=record.orientation,
    )


def _origin(run_json: bytes) -> dict[str, object]:
    origin: dict[str, object] = json.loads(run_json)["capture"]
    return origin


def _why_released(result: Result) -> str:
    return f"released: run sheet {result.runsheet} and protocol {result.protocol} now fit it"


def _steps(result: Result) -> set[str]:
    return {f"{one.step} {one.at.isoformat()}" for one in result.timeline if one.at is not None}


def _steps_filed(stored: StoredResult) -> set[str]:
    told = json.loads(stored.document)["timeline"]
    return {f"{one['step']} {one['at']}" for one in told}
