"""What a port's hardware counted."""

from __future__ import annotations

import os
import struct
from contextlib import closing

import pytest

from labsvc.capture.linefaults import LineFaults, count_faults, read_counts
from labsvc.capture.port import PortSettings, open_port

pty = pytest.importorskip("pty", reason="pseudo-terminals are not on this system")


def test_the_kernels_counts_are_read_in_its_order() -> None:
    """cts dsr rng dcd rx tx frame overrun parity brk buf_overrun, then nine that mean nothing."""
    filled = struct.pack("20i", 1, 2, 3, 4, 500, 6, 7, 8, 9, 10, 11, *[0] * 9)
    assert read_counts(filled) == LineFaults(
        received=500, framing=7, parity=9, overrun=8 + 11, breaks=10
    )


def test_a_port_that_counts_nothing_says_so() -> None:
    """A pseudo-terminal has no hardware: no zeros are made up for it."""
    master, slave = pty.openpty()
    with closing(open_port(os.ttyname(slave), PortSettings(9600, 8, "N", 1))) as port:
        assert count_faults(port) is None
    os.close(slave)
    os.close(master)


def test_what_was_counted_before_the_port_was_opened_is_not_ours() -> None:
    now, before = LineFaults(100, 5, 4, 3, 2), LineFaults(90, 5, 1, 3, 0)
    assert now.since(before) == LineFaults(10, 0, 3, 0, 2)


@pytest.mark.parametrize(
    ("faults", "said"),
    [
        (LineFaults(100, framing=30), "30 framing and 0 parity errors in 100 bytes"),
        (LineFaults(40, parity=20), "baud rate, bits or parity are wrong"),
        (LineFaults(10000, overrun=3), "lost 3 bytes that were not read in time"),
    ],
)
def test_counts_that_cost_readings_are_a_sentence(faults: LineFaults, said: str) -> None:
    """Noise by its share, lost bytes from the first one on."""
    assert said in (faults.hint or "")


@pytest.mark.parametrize("faults", [LineFaults(), LineFaults(5, framing=5), LineFaults(9999, 11)])
def test_a_few_faults_among_many_bytes_are_none(faults: LineFaults) -> None:
    """The plug makes some."""
    assert faults.hint is None
