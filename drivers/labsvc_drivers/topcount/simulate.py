"""Reads written, CRLF and padded, as the counter writes them; with faults on request."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from labsvc.driver import FORMATS, CountRun, PlateFormat, Reading, Record, State, well
from labsvc_drivers.topcount.clock import has_half_days, printed, seconds
from labsvc_drivers.topcount.report import COLUMN, LINES_OF_COLUMN

FAULTS = ("truncated", "duplicated", "wrong_clock")
_WRONG_BY = 9 * 3600
_SECONDS_A_WELL = 5
_CELL, _HALF_DAY_CELL = 11, 12  # characters of a cell, its closing blank included


def write_reads(records: Sequence[Record], fault: str | None) -> bytes:
    """One read for each plate of every CountRun in ``records``, joined; ValueError when it cannot.

    Clocks come from ``extras["clock"]``, else from the times of the readings or of the run.
    """
    if fault is not None and fault not in FAULTS:
        raise ValueError(f"unknown fault {fault!r}; expected one of {', '.join(FAULTS)}")
    runs = [record for record in records if isinstance(record, CountRun)]
    if not runs or len(runs) != len(records):
        raise ValueError("a TopCount file holds the reads of count runs")
    wrong_by = _WRONG_BY if fault == "wrong_clock" else 0
    lines = [line for run in runs for read in _plates(run) for line in _read(run, read, wrong_by)]
    content = "".join(f"{line}\r\n" for line in lines).encode()
    if fault == "duplicated":
        return content * 2
    return content[: len(content) * 2 // 3] if fault == "truncated" else content


def _plates(run: CountRun) -> list[dict[str, Reading]]:
    plates: dict[int, dict[str, Reading]] = {}
    for reading in run.readings:
        plates.setdefault(reading.plate or 1, {})[reading.position] = reading
    if not plates:
        raise ValueError("a TopCount read prints places: the run has no readings")
    return list(plates.values())


def _read(run: CountRun, read: Mapping[str, Reading], wrong_by: int) -> Iterator[str]:
    clocks = {place: _clock(run, one, wrong_by) for place, one in read.items() if _counted(one)}
    figures = {place: _figure(one) for place, one in read.items() if _counted(one)}
    if run.extras.get("format") == COLUMN or all(place.isdigit() for place in read):
        return _column(figures, clocks)
    return _plate(_shape(read), figures, clocks)


def _counted(reading: Reading) -> bool:
    return reading.state is not State.NOT_COUNTED


def _shape(read: Mapping[str, Reading]) -> PlateFormat:
    """The plate of 96 where it holds every well, else the smallest that does."""
    for size in (96, *FORMATS):
        if all(FORMATS[size].holds(place) for place in read):
            return FORMATS[size]
    raise ValueError("no plate of 24, 48, 96 or 384 wells holds these positions")


def _column(figures: Mapping[str, str], clocks: Mapping[str, str]) -> Iterator[str]:
    for number in range(1, LINES_OF_COLUMN + 1):
        place = str(number)
        yield f"{place:>3} ,{figures.get(place, ''):>4} ,{clocks.get(place, ''):>8} "
    yield ""


def _plate(
    shape: PlateFormat, figures: Mapping[str, str], clocks: Mapping[str, str]
) -> Iterator[str]:
    half_days = any(map(has_half_days, clocks.values()))
    yield from _grid(shape, figures, _CELL)
    yield from ("    ", "    ")
    yield from _grid(shape, clocks, _HALF_DAY_CELL if half_days else _CELL)
    yield ""


def _grid(shape: PlateFormat, cells: Mapping[str, str], width: int) -> Iterator[str]:
    heads = (_centred(str(number), width) for number in range(1, shape.columns + 1))
    yield "\t".join(("    ", *heads)).rstrip() + " "
    for row in range(shape.rows):
        places = (well(row, column) for column in range(1, shape.columns + 1))
        printed_cells = (f"{cells.get(place, ''):>{width - 1}} " for place in places)
        yield "\t".join((f"  {well(row, 1)[0]} ", *printed_cells))


def _centred(text: str, width: int) -> str:
    return (" " * ((width - len(text)) // 2) + text).ljust(width)


def _clock(run: CountRun, reading: Reading, wrong_by: int) -> str:
    text = reading.extras.get("clock")
    if text is not None:
        if not wrong_by:
            return text
        return printed(seconds(text, line=0) + wrong_by, half_days=has_half_days(text))
    when = reading.counted_at
    if when is None and run.counted_at is not None:
        when = run.counted_at + timedelta(seconds=_SECONDS_A_WELL * (reading.order - 1))
    if when is None:
        raise ValueError("a TopCount read prints clock times: the run has no counted_at")
    return printed(when.hour * 3600 + when.minute * 60 + when.second + wrong_by, half_days=False)


def _figure(reading: Reading) -> str:
    cpm = reading.channels[0].cpm if reading.channels else None
    if cpm is None or not math.isfinite(cpm):
        raise ValueError(f"a TopCount read prints figures: {reading.position} has cpm {cpm}")
    return f"{max(cpm, 0.0):.0f}"
