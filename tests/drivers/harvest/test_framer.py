"""A scanner's stream cut into scans."""

from labsvc.driver import Fragment, Frame
from labsvc_drivers.harvest.framer import LONGEST_LINE, ScanFramer


def events(*pieces: bytes) -> list[Frame | Fragment]:
    framer = ScanFramer()
    return [event for piece in pieces for event in framer.feed(piece)]


def test_each_line_is_a_scan_whatever_its_end() -> None:
    """A scan is given at its carriage return; a line feed behind it is nothing."""
    assert events(b"A-1\rA-2\r\nA-3\nA-4 wash\r\n") == [
        Frame(b"A-1\r"), Frame(b"A-2\r"), Frame(b"A-3\n"), Frame(b"A-4 wash\r"),
    ]  # fmt: skip
    assert events(b"A-1\r", b"\n", b"A-2\r") == [Frame(b"A-1\r"), Frame(b"A-2\r")]


def test_a_barcode_without_its_end_is_pending() -> None:
    """The next bytes may belong to it."""
    framer = ScanFramer()
    assert list(framer.feed(b"NET-04")) == []
    assert framer.pending == b"NET-04"
    assert list(framer.feed(b"12\r")) == [Frame(b"NET-0412\r")]


def test_a_line_without_end_is_given_up_with_a_hint() -> None:
    """No barcode is that long: the line settings are wrong, or no carriage return is sent."""
    (event,) = events(*[b"\xf3"] * (LONGEST_LINE + 1))
    assert isinstance(event, Fragment)
    assert "line settings" in event.why
    (event,) = events(b"x" * LONGEST_LINE + b"\r")
    assert isinstance(event, Fragment)
