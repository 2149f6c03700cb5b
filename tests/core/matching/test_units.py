"""The experiments in a run, and the names of their plates."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from labsvc.core.analyse import analyse
from labsvc.core.identity import run_id
from labsvc.core.matching.recognition import plate_identity, shown
from labsvc.core.matching.units import units
from labsvc.model.protocol import Recognise
from labsvc.model.result import Verdict
from tests.core.bench import (
    COUNTED,
    COUNTS,
    PROTOCOL,
    SHEET,
    capture,
    counted_run,
    reading,
    readings,
    unit,
    units_of,
)

OTHER = replace(PROTOCOL, name="sert-binding", recognise=Recognise(drivers=("microbeta",)))


def test_a_rack_run_is_one_unit_and_plates_are_one_each() -> None:
    """Two plates of one file have their own readings and the same run."""
    (rack,) = units_of(counted_run([reading("1", rack="1"), reading("2", rack="1")]))
    assert (rack.plate, len(rack.readings)) == (None, 2)
    both = counted_run([reading("A01", plate=2), reading("A01", plate=1), reading("A02", plate=1)])
    assert [(one.plate, len(one.readings)) for one in units_of(both)] == [(1, 2), (2, 1)]


def test_a_unit_carries_the_counters_time_in_its_zone_and_its_plates_name() -> None:
    """14:00 in Vienna; identities that contradict each other are none."""
    zone = ZoneInfo("Europe/Vienna")
    run = counted_run([reading("A01", plate=1, plate_id="P7")])
    (one,) = units(run, capture(simulated=True), "microbeta", zone)
    assert one.counted_at == datetime(2026, 3, 2, 13, 0, tzinfo=UTC)
    assert (one.plate_id, one.simulated, one.file_name) == ("P7", True, "NET-0147.txt")
    mixed = [reading("A01", plate=1, plate_id="P7"), reading("A02", plate=1, plate_id="P8")]
    assert units_of(counted_run(mixed, counted_at=None))[0].plate_id is None


def test_the_plates_name_is_read_from_the_report_else_from_the_file() -> None:
    """The report knows better; a protocol without a pattern reads no name."""
    printed = unit([reading("A01", plate=1, plate_id="P7")])
    assert plate_identity(shown(printed), PROTOCOL) == "P7"
    assert plate_identity(shown(unit()), PROTOCOL) == "NET-0147"
    assert plate_identity(shown(unit(name="other.txt")), PROTOCOL) is None
    assert plate_identity(shown(unit()), OTHER) is None


def test_a_file_of_several_plates_names_none_of_them() -> None:
    """Else both would be taken for the one plate."""
    first, second = units_of(counted_run([reading("A01", plate=1), reading("A01", plate=2)]))
    assert [plate_identity(shown(one), PROTOCOL) for one in (first, second)] == [None, None]


def test_each_cycle_over_the_rack_is_a_unit_of_its_own() -> None:
    """With its own readings; counted when its first vial was, where the counter tells."""
    later = COUNTED + timedelta(hours=3)
    run = counted_run([
        reading("1", rack="1"), reading("2", rack="1"),
        reading("1", rack="1", cycle=2, counted_at=later + timedelta(minutes=5)),
        reading("2", rack="1", cycle=2, counted_at=later),
    ])  # fmt: skip
    first, second = units_of(run)
    assert [len(one.readings) for one in (first, second)] == [2, 2]
    assert (first.cycle, first.counted_at) == (1, COUNTED.replace(tzinfo=UTC))
    assert (second.cycle, second.counted_at) == (2, later.replace(tzinfo=UTC))
    assert run_id(first) != run_id(second)


def test_no_reading_is_left_out_of_the_units() -> None:
    """Also where a report has both plates and racks; a run without readings is one unit."""
    mixed = counted_run([reading("A01", plate=1), reading("7", rack="2"), reading("A01", plate=3)])
    assert sum(len(one.readings) for one in units_of(mixed)) == 3
    (empty,) = units_of(counted_run([]))
    assert (empty.plate, empty.readings) == (None, ())


def test_a_result_says_which_cycle_it_is_of() -> None:
    """And one that lacks vials is held by itself: the first stands."""
    run = counted_run([*readings(COUNTS), *readings(COUNTS, cycle=2)[:-1]])
    first, second = (analyse(one, [PROTOCOL], [SHEET], []) for one in units_of(run))
    assert first.operations[0].inputs == {"cycle": 1.0, "cycles": 2.0}
    assert first.verdict is not Verdict.HELD
    assert str(second.held_because).startswith("cycle 2: 1 of the 20 planned positions were not")


def test_a_cycle_past_midnight_is_of_the_runs_own_day() -> None:
    """So a run sheet that names the count's date has all of its cycles."""
    late = reading("1", rack="1", cycle=2, counted_at=COUNTED + timedelta(days=1))
    _, second = units_of(counted_run([reading("1", rack="1"), late]))
    assert shown(second).counted_on == COUNTED.date()
