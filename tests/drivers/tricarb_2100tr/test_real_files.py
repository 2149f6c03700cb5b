"""The real captures of a 2100TR's serial port."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from labsvc.driver import Capture, Frame, ParseError
from labsvc_drivers.tricarb_2100tr import TriCarb2100TR
from labsvc_drivers.tricarb_2100tr.framer import RunFramer

DRIVER = TriCarb2100TR()


def captures(shared: Path, pattern: str) -> list[Capture]:
    folder = shared / "formats/samples/tricarb_2100tr_serial"
    now = datetime(2026, 5, 1, tzinfo=UTC)
    return [Capture(p.name, "real", now, p.read_bytes()) for p in sorted(folder.glob(pattern))]


def test_the_sample_runs_give_every_reading(shared: Path) -> None:
    """Two runs of two vials, each figure as printed; written again they are the same bytes."""
    one, two = captures(shared, "sample__par_*.bin")
    assert DRIVER.recognises(one).claimed
    (first,), (second,) = DRIVER.parse(one), DRIVER.parse(two)
    assert [c.cpm for r in first.readings for c in r.channels] == [3.8034, 6, 4, 5.7967, 12, 11]
    assert [c.cpm for r in second.readings for c in r.channels] == [5, 6, 8, 2, 6, 13]
    assert first.readings[1].counted_at == datetime(2026, 4, 3, 15, 1)
    assert DRIVER.simulate([first]) == one.content
    assert DRIVER.simulate([second]) == two.content


def test_the_serial_line_gives_the_same(shared: Path) -> None:
    """Byte by byte through the framer: the whole capture is one frame."""
    for capture in captures(shared, "sample__par_*.bin"):
        framer = RunFramer()
        found = [event for byte in capture.content for event in framer.feed(bytes((byte,)))]
        assert found == [Frame(capture.content)]


def test_calibration_reports_are_known_and_refused(shared: Path) -> None:
    """They are the counter's, so it is this driver that says what they are."""
    reports = captures(shared, "snc__*.bin")
    assert len(reports) == 2
    for report in reports:
        assert DRIVER.recognises(report).claimed
        with pytest.raises(ParseError, match="SNC/IPA calibration report, not a sample run"):
            DRIVER.parse(report)


def test_what_another_program_made_of_the_captures_is_not_recognised(shared: Path) -> None:
    """Its text and JSON are no instrument output."""
    others = captures(shared, "*.txt") + captures(shared, "*.json")
    assert len(others) == 7
    assert not any(DRIVER.recognises(capture).claimed for capture in others)
