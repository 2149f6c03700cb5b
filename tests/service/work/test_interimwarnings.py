"""What was told of a count under way: kept in mind until its result replaces it, and owed once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from benchmarks.interim import dead
from labsvc.core.matching.begun import Begun, begun
from labsvc.core.matching.units import units
from labsvc.core.qc.interim import concerns
from labsvc.model.capture import Capture
from labsvc.service.work.interimwarnings import InterimWarnings
from tests.bench import NOW, Bench
from tests.service.work.countbench import counting_bench, faulty, run_of

SOURCE, RUN, TOTALS = "tricarb", "0123456789ab", "totals_at_background"


@dataclass
class Desk:
    """A home with a count of which the totals count nothing."""

    bench: Bench
    count: Begun

    def warns(self, warnings: InterimWarnings) -> object:
        fresh = concerns(self.count, warnings.of(SOURCE, RUN))
        return warnings.tell(RUN, fresh, self.count, self.bench.line)

    def replaces(self, warnings: InterimWarnings) -> None:
        result = self.bench.line.drafter.analysed(self.count.unit)
        warnings.replace(RUN, result, SOURCE, self.bench.line)

    def owed(self) -> list[str]:
        return [one.alert.kind for one in self.bench.home.database.outbox()]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with counting_bench(tmp_path) as made:
        book = made.line.book
        capture = Capture("line.bin", SOURCE, NOW, b"8 vials", "tricarb-2100tr")
        run = run_of(faulty(dead)[:8])
        unit = units(run, capture, "tricarb-2100tr", ZoneInfo("UTC"))[-1]
        count = begun(unit, book.protocols, book.sheets)
        assert isinstance(count, Begun)
        yield Desk(made, count)


def test_what_was_told_is_known_and_its_end_is_told_once(desk: Desk) -> None:
    """The result comes twice: the second time there is nothing to replace."""
    warnings = InterimWarnings(lambda: NOW)
    assert warnings.of(SOURCE, RUN) == set()
    assert desk.warns(warnings) == {TOTALS} == warnings.of(SOURCE, RUN)
    assert warnings.of("another", RUN) == set()
    desk.replaces(warnings)
    desk.replaces(warnings)
    assert desk.owed() == ["interim", "interim-over"]
    assert warnings.of(SOURCE, RUN) == set()


def test_what_was_told_before_a_start_is_replaced_too(desk: Desk) -> None:
    """The outbox knows of it; the new service has nothing in memory."""
    desk.warns(InterimWarnings(lambda: NOW))
    desk.replaces(InterimWarnings(lambda: NOW))
    assert desk.owed() == ["interim", "interim-over"]


def test_a_run_of_which_nothing_was_told_is_not_spoken_of(desk: Desk) -> None:
    desk.replaces(InterimWarnings(lambda: NOW))
    assert desk.owed() == []


def test_what_was_given_up_long_ago_is_forgotten(desk: Desk) -> None:
    warnings = InterimWarnings(lambda: NOW)
    desk.warns(warnings)
    warnings.forget(NOW)
    assert warnings.of(SOURCE, RUN) == {TOTALS}
    warnings.forget((NOW + timedelta(seconds=1)).astimezone(UTC))
    assert warnings.of(SOURCE, RUN) == set()
