"""What a summary tells of a home: everything that was ever filed is looked at, so that the service
has it made by a process of its own (see ``summarytimes``)."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from labsvc.errors import LabsvcError
from labsvc.filing.index import IndexedChart, IndexedRun
from labsvc.model.filing import Alert
from labsvc.notify.summary import (
    VERDICTS,
    FailedCheck,
    Item,
    Kind,
    ProtocolRow,
    Summary,
    Trend,
    for_summary,
)
from labsvc.notify.words import when
from labsvc.service.alerting.pending import pending
from labsvc.service.home import Home, open_home
from labsvc.service.trends.indexing import PAGE, Indexer
from labsvc.service.watching.states import current_states

FAILED: Final = 5
"""So many checks are told, those that failed most often."""
UNANSWERED_FOR: Final = timedelta(days=14)


def summarised(home: Home, kind: Kind, begins: datetime, due: datetime, now: datetime) -> Alert:
    """The message on what was filed after ``begins`` until ``due``. Raises StoreError."""
    settings, zone = home.settings, ZoneInfo(home.settings.timezone)
    runs, waiting, charts = Indexer(home, lambda: now).gather()
    mine = [run for run in runs if begins < run.filed_at <= due]
    newer = [one for one in charts if one.chart.series and begins < one.chart.series[-1].at <= due]
    made = Summary(
        kind=kind,
        lab=settings.lab,
        begins=begins.astimezone(zone),
        ends=due.astimezone(zone),
        rows=_rows(mine),
        simulated=sum(run.simulated for run in mine),
        failed=_failed(home, mine),
        charted=len(newer),
        trends=tuple(_trend(one) for one in newer if one.speaking),
        waiting=tuple(
            Item(one.what, one.why, one.since.astimezone(zone) if one.since else None)
            for one in waiting
        ),
        troubles=tuple(_troubles(home, now)),
        index=str(home.root / PAGE),
    )
    return for_summary(made, due, at=now, to=settings.alerts.summaries.to)


def main() -> None:
    """The process that ``summarytimes`` starts: root of the home, kind, from when, due when."""
    root, kind, begins, due = sys.argv[1:]
    assert kind in ("daily", "weekly")
    moments = datetime.fromisoformat(begins), datetime.fromisoformat(due)
    try:
        home, now = open_home(Path(root)), datetime.now(UTC)
        home.database.owe([summarised(home, kind, *moments, now)], now)  # type: ignore[arg-type]
        home.close()
    except LabsvcError as error:
        sys.exit(str(error))


def _rows(runs: Sequence[IndexedRun]) -> tuple[ProtocolRow, ...]:
    counted = Counter((run.protocol or "no protocol", run.verdict) for run in runs)
    names = sorted({name for name, _ in counted})
    return tuple(_row(name, counted) for name in names)


def _row(name: str, counted: Counter[tuple[str, str]]) -> ProtocolRow:
    accepted, review, rejected, held = (counted[name, verdict] for verdict in VERDICTS)
    return ProtocolRow(name, (accepted, review, rejected, held))


def _failed(home: Home, runs: Sequence[IndexedRun]) -> tuple[FailedCheck, ...]:
    """Over the newest first, so that the first sentence of a check is its last one."""
    number: Counter[str] = Counter()
    said: dict[str, str] = {}
    for run in runs:
        if run.verdict not in ("rejected", "review"):
            continue
        stored = home.database.result(run.run_id, run.revision)
        found = json.loads(stored.document)["findings"] if stored else []
        for one in found:
            if one["status"] == "fail":
                said.setdefault(one["check"], one["sentence"])
        number.update({one["check"] for one in found if one["status"] == "fail"})
    return tuple(FailedCheck(name, runs, said[name]) for name, runs in number.most_common(FAILED))


def _trend(one: IndexedChart) -> Trend:
    return Trend(one.label, one.protocol, one.newest, one.speaking)


def _troubles(home: Home, now: datetime) -> Iterator[str]:
    """Sources that are away or silent, and messages that nobody has acknowledged.

    Runs stand under what waits.
    """
    for name, state in current_states(home.root, now).items():
        if state.state in ("away", "stale"):
            why = state.trouble or f"nothing came since {_heard(state.last_received_at)}"
            yield f"Source {name} is {state.state}: {why}"
    for one in pending(home.database, now - UNANSWERED_FOR):
        if one.key.startswith(("trouble:", "expected:")):
            yield f"Not acknowledged since {when(one.at)}: {one.what}"


def _heard(at: datetime | None) -> str:
    return when(at) if at is not None else "it is listened to"
