"""Line settings that are wrong, seen by the bytes they make."""

from __future__ import annotations

import pytest

from labsvc.capture.noise import LEAST_BYTES, Noise
from labsvc.capture.port import PortSettings, parse_settings
from labsvc.driver.interface import TEXT_BYTES

REPORT = b"9,0,0,tSIE/AEC,A,B,C\r\n9,1,1,21.0,0.0,2.00,295.48\r\n" * 8
AS_9600 = parse_settings("9600 8N1")


def with_parity(text: bytes, ones: int) -> bytes:
    """Seven bits and a parity bit, as a port set to eight bits reads them."""
    return bytes(byte | 0x80 if byte.bit_count() % 2 != ones else byte for byte in text)


def hint(content: bytes, settings: PortSettings = AS_9600, alphabet: bytes = TEXT_BYTES) -> str:
    noise = Noise(alphabet, settings, "1200 7E1")
    noise.hear(content)
    return noise.hint or ""


@pytest.mark.parametrize(
    ("content", "parity"),
    [
        (with_parity(REPORT, 0), "7E1"),
        (with_parity(REPORT, 1), "7O1"),
        (bytes(byte | 0x80 for byte in REPORT), "7M1"),
    ],
    ids=["even", "odd", "mark"],
)
def test_the_parity_of_seven_bits_is_recognised_in_the_eighth(content: bytes, parity: str) -> None:
    """The settings to write are said in full, at this baud rate."""
    assert hint(content).endswith(f"so try: settings: 9600 {parity}")


def test_another_baud_rate_is_noise_of_no_advice_but_the_drivers() -> None:
    """Which of them is right cannot be known from the bytes: none is invented."""
    noise = hint(bytes([0x00, 0x80, 0xE0, 0xF8, 0xFF, 0x1E, 0x78]) * 40)
    assert "the line settings 9600 8N1 are wrong" in noise
    assert "its driver knows 1200 7E1" in noise
    assert "try" not in noise


def test_the_instruments_own_text_speaks_for_the_settings() -> None:
    assert hint(REPORT) == ""


def test_a_few_strange_bytes_are_no_noise() -> None:
    """Plugging in makes some; so may one damaged line in a report."""
    assert hint(b"\xff\x00\xfe" + REPORT) == ""
    assert hint(b"\xff" * (LEAST_BYTES - 1)) == ""


def test_an_instrument_that_sends_any_byte_makes_no_noise() -> None:
    """Its driver gives no alphabet."""
    noise = Noise(None, AS_9600, "9600 8N1")
    noise.hear(bytes(range(256)))
    assert noise.hint is None


def test_a_whole_transmission_of_text_ends_the_hint_and_one_of_noise_does_not() -> None:
    """A framer may cut noise at a byte that happens to be its line end."""
    noise = Noise(TEXT_BYTES, AS_9600, "9600 7E1")
    noise.hear(b"\xff" * 100)
    noise.forget(b"\xff" * 100)
    assert noise.hint is not None
    noise.forget(REPORT)
    assert noise.hint is None


def test_only_what_came_last_counts() -> None:
    """After the settings of the counter were set right, its text drives the noise out."""
    noise = Noise(TEXT_BYTES, AS_9600, "9600 7E1")
    noise.hear(b"\xff" * 5000)
    noise.hear(REPORT * 4)
    assert noise.hint is None
