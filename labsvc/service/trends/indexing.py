"""The index of the archive: its pages, made of the database alone.

They may be deleted at any time. When they are written anew is for ``reindexing`` to say.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from labsvc.errors import ConfigError, LabsvcError
from labsvc.filing.index import (
    FOLDER,
    IndexedChart,
    IndexedRun,
    Waiting,
    chart_page,
    index_page,
    month_page,
)
from labsvc.model.result import Verdict
from labsvc.notify.digests import sentences
from labsvc.notify.words import bare
from labsvc.service.alerting.pending import key_of_run
from labsvc.service.home import Home, open_home
from labsvc.service.trends.calibrations import PREFIX, Calibrations
from labsvc.service.trends.chartbook import EMPTY, FILE, ChartBook, read_chartbook
from labsvc.service.trends.charts import every_listed, filed_chart
from labsvc.service.trends.repeats import twins_among
from labsvc.store.durable import make_folder, write_durably
from labsvc.store.numbers import Listed
from labsvc.store.postroom import Postroom
from labsvc.store.runlist import ListedRun, listed_runs

PAGE = "index.html"
NEWEST = 100
"""So many runs on the first page; the pages of the months have all."""
RECENT = timedelta(days=14)
"""Runs that were rejected or want a review are shown so long as waiting."""
LOOKED_AT = 30
"""Among so many of the newest runs twins are looked for."""
FEWEST_RUNS, MOST_CHARTS = 5, 8
_UNACCEPTED = (Verdict.REJECTED.value, Verdict.REVIEW.value)
_NUMBERS = ("z_prime", "nonspecific_percent", "background_cpm", "cpm: total", "cpm: vehicle")
_BEGINNINGS = ("ki: ", "kd: ", "km: ", "bmax: ", "vmax: ", PREFIX)


@dataclass(slots=True)
class Indexer:
    """Writes the index of one home."""

    home: Home
    clock: Callable[[], datetime]
    _counters: Calibrations = field(init=False)

    def __post_init__(self) -> None:
        self._counters = Calibrations(self.home.database, self.home.archive)

    def write(self) -> Path:
        """Write every page that has changed; the first page's path. StoreError as of our disk."""
        now, stored = self.clock(), listed_runs(self.home.database)
        runs = [_indexed(one) for one in stored]
        months = _by_month(stored, runs)
        book, fault = _chartbook(self.home)
        charts = _charts(self.home, self._counters, book)
        make_folder(self.home.root / FOLDER)
        for one in charts:
            self._put(f"{FOLDER}/{one.page}", chart_page(one, made_at=now))
        for month, mine in months.items():
            self._put(f"{FOLDER}/{month}.html", month_page(month, mine))
        page = index_page(
            runs[:NEWEST], [*fault, *_waiting(self.home, runs, now)], charts,
            counts={one.value: sum(run.verdict == one.value for run in runs) for one in Verdict},
            months=[(month, len(mine)) for month, mine in months.items()], made_at=now,
        )  # fmt: skip
        self._put(PAGE, page)
        return self.home.root / PAGE

    def gather(self) -> tuple[list[IndexedRun], list[Waiting], list[IndexedChart]]:
        """What the first page is made of: runs, what waits for a person, charts."""
        now, stored = self.clock(), listed_runs(self.home.database)
        runs = [_indexed(one) for one in stored]
        book, fault = _chartbook(self.home)
        charts = _charts(self.home, self._counters, book)
        return runs, [*fault, *_waiting(self.home, runs, now)], charts

    def _put(self, name: str, page: str) -> None:
        """Only where it has changed: an old archive has many months."""
        path, content = self.home.root / name, page.encode()
        if not path.is_file() or path.read_bytes() != content:
            write_durably(path, content)


def main() -> None:
    """The process that ``reindexing`` starts; its argument is the root of the home."""
    try:
        home = open_home(Path(sys.argv[1]))
        Indexer(home, lambda: datetime.now(UTC)).write()
    except LabsvcError as error:
        sys.exit(str(error))


def _indexed(one: ListedRun) -> IndexedRun:
    return IndexedRun(one.run_id, one.revision, one.plate_id or "", one.protocol or "",
                      one.verdict, one.title, one.folder, one.filed_at, one.simulated)  # fmt: skip


def _by_month(
    stored: Sequence[ListedRun], runs: Sequence[IndexedRun]
) -> dict[str, list[IndexedRun]]:
    """By the month (UTC) in which a run was filed first, the newest month first."""
    found: dict[str, list[IndexedRun]] = {}
    for one, run in zip(stored, runs, strict=True):
        found.setdefault(f"{one.first_at:%Y-%m}", []).append(run)
    return dict(sorted(found.items(), reverse=True))


