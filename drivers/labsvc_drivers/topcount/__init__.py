"""TopCount NXT microplate scintillation counter: reads in plate or column format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from labsvc.driver import (
    Capture,
    CountRun,
    Driver,
    Files,
    ParseError,
    Recognition,
    Record,
    decode,
    head_text,
    packed_records,
    report_text,
)
from labsvc_drivers.topcount.clock import is_clock
from labsvc_drivers.topcount.report import Read, column_cell, grid_shape, reads
from labsvc_drivers.topcount.runs import run_of
from labsvc_drivers.topcount.simulate import FAULTS, write_reads

__all__ = ["TopCount"]

HEAD_BYTES = 16_384


class TopCount(Driver):
    """One file a read; files of several reads were joined by somebody."""

    title = "TopCount NXT, plate or column format"
    maturity = "beta"
    files = Files(("*.[0-9][0-9][0-9]", "*.[0-9][0-9][0-9][0-9]", "*.txt"))
    locale = ("encoding",)
    faults = FAULTS

    def recognises(self, capture: Capture) -> Recognition:
        try:
            head = head_text(capture, HEAD_BYTES).lstrip("\n").split("\n")
        except ParseError as error:
            return Recognition.no(str(error))
        if _starts_column(head):
            return Recognition.yes("numbered lines 'n ,figure ,clock' from 1")
        if grid_shape(head[0]) is None:
            return Recognition.no("neither '1 ,figure ,clock' nor column numbers after TABs", 1)
        if not any(_is_row_of_clocks(line) for line in head):
            return Recognition.no("a grid, but none of clock times after it", 1)
        return Recognition.yes("a grid of figures, then a grid of clock times, and no header")

    def parse(self, capture: Capture) -> Sequence[Record]:
        return packed_records(_runs(reads(report_text(capture))))

    def simulate(self, records: Sequence[Record], *, fault: str | None = None) -> bytes:
        return write_reads(records, fault)

    def ends(self, content: bytes) -> bool:
        """One whole read and its blank line. Joined reads have no end: one more may follow."""
        try:
            text = decode(content)
            return text.endswith("\n\n") and sum(1 for _ in islice(reads(text), 2)) == 1
        except ParseError:
            return False


def _runs(found: Iterator[Read]) -> Iterator[CountRun]:
    seen: set[str] = set()
    for read in found:
        run = run_of(read)
        if run.run_key in seen:
            raise ParseError(
                f"the read that starts here ({run.run_key}) stands twice in the file: joined "
                "twice; take one of them out",
                line=read.line,
            )
        seen.add(run.run_key)
        yield run


def _starts_column(head: Sequence[str]) -> bool:
    cells = [column_cell(line, number) for number, line in enumerate(head[:2], 1)]
    return len(cells) == 2 and all(
        cell is not None and (is_clock(cell[1]) or cell == ("", "")) for cell in cells
    )


def _is_row_of_clocks(line: str) -> bool:
    first, *cells = line.split("\t")
    printed_cells = [cell for cell in cells if cell.strip()]
    return len(first.strip()) == 1 and bool(printed_cells) and all(map(is_clock, printed_cells))
