"""Sessions cut out of a line that may say anything."""

from pathlib import Path

import pytest

from labsvc.driver import Fragment, Frame
from labsvc_drivers.ls6000_serial.framer import SessionFramer

ONE = (Path(__file__).parent / "data" / "one_session.bin").read_bytes()


def events(content: bytes, piece: int) -> list[Frame | Fragment]:
    framer = SessionFramer()
    pieces = (content[at : at + piece] for at in range(0, len(content), piece))
    found = [event for part in pieces for event in framer.feed(part)]
    assert framer.pending == b""
    return found


@pytest.mark.parametrize("piece", [1, 7, 4096])
def test_two_sessions_are_two_frames(piece: int) -> None:
    """Hours may lie between them; blank lines belong to neither."""
    assert events(ONE + b"\r\n" + ONE, piece) == [Frame(ONE), Frame(ONE)]


@pytest.mark.parametrize("piece", [1, 7, 4096])
def test_flow_control_is_taken_out(piece: int) -> None:
    """XON and XOFF, wherever they arrive."""
    assert events(ONE.replace(b"R ", b"R\x13\x11 "), piece) == [Frame(ONE)]


@pytest.mark.parametrize("piece", [1, 7, 4096])
def test_an_interrupted_session_is_a_fragment(piece: int) -> None:
    """Power failed within a message; the next session is whole."""
    first, second = events(ONE[:100] + ONE, piece)
    assert first == Fragment(ONE[:100], "a new session began; this one broke off before its Break "
                             "message")  # fmt: skip
    assert second == Frame(ONE)


def test_text_outside_a_session_is_a_fragment() -> None:
    """The counter is set to its printer mode, perhaps."""
    printed = b"ID:NET     2 MAR 2026 09:30\r\n"
    first, second = events(printed + ONE, 7)
    assert first.content == printed
    assert isinstance(first, Fragment)
    assert second == Frame(ONE)


def test_a_damaged_message_stays_in_its_session() -> None:
    """The parser refuses the session whole, with the line; nothing is dropped in silence."""
    damaged = ONE.replace(b"8614.40", b"861\xff.40")
    assert events(damaged, 7) == [Frame(damaged)]


def test_noise_without_line_ends_is_not_gathered_for_ever() -> None:
    """With the wrong baud rate no line ever ends."""
    framer = SessionFramer()
    found = [event for _ in range(3) for event in framer.feed(b"\xff\x80" * 150)]
    assert [len(event.content) for event in found] == [600]
    assert len(framer.pending) == 300
