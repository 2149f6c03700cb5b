"""Tri-Carb liquid scintillation counters with QuantaSmart: the comma-delimited report."""

from __future__ import annotations

from collections.abc import Sequence

from labsvc.driver import (
    Capture,
    CountRun,
    Driver,
    Files,
    ParseError,
    Recognition,
    Record,
    head_text,
    report_text,
    whole_lines,
)
from labsvc_drivers.tricarb.preamble import FIRST_LINE, is_table_header
from labsvc_drivers.tricarb.report import read_report
from labsvc_drivers.tricarb.simulate import FAULTS, write_report

_HEAD = 4096


class TriCarb(Driver):
    """One report file holds one run; it has no end mark, so a quiet file is taken."""

    title = "Tri-Carb with QuantaSmart, comma-delimited report"
    maturity = "beta"
    files = Files(patterns=("*.csv", "*.txt"), quiet_seconds=5.0)
    locale = ("encoding",)
    faults = FAULTS

    def recognises(self, capture: Capture) -> Recognition:
        try:
            lines = head_text(capture, _HEAD).split("\n")
        except ParseError as error:
            return Recognition.no(str(error))
        first = next((n for n, line in enumerate(lines) if line.strip()), 0)
        if lines[first].strip() != FIRST_LINE:
            return Recognition.no(
                f"the first line is {lines[first][:40]!r}, not {FIRST_LINE!r}", first + 1
            )
        if any(line.startswith("Assay Type:") or is_table_header(line) for line in lines):
            return Recognition.yes(f"it begins with {FIRST_LINE!r} and names its assay's type")
        return Recognition.no(f"{FIRST_LINE!r} is followed by neither 'Assay Type:' nor columns")

    def parse(self, capture: Capture) -> Sequence[CountRun]:
        return (read_report(report_text(capture), capture.sha256),)

    def begun(self, capture: Capture) -> Sequence[CountRun]:
        """Its whole rows. Without a path in it only its name tells it from another beginning."""
        text = report_text(whole_lines(capture))
        return (read_report(text, f"begun {capture.name}"),)

    def simulate(self, records: Sequence[Record], *, fault: str | None = None) -> bytes:
        return write_report(records, fault=fault)
