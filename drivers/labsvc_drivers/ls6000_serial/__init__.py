"""Beckman LS 6000 family: the coded messages of its RS-232 output."""

from __future__ import annotations

import re
from collections.abc import Sequence

from labsvc.driver import (
    TEXT_BYTES,
    Capture,
    Driver,
    Files,
    Recognition,
    Record,
    SerialLine,
)
from labsvc_drivers.ls6000_serial.framer import SessionFramer
from labsvc_drivers.ls6000_serial.messages import begins_session, without_flow_control
from labsvc_drivers.ls6000_serial.session import read_sessions
from labsvc_drivers.ls6000_serial.simulate import FAULTS, write_session

__all__ = ["Ls6000Serial"]

_HEAD = 256
_SENT = TEXT_BYTES + b"\x01\x11\x13"  # SOH begins each message; XON and XOFF stand anywhere
_BREAK_AT_END = re.compile(rb"\x01[ -~]{2}B[ -~]*[\r\n]*$")


class Ls6000Serial(Driver):
    """Sessions arrive over the serial line, or as files of what a line delivered.

    Written from three pages of a manual: items are kept under their numbers, no counts are read.
    """

    title = "Beckman LS 6000 family, RS-232 coded output"
    maturity = "draft"
    files = Files(("*.bin",), quiet_seconds=5.0)
    serial = SerialLine(SessionFramer, "9600 8N1", ".bin", alphabet=_SENT)
    faults = FAULTS

    def recognises(self, capture: Capture) -> Recognition:
        if begins_session(capture.content[:_HEAD]):
            return Recognition.yes("it begins with a Send Initiate message (SOH, length, type S)")
        return Recognition.no("it does not begin with SOH and a Send Initiate message", 1)

    def parse(self, capture: Capture) -> Sequence[Record]:
        return read_sessions(capture.content)

    def simulate(self, records: Sequence[Record], *, fault: str | None = None) -> bytes:
        return write_session(records, fault)

    def ends(self, content: bytes) -> bool:
        return _BREAK_AT_END.search(without_flow_control(content)) is not None
