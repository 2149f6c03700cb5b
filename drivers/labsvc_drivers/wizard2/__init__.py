"""Wizard2 gamma counter (2470): the comma-separated table of a run."""

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
from labsvc_drivers.wizard2.report import REQUIRED, column_names, nuclide_names, read_table
from labsvc_drivers.wizard2.runs import runs
from labsvc_drivers.wizard2.simulate import FAULTS, write_table

__all__ = ["Wizard2"]

HEAD_BYTES = 4096


class Wizard2(Driver):
    """One row a tube; no end mark, so the file must be quiet before it is taken."""

    title = "Wizard2 (2470) gamma counter, comma-separated table"
    maturity = "beta"
    files = Files(("*.csv",), quiet_seconds=30.0)
    locale = ("encoding",)
    faults = FAULTS

    def recognises(self, capture: Capture) -> Recognition:
        try:
            header = head_text(capture, HEAD_BYTES).partition("\n")[0]
        except ParseError as error:
            return Recognition.no(str(error))
        columns = column_names(header)
        missing = [name for name in REQUIRED if name not in columns]
        if missing:
            return Recognition.no(f"the first line names no column {missing[0]!r}", 1)
        if not nuclide_names(columns):
            return Recognition.no("the first line names no column '<nuclide> CPM'", 1)
        return Recognition.yes(f"the first line names the columns {', '.join(REQUIRED)}")

    def parse(self, capture: Capture) -> Sequence[Record]:
        return runs(read_table(report_text(capture)))

    def begun(self, capture: Capture) -> Sequence[Record]:
        """Its whole rows."""
        return self.parse(whole_lines(capture))

    def simulate(self, records: Sequence[Record], *, fault: str | None = None) -> bytes:
        return write_table(records, fault)
