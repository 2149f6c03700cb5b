"""Tri-Carb 2100TR liquid scintillation counter: what it sends over its RS-232 port."""

from __future__ import annotations

import re
from collections.abc import Sequence

from labsvc.driver import (
    TEXT_BYTES,
    Capture,
    Driver,
    Files,
    ParseError,
    Recognition,
    Record,
    SerialLine,
    decode,
)
from labsvc_drivers.tricarb_2100tr.beginning import closed_early
from labsvc_drivers.tricarb_2100tr.calibration import MADE_OF_IT, has_heading
from labsvc_drivers.tricarb_2100tr.framer import RunFramer
from labsvc_drivers.tricarb_2100tr.report import WRONG_SETTINGS, has_header, read_stream
from labsvc_drivers.tricarb_2100tr.simulate import FAULTS, write_stream

_HEAD = 4096
_END = re.compile(rb"(,EOP[\r\n]*|H3 +E\^2/B[^\r\n=]*= *[\d.]+ *[\r\n]+)$")


class TriCarb2100TR(Driver):
    """Runs and calibrations come over the serial line, or as files of what a line delivered."""

    title = "Tri-Carb 2100TR, RS-232"
    maturity = "beta"
    files = Files(patterns=("*.bin",), quiet_seconds=5.0)
    serial = SerialLine(RunFramer, "1200 7E1", ".bin", alphabet=TEXT_BYTES)
    faults = FAULTS

    def recognises(self, capture: Capture) -> Recognition:
        text = _ascii(capture.content[:_HEAD])
        if text.lstrip().startswith(MADE_OF_IT):
            return Recognition.no(
                f"it begins with {MADE_OF_IT!r}: what another program made of a calibration; give "
                "what the counter sent",
                1,
            )
        if has_heading(text):
            return Recognition.yes("it holds a heading of an SNC/IPA calibration report")
        if has_header(text):
            return Recognition.yes("it holds a 2100TR header line (protocol,0,0,quench,windows)")
        return Recognition.no("no line is a 2100TR header such as '9,0,0,tSIE/AEC,...'", 1)

    def parse(self, capture: Capture) -> Sequence[Record]:
        if not capture.content.isascii():
            raise ParseError(f"found {WRONG_SETTINGS}")
        return read_stream(decode(capture.content))

    def begun(self, capture: Capture) -> Sequence[Record]:
        """The run that is coming in, up to its last whole reading."""
        text = closed_early(_ascii(capture.content))
        return read_stream(text) if text is not None else ()

    def simulate(self, records: Sequence[Record], *, fault: str | None = None) -> bytes:
        return write_stream(records, fault=fault)

    def ends(self, content: bytes) -> bool:
        return _END.search(content) is not None


def _ascii(content: bytes) -> str:
    """The head with plain line ends; bytes that are not ASCII stay visible as marks."""
    return content.decode("ascii", "replace").replace("\r\n", "\n").replace("\r", "\n")
