"""A serial line at full speed: 10 MB of a Tri-Carb 2100TR down a real pseudo-terminal.

    python benchmarks/serial_line.py            three times 10 MB
    python benchmarks/serial_line.py --quick    1 MB, once: does it run at all

What is measured is the service's own ``LineSource`` with the driver's framer and its spool on disk
(TMPDIR: on a real disk, or waiting for the disk is not seen), from the first byte sent to the last
run delivered. The sender is a process of its own, and each time is, so that the memory is the
line's: the largest resident above that before the first byte. Linux only.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import pty
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import tty
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from labsvc.capture.line import LineSettings, LineSource
from labsvc.driver import Channel, CountRun, Instrument, Program, Quench, Reading
from labsvc.model.capture import Capture
from labsvc.service.registry import load_drivers

TIMES, SIZE_MB = 3, 10
MB = 1_000_000
VIALS = 400
DAY = datetime(2026, 1, 5, 9, 0)
PATIENCE_SECONDS = 300.0
SENDER = """\
import os, sys
left = memoryview(open(sys.argv[1], "rb").read())
while left:
    left = left[os.write(1, left):]
"""


def made(size: int) -> bytes:
    """Runs of 400 vials of the simulated counter, one after the other."""
    vials = tuple(
        Reading(
            position=str(n),
            order=n,
            channels=(Channel("A", cpm=20.0 + n % 977, error_2sigma_percent=5.1),),
            live_time_s=60.0,
            counted_at=DAY + timedelta(minutes=n),
            quench=Quench("tSIE", 412.5),
        )
        for n in range(1, VIALS + 1)
    )
    one = CountRun("bench", Instrument("x"), vials, Program("7", "BENCH"), DAY)
    text = load_drivers().named("tricarb-2100tr").simulate([one])
    return text * max(1, size // len(text))


def memory(figure: str) -> int:
    """Bytes of this process alone: ``VmRSS`` now, ``VmHWM`` at most."""
    lines = Path("/proc/self/status").read_text().splitlines()
    (line,) = (line for line in lines if line.startswith(f"{figure}:"))
    return int(line.split()[1]) * 1024


@dataclass(slots=True)
class Desk:
    """Where runs arrive. ``whole`` is set when as much arrived as was sent."""

    expected: int
    runs: int = 0
    received: int = 0
    fragments: list[str] = field(default_factory=list)
    whole: threading.Event = field(default_factory=threading.Event)

    def deliver(self, capture: Capture) -> None:
        self.runs += 1
        self._take(capture)

    def fragment(self, capture: Capture, why: str) -> None:
        self.fragments.append(why)
        self._take(capture)

    def _take(self, capture: Capture) -> None:
        self.received += len(capture.content)
        if self.received >= self.expected:
            self.whole.set()


def line(port: str, spool: Path, desk: Desk) -> LineSource:
    """The line as the service makes it."""
    told = load_drivers().named("tricarb-2100tr").serial
    assert told is not None
    settings = LineSettings("bench", port, told.settings, "tricarb-2100tr", "UTC", spool,
                            suffix=told.suffix, alphabet=told.alphabet)  # fmt: skip
    return LineSource(settings, framer=told.framer, deliver=desk.deliver, fragment=desk.fragment,
                      clock=lambda: datetime.now(UTC))  # fmt: skip


def transfer(sent: Path, spool: Path) -> dict[str, float]:
    """The bytes of ``sent`` down one line, in this process; SystemExit when they do not arrive."""
    content = sent.read_bytes()
    size, digest = len(content), hashlib.sha256(content).digest()
    del content
    master, slave = pty.openpty()
    tty.setraw(slave)
    desk = Desk(size)
    source = line(os.ttyname(slave), spool, desk)
    source.start()
    while source.state != "open":
        time.sleep(0.005)
    before = memory("VmRSS")
    started, worked = time.perf_counter(), time.process_time()
    with subprocess.Popen([sys.executable, "-c", SENDER, str(sent)], stdout=master) as sender:
        arrived = desk.whole.wait(PATIENCE_SECONDS)
        sender.kill()
    seconds, worked = time.perf_counter() - started, time.process_time() - worked
    peak = memory("VmHWM") - before
    source.stop()
    if not arrived:
        raise SystemExit(f"{desk.received} of {size} bytes arrived; fragments: {desk.fragments}")
    (transcript,) = (spool / "bench").glob("transcript-*.bin")
    same = hashlib.sha256(transcript.read_bytes()).digest() == digest
    return {
        "mb": size / MB,
        "runs": desk.runs,
        "fragments": len(desk.fragments),
        "transcript_exact": same,
        "seconds": seconds,
        "mb_per_second": size / MB / seconds,
        "cpu_seconds_per_mb": worked / (size / MB),
        "peak_mb": peak / MB,
    }


def measured(size_mb: int, times: int) -> list[dict[str, float]]:
    """Each time in a process and a folder of its own."""
    found = []
    for _ in range(times):
        with tempfile.TemporaryDirectory(prefix="labsvc-benchmark-") as folder:
            sent = Path(folder, "sent.bin")
            sent.write_bytes(made(size_mb * MB))
            spool = str(Path(folder, "spool"))
            command = [sys.executable, __file__, "--transfer", str(sent), spool]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(done.stderr.strip().splitlines()[-1])
        found.append(json.loads(done.stdout))
    return found


def summary(rows: Sequence[dict[str, float]]) -> dict[str, float]:
    """Medians; ``transcript_exact`` and ``fragments`` are of all of them."""
    middle = {
        name: statistics.median(row[name] for row in rows)
        for name in ("mb", "runs", "mb_per_second", "cpu_seconds_per_mb", "peak_mb")
    }
    exact = all(row["transcript_exact"] for row in rows)
    return middle | {"fragments": sum(row["fragments"] for row in rows), "transcript_exact": exact}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--quick", action="store_true", help="1 MB, once")
    parser.add_argument("--transfer", nargs=2, type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.transfer:
        print(json.dumps(transfer(*asked.transfer)))
        return
    rows = measured(1, 1) if asked.quick else measured(SIZE_MB, TIMES)
    found = summary(rows) | {"load_average": os.getloadavg()[0]}
    if asked.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name:<20} {value:10.3f}")


if __name__ == "__main__":
    main()
