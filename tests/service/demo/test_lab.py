"""The simulated lab leaves files and prints to cables, as a real one does."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
import serial

from labsvc.service.demo.day import Act
from labsvc.service.demo.lab import Cable, Lab, PseudoTerminal, Socket
from tests.patience import PATIENCE

RUN = bytes(range(32, 127)) * 20


def received(cable: Cable) -> bytes:
    """What a serial port gives while the cable is printed to."""
    with serial.serial_for_url(cable.url, timeout=PATIENCE) as port:
        printing = threading.Thread(target=cable.send, args=(RUN,))
        printing.start()
        found: bytes = port.read(len(RUN))
        printing.join()
    return found


@pytest.mark.parametrize("kind", [PseudoTerminal, Socket])
def test_what_is_printed_arrives_byte_for_byte(kind: type[Cable]) -> None:
    """Over a pseudo-terminal, and over the local connection that Windows has instead."""
    cable = kind()
    try:
        assert received(cable) == RUN
    finally:
        cable.close()


def test_an_act_done_twice_leaves_the_same_file(tmp_path: Path) -> None:
    """A restarted demo does it again; the counter's file must not look new."""
    (tmp_path / "lab" / "microbeta").mkdir(parents=True)
    cable = Socket()
    lab = Lab(tmp_path, cable)
    act = Act("microbeta", "NET-0411.txt", b"report", "a plate")
    lab.perform(act)
    before = (tmp_path / "lab" / "microbeta" / "NET-0411.txt").stat()
    lab.perform(act)
    after = (tmp_path / "lab" / "microbeta" / "NET-0411.txt").stat()
    cable.close()
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)
