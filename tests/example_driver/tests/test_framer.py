"""What the serial line brings besides whole reports."""

from pathlib import Path

from labsvc_example_e1.framer import LONGEST, ReportFramer

from labsvc.driver import Fragment, Frame

REPORT = (Path(__file__).parent / "data" / "E1_0042.TXT").read_bytes()


def test_a_report_that_broke_off_is_given_apart() -> None:
    """The counter was switched off in the middle, and began again."""
    broken = REPORT[:90]
    broke_off, whole = ReportFramer().feed(broken + REPORT)
    assert broke_off == Fragment(broken, "another report began before its END line")
    assert whole == Frame(REPORT)


def test_the_end_of_a_report_without_its_beginning_is_no_report() -> None:
    """The service was started in the middle of it."""
    (broke_off,) = ReportFramer().feed(REPORT[60:])
    assert broke_off == Fragment(REPORT[60:], "an END line without the first line of a report")


def test_noise_does_not_fill_the_memory() -> None:
    framer = ReportFramer()
    (noise,) = framer.feed(b"\n" * (LONGEST + 1))
    assert isinstance(noise, Fragment)
    assert framer.pending == b""
