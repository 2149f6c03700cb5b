"""What the simulator writes where the run does not say."""

from datetime import UTC, datetime

import pytest

from labsvc.driver import (
    Capture,
    Channel,
    CountRun,
    HarvestRun,
    Instrument,
    Program,
    Reading,
    State,
)
from labsvc_drivers.tricarb import TriCarb
from labsvc_drivers.tricarb.simulate import write_report


def run(*channels: Channel, sample: str | None = None) -> CountRun:
    readings = (
        Reading("A01", 1, channels, sample=sample, live_time_s=300.0),
        Reading("A02", 2, state=State.NOT_COUNTED),
    )
    program, at = Program(name="3H_uptake"), datetime(2026, 3, 2, 11, 5)
    return CountRun("x", Instrument("x"), readings, program, counted_at=at)


def rows(written: bytes) -> list[str]:
    text = written.decode("ascii")
    return text[text.index("S#") :].splitlines()[1:]


def test_a_dpm_too_wide_for_its_column_is_stars() -> None:
    """As the counter does: 999.999 is the largest that is printed."""
    (hot, _) = rows(write_report([run(Channel("A", cpm=500.0, dpm=1000.0))]))
    (warm, _) = rows(write_report([run(Channel("A", cpm=500.0, dpm=999.999))]))
    assert hot.endswith(",*****")
    assert warm.endswith(",999.999")
    assert hot.split(",")[2] == "16.667"


def test_a_run_of_another_counter_is_written_as_region_a() -> None:
    """One channel of any name; vials are numbered in their order; the text keeps its columns."""
    first, second = rows(write_report([run(Channel("1", cpm=12.5), sample="a,b")]))
    assert first == "1,a b,,12.500,,0,,,5.00,"
    assert second == "Missing vial 2."


def test_a_run_of_two_labels_is_written_with_its_columns() -> None:
    """Each region with its own error, efficiency, becquerels and dpm; both nuclides named."""
    a = Channel("A", "3H", cpm=10.0, dpm=30.0, error_2sigma_percent=20.0, efficiency_percent=33.0)
    b = Channel("B", "14C", cpm=20.0, dpm=6000.0, error_2sigma_percent=9.0, efficiency_percent=50)
    written = write_report([run(a, b)])
    (row, _) = rows(written)
    assert row == "1,,0.500,100.000,10.000,20.00,20.000,9.00,0,,33.00,50.00,5.00,30.000,*****"
    assert b"Assay Type: DPM (Dual)\r\n" in written
    assert b"Nuclide: 3H-14C " in written
    (again,) = TriCarb().parse(Capture("a", "t", datetime(2026, 3, 2, tzinfo=UTC), written))
    assert again.readings[0].channels == (a, b)


def test_every_line_ends_in_carriage_return_and_line_feed() -> None:
    """The counter's computer runs Windows."""
    written = write_report([run(Channel("A", cpm=1.0))])
    assert written.count(b"\n") == written.count(b"\r\n")
    assert written.endswith(b"\r\n")


@pytest.mark.parametrize("records", [[], [HarvestRun("x", "NET-1")]])
def test_a_report_holds_exactly_one_run(records: list[HarvestRun]) -> None:
    """Anything else is a programming error."""
    with pytest.raises(ValueError, match="exactly one count run"):
        write_report(records)
