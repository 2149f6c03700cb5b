"""How well a line is heard."""

from __future__ import annotations

from datetime import UTC, datetime

from labsvc.capture.health import Health
from labsvc.capture.noise import Noise
from labsvc.capture.port import PortSettings
from labsvc.driver.interface import TEXT_BYTES

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NOTHING = object()


def health() -> Health:
    made = Health(Noise(TEXT_BYTES, PortSettings(9600, 8, "N", 1), "1200 7E1"))
    made.opened(NOTHING)
    return made


def test_a_part_that_broke_off_has_its_own_reason() -> None:
    """Each of them, as long as the line is heard well."""
    line = health()
    line.heard(b"9,1,1,21.0\r\n" * 9, NOTHING)
    for _ in range(2):
        assert line.reason("the line went away") == "the line went away"
        line.set_aside()


def test_noise_is_told_once_with_the_settings_and_then_no_more() -> None:
    """Until a whole transmission came; a hundred parts of noise are one message."""
    line = health()
    line.heard(b"\xff" * 100, NOTHING)
    assert "line settings 9600 8N1 are wrong" in (line.reason("no end") or "")
    line.set_aside()
    assert line.reason("no end") is None
    line.whole(b"9,1,1,21.0\r\n", NOON)
    line.heard(b"\xff" * 100, NOTHING)
    assert line.reason("no end") is not None


def test_noise_that_could_not_be_set_aside_is_told_again() -> None:
    """Our disk was full: the same part comes a second time."""
    line = health()
    line.heard(b"\xff" * 100, NOTHING)
    assert line.reason("no end") == line.reason("no end") is not None


def test_an_open_port_has_proved_nothing_until_a_whole_transmission_came() -> None:
    line = health()
    line.heard(b"half", NOTHING)
    assert line.last_whole_at is None
    line.whole(b"half and rest", NOON)
    assert line.last_whole_at == NOON


def test_where_nobody_counts_faults_there_are_none_to_show() -> None:
    """Not even zeros."""
    assert health().faults is None
