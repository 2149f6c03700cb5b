"""Example Instruments E-1: its text report, from a folder or over its serial line."""

from collections.abc import Sequence

from labsvc.driver import (
    Capture,
    Driver,
    Files,
    ParseError,
    Recognition,
    Record,
    SerialLine,
    decode,
)
from labsvc_example_e1.framer import ReportFramer
from labsvc_example_e1.report import FIRST_LINE, has_end, read_report
from labsvc_example_e1.simulate import FAULTS, write_report


class E1(Driver):
    """One report is one run; its last line says how many places it has."""

    title = "Example Instruments E-1, text report"
    maturity = "draft"
    files = Files(("E1_*.TXT",), quiet_seconds=10.0)
    serial = SerialLine(ReportFramer, "9600 8N1")
    faults = FAULTS

    def recognises(self, capture: Capture) -> Recognition:
        try:
            first = decode(capture.content[:200]).partition("\n")[0]
        except ParseError as error:
            return Recognition.no(str(error))
        if FIRST_LINE.fullmatch(first):
            return Recognition.yes(f"the first line is {first!r}")
        return Recognition.no("the first line is not 'EXAMPLE INSTRUMENTS E-1 V...'", 1)

    def parse(self, capture: Capture) -> Sequence[Record]:
        return (read_report(decode(capture.content)),)

    def simulate(self, records: Sequence[Record], *, fault: str | None = None) -> bytes:
        return write_report(records, fault)

    def ends(self, content: bytes) -> bool:
        """With its END line nobody need wait for the file to be quiet."""
        return has_end(content)
