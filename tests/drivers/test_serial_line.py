"""Each counter's own output through a real pseudo-terminal: the readings that its file gives.

The line is the service's own, with the driver's framer and its spool on disk.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from labsvc.capture.line import LineSettings, LineSource
from labsvc.driver import Driver, HarvestRun, Record
from labsvc.model.capture import Capture
from labsvc.service.registry import load_drivers
from tests.patience import PATIENCE

pty = pytest.importorskip("pty", reason="pseudo-terminals are not on this system")
tty = pytest.importorskip("tty", reason="pseudo-terminals are not on this system")

FOLDER = Path(__file__).parent
DRIVERS = {name: one for name, one in load_drivers().drivers.items() if one.serial is not None}
AT = datetime(2026, 1, 5, 12, tzinfo=UTC)
SENT = {"harvest": 3, "ls6000-serial": 1, "triathler": 3, "tricarb-2100tr": 4}
"""How many transmissions the samples are."""
SCANS = b"NET-0412\r\nNET-0412 wash\r\nNET-0413\r\n"
"""What a bar-code scanner sends: its driver's simulator writes the log that a person keeps."""


def simulated(name: str) -> bytes:
    """The driver's samples, read and written again by its simulator, one after the other."""
    if name == "harvest":
        return SCANS
    driver = DRIVERS[name]
    samples = sorted((FOLDER / name.replace("-", "_") / "data").glob("*.bin"))
    assert samples
    return b"".join(
        driver.simulate(driver.parse(Capture(path.name, "t", AT, path.read_bytes())))
        for path in samples
    )


class Desk:
    """Where captures arrive; ``whole`` is set when as many came as were sent."""

    def __init__(self, expected: int) -> None:
        self.captures: list[Capture] = []
        self.fragments: list[str] = []
        self.whole = threading.Event()
        self._expected = expected

    def deliver(self, capture: Capture) -> None:
        self.captures.append(capture)
        if len(self.captures) == self._expected:
            self.whole.set()

    def fragment(self, capture: Capture, why: str) -> None:
        self.fragments.append(why)


@contextmanager
def line(driver: Driver, desk: Desk, spool: Path) -> Iterator[int]:
    """The counter's end of a pseudo-terminal, whose other end the line reads."""
    assert driver.serial is not None
    master, slave = pty.openpty()
    tty.setraw(slave)
    told = driver.serial
    settings = LineSettings("counter", os.ttyname(slave), told.settings, None, "UTC", spool,
                            suffix=told.suffix, alphabet=told.alphabet)  # fmt: skip
    source = LineSource(settings, framer=told.framer, deliver=desk.deliver, fragment=desk.fragment,
                        clock=lambda: AT, first_wait_seconds=0.02)  # fmt: skip
    source.start()
    try:
        _opened(source)
        yield master
    finally:
        source.stop()
        os.close(master)
        os.close(slave)


def _opened(source: LineSource) -> None:
    """What is sent before the port is open is lost, as with any counter. No one announces it."""
    pause = threading.Event()
    for _ in range(int(PATIENCE / 0.005)):
        if source.state == "open":
            return
        pause.wait(0.005)
    raise AssertionError("the port was not opened")


def records(driver: Driver, captures: list[Capture]) -> list[Record]:
    return [one for capture in captures for one in driver.parse(capture)]


@pytest.mark.parametrize("piece", [1, 7, 4096])
@pytest.mark.parametrize("name", DRIVERS)
def test_what_a_counter_sends_in_pieces_is_what_its_file_gives(
    name: str, piece: int, tmp_path: Path
) -> None:
    """Every reading, nothing broken off, and a transcript that is what was sent."""
    driver, sent = DRIVERS[name], simulated(name)
    desk = Desk(SENT[name])
    with line(driver, desk, tmp_path) as counter:
        for start in range(0, len(sent), piece):
            os.write(counter, sent[start : start + piece])
        assert desk.whole.wait(PATIENCE), f"{len(desk.captures)} arrived; {desk.fragments}"
    assert desk.fragments == []
    (transcript,) = (tmp_path / "counter").glob("transcript-*.bin")
    assert transcript.read_bytes() == sent
    found = records(driver, desk.captures)
    if name == "harvest":
        assert [(one.plate_id, one.step) for one in found if isinstance(one, HarvestRun)] == [
            ("NET-0412", "harvest"), ("NET-0412", "wash"), ("NET-0413", "harvest"),
        ]  # fmt: skip
        return
    assert found == records(driver, [Capture("a.bin", "counter", AT, sent)])
