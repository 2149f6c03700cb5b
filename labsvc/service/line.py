"""The line for one capture: parse, match, reduce, fit, judge, file. Doing it twice equals once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from labsvc import __version__
from labsvc.core.analyse import analyse, readings_digest, run_id
from labsvc.core.match import plates_of, units
from labsvc.errors import ConfigError, InputError, LayoutError
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
from labsvc.model.filing import Alert, CaptureState, FiledResult, Filing
from labsvc.model.result import Result, Verdict
from labsvc.model.run import CountRun, HarvestRun, Record
from labsvc.notify.alerts import for_result
from labsvc.service.book import Book
from labsvc.service.home import Home
from labsvc.service.registry import Registry
from labsvc.service.setaside import set_aside
from labsvc.store.database import StoredCapture

ALERTED = (Verdict.REJECTED, Verdict.HELD)
Events = tuple[tuple[str, BenchEvent], ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a capture. ``plates`` are those its bench events tell of."""

    name: str
    source: str
    state: CaptureState
    folder: str
    results: tuple[FiledResult, ...] = ()
    plates: tuple[str, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """The whole line with its stores, drivers, protocols and clock."""

    home: Home
    registry: Registry
    book: Book
    clock: Callable[[], datetime]

    def take(self, capture: Capture) -> Outcome:
        """File one capture; a refusal quarantines it. Filed before: nothing is filed again.

        Bytes that were set aside are tried again: a driver may have been mended since.
        """
        row = self.home.database.capture(capture.sha256)
        if row is not None and row.state is not CaptureState.QUARANTINED:
            return self._known(capture, row)
        try:
            driver = self.registry.claim(capture)
            records = self._parsed(capture, driver)
        except InputError as error:
            return self.quarantine(capture, str(error))
        outcome = self._file(capture, driver, records)
        if row is not None:
            self.home.quarantine.remove(row.folder)
        return outcome

    def _known(self, capture: Capture, row: StoredCapture) -> Outcome:
        """Filed before. Its bench events may still have to reach their runs, after a crash."""
        try:
            records = self._parsed(capture, row.driver) if row.driver else ()
        except (InputError, ConfigError):
            records = ()
        plates = _plates(self._events(capture, records))
        reason = f"the same bytes were filed as {row.name}"
        return Outcome(capture.name, capture.source, CaptureState.DUPLICATE, row.folder,
                       plates=plates, reason=reason)  # fmt: skip

    def quarantine(self, capture: Capture, reason: str, detail: str = "") -> Outcome:
        """Keep the bytes aside with the reason, and owe the lab a message."""
        folder = set_aside(self.home, capture, reason, at=self.clock(), detail=detail)
        return Outcome(capture.name, capture.source, CaptureState.QUARANTINED, folder,
                       reason=reason)  # fmt: skip

    def analysed(self, unit: Unit) -> Result:
        """The unit with the protocols, run sheets and bench events known now."""
        protocols, sheets = self.book.protocols, self.book.sheets
        plates = sorted(plates_of(unit, protocols, sheets))
        events = [event for plate in plates for event in self.home.database.events(plate)]
        return analyse(unit, protocols, sheets, events)

    def sources(self, result: Result) -> Sources:
        """The texts of the protocol and run sheet that the result was made with."""
        digest, name = result.protocol_digest, result.runsheet
        protocol = next((one for one in self.book.protocols if one.digest == digest), None)
        sheet = next((one for one in self.book.sheets if one.name == name), None)
        return Sources(protocol.text if protocol else None, sheet.text if sheet else None, name)

    def alerts(
        self, capture: Capture, filed: Iterable[FiledResult], now: datetime
    ) -> tuple[Alert, ...]:
        """What the lab must be told of these results of a capture, with the figure."""
        owed = []
        for one in filed:
            picture = mail_picture(one.result) if one.result.verdict in ALERTED else None
            report = str(self.home.root / "archive" / one.folder / "report.html")
            owed.append(
                for_result(
                    one.result,
                    one.revision,
                    report_path=report,
                    at=now,
                    figure_png=picture,
                    raw_name=capture.name,
                )
            )
        return tuple(alert for alert in owed if alert is not None)

    def filing(
        self,
        capture: Capture,
        driver: str | None,
        state: CaptureState,
        folder: str,
        now: datetime,
    ) -> Filing:
        """The receipt of a capture, before its results, events and alerts are added."""
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
        )

    def _parsed(self, capture: Capture, driver: str) -> tuple[Record, ...]:
        return tuple(self.registry.named(driver).parse(capture))

    def _events(self, capture: Capture, records: Iterable[Record]) -> Events:
        zone = ZoneInfo(capture.timezone)
        return tuple(
            (record.run_key, bench_event(record, capture, zone))
            for record in records
            if isinstance(record, HarvestRun)
        )

    def _file(self, capture: Capture, driver: str, records: tuple[Record, ...]) -> Outcome:
        """Archive first, then the one database transaction that makes it so."""
        now, base = self.clock(), folder_of(capture)
        events = self._events(capture, records)
        filed = self._results(capture, driver, records, base)
        state = CaptureState.FILED if filed or events else CaptureState.DUPLICATE
        reason = None if state is CaptureState.FILED else "every run in it is filed already"
        self._archive(capture, driver, records, base, filed, now)
        filing = self.filing(capture, driver, state, base, now)
        self.home.database.file(
            replace(filing, results=filed, events=events, alerts=self.alerts(capture, filed, now),
                    reason=reason)
        )  # fmt: skip
        return Outcome(capture.name, capture.source, state, base, filed, _plates(events), reason)

    def _results(
        self, capture: Capture, driver: str, records: Sequence[Record], base: str
    ) -> tuple[FiledResult, ...]:
        """Each unit analysed, but for those whose very readings are filed already."""
        zone = ZoneInfo(capture.timezone)
        found = [
            unit
            for record in records
            if isinstance(record, CountRun)
            for unit in units(record, capture, driver, zone)
        ]
        single = {(run_id(unit), readings_digest(unit)): unit for unit in found}
        if len({key for key, _ in single}) < len(single):
            raise LayoutError(
                "the file holds the same run twice with different readings; expected each run "
                "once. Export the runs one by one"
            )
        fresh = (
            self._numbered(unit, digest, base, len(single)) for (_, digest), unit in single.items()
        )
        return tuple(one for one in fresh if one is not None)

    def _numbered(
        self, unit: Unit, digest: str, base: str, units_in_capture: int
    ) -> FiledResult | None:
        """The unit analysed, as its first revision, or the next when its readings changed.

        None when these very readings (by their ``digest``) are filed already.
        """
        earlier = self.home.database.revisions(run_id(unit))
        if any(one.readings_digest == digest for one in earlier):
            return None
        result = self.analysed(unit)
        reason = "the counter exported this run again with other readings" if earlier else ""
        folder = result_folder(base, result, units_in_capture)
        return FiledResult(result, len(earlier) + 1, folder, digest, reason)

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
            below = one.folder.removeprefix(base).lstrip("/")
            mine = result_files(
                one, self.sources(one.result), raw=raw, filed_at=now, software=__version__
            )
            files |= {f"{below}/{name}" if below else name: mine[name] for name in mine}
        # A folder the database does not know is what a crash left before the commit.
        leftover = self.home.archive.holds(base) and not self.home.database.folder_known(base)
        self.home.archive.file(base, files, leftover=leftover)


def _plates(events: Events) -> tuple[str, ...]:
    return tuple(sorted({event.plate_id for _, event in events}))


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
