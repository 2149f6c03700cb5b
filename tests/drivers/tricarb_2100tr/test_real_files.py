"""The real captures of a 2100TR's serial port."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from labsvc.driver import CalibrationRun, Capture, CountRun, Frame, ParseError
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
    assert isinstance(first, CountRun)
    assert isinstance(second, CountRun)
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


REAL = {
    "2026-03-04T16:20": [92.46, 20.66, 56.04, 15.83, 10.82, 17.35, 594.53, 288.11],
    "2026-03-09T07:57": [93.29, 10.16, 55.91, 17.04, 10.18, 16.28, 652.61, 305.33],
}
"""Every figure of the two reports, read by eye, by the time of the first section."""


def test_calibration_reports_give_every_figure(shared: Path) -> None:
    """Each with its own section's time; written again they are the same bytes."""
    reports = captures(shared, "snc__*.bin")
    assert len(reports) == 2
    for report in reports:
        assert DRIVER.recognises(report).claimed
        (run,) = DRIVER.parse(report)
        assert isinstance(run, CalibrationRun)
        assert run.performed_at is not None
        figures = REAL[f"{run.performed_at:%Y-%m-%dT%H:%M}"]
        assert [measure.value for measure in run.measures] == figures
        assert run.measures[-1].performed_at_text in {"04-Mar-2026 17:43", "09-Mar-2026 09:20"}
        plain = report.content.replace(b"\r", b"")
        assert DRIVER.simulate([run]).replace(b"\r", b"") == plain


def test_a_calibration_over_the_line_is_one_frame(shared: Path) -> None:
    """Byte by byte, as 1200 baud brings it; its last figure's line end is its end."""
    for capture in captures(shared, "snc__*.bin"):
        framer = RunFramer()
        found = [event for byte in capture.content for event in framer.feed(bytes((byte,)))]
        assert found == [Frame(capture.content)]
        assert DRIVER.ends(capture.content)


def test_a_calibration_cut_anywhere_is_refused(shared: Path) -> None:
    """Also within its last figure: 288.1 is not 288.11."""
    for capture in captures(shared, "snc__*.bin"):
        for cut in range(len(capture.content.rstrip()) + 1):
            with pytest.raises(ParseError):
                DRIVER.parse(replace(capture, content=capture.content[:cut]))


def test_what_another_program_made_of_the_captures_is_not_recognised(shared: Path) -> None:
    """Its text and JSON are no instrument output."""
    others = captures(shared, "*.txt") + captures(shared, "*.json")
    assert len(others) == 7
    assert not any(DRIVER.recognises(capture).claimed for capture in others)