def _waiting(home: Home, runs: Sequence[IndexedRun], now: datetime) -> Iterator[Waiting]:
    """Counts under way that are warned of, held runs, what was set aside, messages that were given
    up, and what QC did not accept.

    What somebody has acknowledged waits no more (labsvc alerts ack).
    """
    indexed = {one.run_id: one for one in runs}
    room = Postroom(home.database)
    seen_to = room.acknowledged().keys()
    yield from _interim(room, seen_to, now)
    for stored in home.database.held():
        if key_of_run(stored.run_id, stored.revision, stored.verdict) in seen_to:
            continue
        why = json.loads(stored.document).get("held_because") or ""
        report = indexed[stored.run_id].report if stored.run_id in indexed else None
        yield Waiting(f"held: {stored.title}", why, report, stored.filed_at)
    for aside in home.quarantine.entries():
        if f"quarantine:{aside.sha256}" in seen_to:
            continue
        link = quote(f"quarantine/{aside.folder}/")
        yield Waiting(f"set aside: {aside.name}", aside.reason, link, aside.received_at)
    for owed in room.waiting():
        if owed.dead and owed.alert.key not in seen_to:
            why = f"the message could not be sent: {owed.last_error or 'no reason was given'}"
            yield Waiting(owed.alert.subject, why, None, owed.alert.created_at)
    yield from _twins(home, indexed, now)
    for run in runs:
        if run.verdict in _UNACCEPTED and run.filed_at > now - RECENT:
            if key_of_run(run.run_id, run.revision, run.verdict) in seen_to:
                continue
            what = " ".join(part for part in (run.verdict, run.plate, run.title) if part)
            yield Waiting(what, _why_not(home, run), run.report, run.filed_at)


def _interim(room: Postroom, seen_to: Collection[str], now: datetime) -> Iterator[Waiting]:
    """Warnings of counts that go on; the final filing of a run ends its own."""
    for owed in room.unended("interim", now - RECENT):
        if owed.alert.key not in seen_to:
            said = " ".join(sentences(room.whole(owed.alert.key)))
            why = f"{said} Nothing of this count is filed: its final result replaces the warning."
            yield Waiting(bare(owed.alert.subject), why.strip(), None, owed.alert.created_at, True)


def _twins(home: Home, runs: Mapping[str, IndexedRun], now: datetime) -> Iterator[Waiting]:
    """Among the newest runs those that look like one plate, each plate once; told as long as
    others."""
    told: set[str] = set()
    plates: dict[str, list[str]] = {}
    for one in twins_among(home.database.results(limit=LOOKED_AT)):
        first, second = one.first.run_id, one.second.run_id
        if first in runs and second not in told and one.first.filed_at > now - RECENT:
            plates.setdefault(first, []).append(second)
            told.add(second)
    for first, others in plates.items():
        run, other = runs[first], runs.get(others[0])
        named = other.plate or other.run_id if other else others[0]
        more = f" and {len(others) - 1} more" if len(others) > 1 else ""
        why = f"its counts are those of {named}{more}: one plate counted twice, or under two names?"
        yield Waiting(f"twins: {run.plate or run.run_id}", why, run.report, run.filed_at)


def _why_not(home: Home, run: IndexedRun) -> str:
    """The sentence of the worst finding, and how many others did not pass."""
    stored = home.database.result(run.run_id)
    found = json.loads(stored.document)["findings"] if stored else []
    failed = [one["sentence"] for one in found if one["status"] == "fail"]
    told = [*failed, *(one["sentence"] for one in found if one["status"] == "warn")]
    if not told:
        return "see its report"
    more = f" And {len(told) - 1} more." if len(told) > 1 else ""
    return f"{told[0]}{more}"


def _chartbook(home: Home) -> tuple[ChartBook, list[Waiting]]:
    """What charts.yaml says; one that cannot be read waits for a person and changes nothing."""
    try:
        return read_chartbook(home.root), []
    except ConfigError as error:
        return EMPTY, [Waiting(FILE, str(error), None, None)]


def _charts(home: Home, counters: Calibrations, book: ChartBook) -> list[IndexedChart]:
    """Of each protocol, or counter, the numbers that tell most, those of most runs first."""
    taken: Counter[str] = Counter()
    found = []
    known = _worth(every_listed(home.database, counters))
    for one in sorted(known, key=lambda one: (one.protocol or "", -one.runs, one.name)):
        protocol = one.protocol or ""
        if taken[protocol] < MOST_CHARTS and (chart := _chart(home, counters, one, book)):
            taken[protocol] += 1
            found.append(chart)
    return found


def _worth(known: Sequence[Listed]) -> list[Listed]:
    return [
        one
        for one in known
        if one.protocol and one.runs >= FEWEST_RUNS
        if one.name in _NUMBERS or one.name.startswith(_BEGINNINGS)
    ]


def _chart(home: Home, counters: Calibrations, one: Listed, book: ChartBook) -> IndexedChart | None:
    protocol = one.protocol or ""
    try:
        filed = filed_chart(home.database, one.name, protocol=protocol, book=book,
                            calibrations=counters)  # fmt: skip
    except ConfigError:  # what was listed a moment ago is gone: analysed again without it
        return None
    return IndexedChart(
        one.name, filed.label, protocol, filed.chart, filed.simulated, filed.remarks
    )
