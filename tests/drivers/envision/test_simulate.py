"""Exports written from runs that were never read from one."""

from datetime import UTC, datetime

import pytest

from labsvc.driver import FORMATS, Capture, Channel, CountRun, Instrument, Reading, State
from labsvc_drivers.envision import EnVision

AT = datetime(2026, 3, 22, 9, 30, 5)


def plates(*identities: str | None) -> CountRun:
    wells = [(n, i, w) for n, i in enumerate(identities, 1) for w in FORMATS[96].wells()]
    readings = tuple(
        Reading(w, order, (Channel("L", cpm=60.0 * order),), plate=n, plate_id=i)
        for order, (n, i, w) in enumerate(wells, 1)
    )
    return CountRun("any", Instrument("any"), readings, counted_at=AT)


def parsed(content: bytes) -> CountRun:
    capture = Capture("a.csv", "test", datetime(2026, 3, 23, tzinfo=UTC), content)
    assert EnVision().recognises(capture).claimed
    (run,) = EnVision().parse(capture)
    assert isinstance(run, CountRun)
    return run


def test_a_run_of_our_own_is_written_and_read() -> None:
    """Two plates, each with its bar code or none."""
    run = parsed(EnVision().simulate([plates("P-1", None)]))
    assert len(run.readings) == 192
    assert [(r.plate, r.plate_id) for r in run.readings[95:97]] == [(1, "P-1"), (2, None)]
    assert run.readings[191].channels[0].cpm == 60.0 * 192
    assert run.counted_at == AT


def test_a_well_not_counted_is_a_blank_cell() -> None:
    """And comes back as what it was."""
    whole = plates("P-1")
    missing = Reading("H12", 96, plate=1, plate_id="P-1", state=State.NOT_COUNTED)
    run = CountRun("any", Instrument("any"), (*whole.readings[:-1], missing), counted_at=AT)
    assert parsed(EnVision().simulate([run])).readings[-1].state is State.NOT_COUNTED


def test_a_run_without_date_cannot_be_written_as_grids() -> None:
    """The export prints one for each plate."""
    undated = CountRun("any", Instrument("any"), plates("P-1").readings)
    with pytest.raises(ValueError, match="prints dates"):
        EnVision().simulate([undated])


def test_no_run_makes_no_export() -> None:
    """An empty file would be no output of this reader."""
    with pytest.raises(ValueError, match="readings of one count run"):
        EnVision().simulate([])
