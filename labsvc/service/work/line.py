"""The line for one capture: work it out, then file it. Doing it twice equals doing it once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from labsvc.core.qc.telling import told_of, wish_of
from labsvc.core.trends.history import History
from labsvc.errors import ConfigError, InputError
from labsvc.model.capture import Capture
from labsvc.model.filing import (
    SERVICE,
    Alert,
    CaptureState,
    FiledResult,
    Filing,
    StoredCapture,
)
from labsvc.model.locale import Locale
from labsvc.model.result import Result
from labsvc.notify.alerts import for_result
from labsvc.service.home import Home
from labsvc.service.registry import Registry
from labsvc.service.trends.histories import Histories
from labsvc.service.work.benchnews import Events, events_of
from labsvc.service.work.book import Book
from labsvc.service.work.draft import Draft, Refusal, Revision, Worked, refusal
from labsvc.service.work.setaside import set_aside

if TYPE_CHECKING:
    from labsvc.service.work.drafting import Drafter
    from labsvc.service.work.revising import Reviser


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
    _histories: Histories = field(default_factory=Histories, init=False, compare=False)

    @property
    def histories(self) -> Mapping[str, History]:
        """Of the reference compounds of the protocols in force, of the days before."""
        return self._histories.of(self.home, self.book.protocols, self.clock())

    @property
    def drafter(self) -> Drafter:
        """What works captures out with the protocols and run sheets in force now."""
        from labsvc.service.work.drafting import Drafter  # noqa: PLC0415  (heavy)

        return Drafter(self.home.database, self.registry, self.book.protocols, self.book.sheets,
                       self.histories)  # fmt: skip

    @property
    def reviser(self) -> Reviser:
        """What analyses filed runs again with what is in force now."""
        from labsvc.service.work.revising import Reviser  # noqa: PLC0415  (heavy)

        return Reviser(self.drafter, self.home.archive, self.clock(), self.locales)

    @property
    def locales(self) -> dict[str, Locale]:
        """What each source tells of its numbers and dates, where it tells any."""
        told = {one.name: one.locale for one in self.home.settings.sources}
        return {name: one for name, one in told.items() if one.told()}

    def take(self, capture: Capture, worked: Iterable[Worked] = ()) -> Outcome:
        """File one capture; a refusal quarantines it. Filed before: nothing is filed again.

        ``worked`` is what others make of it with the book in force, asked for one by one: the
        first one counts that still knows all that the database says. Where there is none it is
        worked out here. Bytes that were set aside are tried again: a driver may have been mended.
        """
        row = self.home.database.capture(capture.sha256)
        if row is not None and row.state is not CaptureState.QUARANTINED:
            return self._known(capture, row)
        made = next(filter(self._stands, worked), None) or self._worked_out(capture)
        if isinstance(made, Refusal):
            return self.quarantine(capture, made.reason)
        outcome = self._file(capture, made)
        if row is not None:
            self.home.quarantine.remove(row.folder)
        return outcome

    def _stands(self, worked: Worked) -> bool:
        if isinstance(worked, Refusal):
            return True
        with self.home.database.one_look():
            return worked.looked.stands(self.home.database)

    def _worked_out(self, capture: Capture) -> Worked:
        try:
            return self.drafter.draft(capture, self.clock())
        except InputError as error:
            return refusal(error, capture.content)

    def _known(self, capture: Capture, row: StoredCapture) -> Outcome:
        """Filed before. Its bench events may still have to reach their runs, after a crash."""
        try:
            records = self.registry.parse(row.driver, capture) if row.driver else ()
        except (InputError, ConfigError):
            records = ()
        plates = _plates(events_of(capture, records))
        reason = f"the same bytes were filed as {row.name}"
        return Outcome(capture.name, capture.source, CaptureState.DUPLICATE, row.folder,
                       plates=plates, reason=reason)  # fmt: skip

    def quarantine(self, capture: Capture, reason: str, detail: str = "") -> Outcome:
        """Keep the bytes aside with the reason, and owe the lab a message."""
        folder = set_aside(self.home, capture, reason, at=self.clock(), detail=detail)
        return Outcome(capture.name, capture.source, CaptureState.QUARANTINED, folder,
                       reason=reason)  # fmt: skip

    def alerts(
        self,
        capture: Capture | StoredCapture,
        filed: Iterable[FiledResult],
        now: datetime,
        pictures: Mapping[str, bytes | None],
    ) -> tuple[Alert, ...]:
        """What the lab must be told of these results of a capture, with the figure: that of
        ``pictures`` by its run, where it was made already."""
        owed = []
        for one in filed:
            wish = wish_of(one.result, self.book.protocols)
            told = told_of(wish)
            picture = _picture(one.result, pictures) if one.result.verdict in told else None
            report = str(self.home.root / "archive" / one.folder / "report.html")
            owed.append(
                for_result(
                    one.result,
                    one.revision,
                    report_path=report,
                    at=now,
                    figure_png=picture,
                    raw_name=capture.name,
                    alerting=told,
                    source=capture.source,
                    to=wish.to if wish else (),
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

    def _file(self, capture: Capture, draft: Draft) -> Outcome:
        """Archive first, then the one database transaction that makes it so."""
        # A folder the database does not know is what a crash left before the commit.
        archive, database = self.home.archive, self.home.database
        leftover = archive.holds(draft.folder) and not database.folder_known(draft.folder)
        manifest = archive.file(draft.folder, draft.files, leftover=leftover)
        database.file(self.receipt(capture, draft, manifest))
        return outcome_of(capture, draft)

    def file_again(self, revision: Revision, *, by: str = SERVICE) -> FiledResult:
        """File one revision of a run that is filed, as ``by`` asks."""
        archive, database = self.home.archive, self.home.database
        capture, filed, now = revision.capture, revision.filed, revision.at
        leftover = not database.folder_known(filed.folder)
        manifest = archive.file(filed.folder, revision.files, leftover=leftover)
        database.file(
            Filing(
                sha256=capture.sha256,
                name=capture.name,
                source=capture.source,
                received_at=capture.received_at,
                size=capture.size,
                driver=capture.driver,
                state=CaptureState.FILED,
                folder=revision.base,
                filed_at=now,
                results=(filed,),
                alerts=self.alerts(capture, (filed,), now, revision.pictures),
                reason=filed.reason,
                manifests=((filed.folder, manifest),),
                by=by,
            )
        )
        return filed

    def receipt(self, capture: Capture, draft: Draft, manifest: str) -> Filing:
        """All that the database is to keep of a draft whose folder lies in the archive.

        ``manifest`` is the SHA-256 of the folder's manifest.
        """
        state, reason = _became(draft)
        filing = self.filing(capture, draft.driver, state, draft.folder, draft.at)
        return replace(
            filing,
            manifests=((draft.folder, manifest),),
            results=draft.results,
            events=draft.events,
            alerts=self.alerts(capture, draft.results, draft.at, draft.pictures),
            reason=reason,
        )


def outcome_of(capture: Capture, draft: Draft) -> Outcome:
    """What became of a capture that was filed as its draft has it."""
    state, reason = _became(draft)
    plates = _plates(draft.events)
    return Outcome(capture.name, capture.source, state, draft.folder, draft.results, plates, reason)


def _became(draft: Draft) -> tuple[CaptureState, str | None]:
    if draft.news:
        return CaptureState.FILED, None
    return CaptureState.DUPLICATE, "every run in it is filed already"


def _picture(result: Result, made: Mapping[str, bytes | None]) -> bytes | None:
    if result.run_id in made:
        return made[result.run_id]
    from labsvc.filing.filer import mail_picture  # noqa: PLC0415  (heavy)

    return mail_picture(result)


def _plates(events: Events) -> tuple[str, ...]:
    return tuple(sorted({event.plate_id for _, event in events}))
