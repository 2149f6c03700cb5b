"""The experiments in a run, and the names of their plates."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from labsvc.core.match import plate_identity, units
from labsvc.model.protocol import Recognise
from tests.core.bench import PROTOCOL, capture, counted_run, reading, unit, units_of

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
    assert plate_identity(printed, PROTOCOL) == "P7"
    assert plate_identity(unit(), PROTOCOL) == "NET-0147"
    assert plate_identity(unit(name="other.txt"), PROTOCOL) is None
    assert plate_identity(unit(), OTHER) is None


def test_a_file_of_several_plates_names_none_of_them() -> None:
    """Else both would be taken for the one plate."""
    first, second = units_of(counted_run([reading("A01", plate=1), reading("A01", plate=2)]))
    assert (plate_identity(first, PROTOCOL), plate_identity(second, PROTOCOL)) == (None, None)
