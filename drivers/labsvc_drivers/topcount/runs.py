"""From reads to runs. The file holds neither date nor unit nor name: clocks and figures are all."""

from __future__ import annotations

import hashlib

from labsvc.driver import Channel, CountRun, Instrument, Reading, State
from labsvc_drivers.topcount.clock import first_and_last, printed, seconds
from labsvc_drivers.topcount.report import COLUMN, Cell, Read

NO_UNIT = "the file does not print its unit: the figures are read as counts per minute"


def run_of(read: Read) -> CountRun:
    """The run of one read; ParseError when a clock is no time of day."""
    counted = read.counted()
    clocks = {seconds(cell.clock, line=cell.line): cell.clock for cell in reversed(counted)}
    first, last = first_and_last(clocks)
    warnings = [NO_UNIT]
    if last < first:
        warnings.append(
            f"the read passed midnight: from {clocks[first]} to {clocks[last]}; the file holds no "
            "date"
        )
    if read.layout == COLUMN:
        warnings.append(
            "column format: whether 1 to 96 run along the rows or down the columns of the plate "
            "is not printed; positions are the printed numbers"
        )
    return CountRun(
        run_key=_run_key(read, first, last),
        instrument=Instrument("Packard / PerkinElmer"),
        readings=tuple(_reading(cell, order) for order, cell in enumerate(read.cells, 1)),
        counted_at_text=clocks[first],
        warnings=tuple(warnings),
        extras={
            "format": read.layout,
            "first clock": clocks[first],
            "last clock": clocks[last],
        },
    )


def _run_key(read: Read, first: int, last: int) -> str:
    """Names repeat and nothing else is printed: first and last clock, and all that was counted.

    The figures and not their spelling: a read that went through a spreadsheet keeps its key.
    """
    places = (
        f"{cell.position} {int(cell.figure)} {seconds(cell.clock, line=cell.line)}"
        for cell in read.counted()
    )
    digest = hashlib.sha256("\n".join(places).encode()).hexdigest()[:16]
    start, end = (printed(clock, half_days=False) for clock in (first, last))
    return f"topcount {read.layout} {start} {end} {digest}"


def _reading(cell: Cell, order: int) -> Reading:
    if not cell.figure:
        return Reading(cell.position, order, state=State.NOT_COUNTED)
    channel = Channel("1", cpm=float(cell.figure))
    return Reading(cell.position, order, (channel,), extras={"clock": cell.clock})
