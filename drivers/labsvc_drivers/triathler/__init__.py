"""Hidex Triathler single-vial counter (also sold as BetaScout): what it sends as "Commfil v.2"."""

from __future__ import annotations

from collections.abc import Sequence

from labsvc.driver import (
    Capture,
    Driver,
    Files,
    Recognition,
    Record,
    SerialLine,
    packed_records,
)
from labsvc_drivers.triathler.framer import VialFramer
from labsvc_drivers.triathler.report import ends_whole, first_line, looks_like, read_stream
from labsvc_drivers.triathler.runs import run_of
from labsvc_drivers.triathler.simulate import FAULTS, write_stream

__all__ = ["Triathler"]

HEAD_BYTES = 4096


class Triathler(Driver):
    """One transmission a vial: read-outs while it counts, then its spectrum and ``Bitsum``."""

    title = "Hidex Triathler, RS-232 (Commfil v.2)"
    maturity = "draft"
    files = Files(("*.bin",), quiet_seconds=5.0)
    serial = SerialLine(framer=VialFramer, settings="9600 8N1", suffix=".bin")
    faults = FAULTS

    def recognises(self, capture: Capture) -> Recognition:
        head = capture.content[:HEAD_BYTES]
        if looks_like(head):
            return Recognition.yes("it holds a read-out such as '{t   5R:  1200' below its vial")
        return Recognition.no(
            f"no read-out such as '{{t   5R:  1200' below '[< protocol >S: 1'; it starts "
            f"{first_line(head)[:40]!r}",
            1,
        )

    def parse(self, capture: Capture) -> Sequence[Record]:
        return packed_records(map(run_of, read_stream(capture.content)))

    def simulate(self, records: Sequence[Record], *, fault: str | None = None) -> bytes:
        return write_stream(records, fault)

    def ends(self, content: bytes) -> bool:
        return ends_whole(content)
