"""Hitachi-Aloka LSC-7400/8000 liquid scintillation counters: the text table."""

from __future__ import annotations

from collections.abc import Sequence

from labsvc.driver import (
    Capture,
    Driver,
    Files,
    ParseError,
    Recognition,
    Record,
    head_text,
    report_text,
    whole_lines,
)
from labsvc_drivers.aloka.report import REQUIRED, is_header, read_table
from labsvc_drivers.aloka.runs import run_of
from labsvc_drivers.aloka.simulate import FAULTS, write_table

__all__ = ["Aloka"]

HEAD_BYTES = 4096


class Aloka(Driver):
    """One row a vial counted once; no end mark, so the file must be quiet before it is taken."""

    title = "Aloka LSC-7400/8000, text table"
    maturity = "draft"
    files = Files(("*.csv", "*.txt"), quiet_seconds=60.0)
    locale = ("decimal", "dates", "encoding")
    faults = FAULTS

    def recognises(self, capture: Capture) -> Recognition:
        try:
            head = head_text(capture, HEAD_BYTES).split("\n")
        except ParseError as error:
            return Recognition.no(str(error))
        line = next((n for n, text in enumerate(head, 1) if is_header(text)), None)
        if line is None:
            return Recognition.no(f"no line in its head names the columns {', '.join(REQUIRED)}", 1)
        return Recognition.yes(f"line {line} names the columns {', '.join(REQUIRED)}")

    def parse(self, capture: Capture) -> Sequence[Record]:
        locale = capture.locale
        table = read_table(report_text(capture))
        return (run_of(table, decimal=locale.decimal, dates_told=locale.dates),)

    def begun(self, capture: Capture) -> Sequence[Record]:
        """Its whole rows."""
        return self.parse(whole_lines(capture))

    def simulate(self, records: Sequence[Record], *, fault: str | None = None) -> bytes:
        return write_table(records, fault)
