"""The report written, CRLF, as the counter's workstation writes it; with faults on request."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import datetime

from labsvc.driver import FORMATS, Channel, CountRun, PlateFormat, Reading, Record, State

FAULTS = ("truncated", "duplicated", "edited", "decimal_comma", "wrong_clock")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WRONG_CLOCK = datetime(1999, 1, 1, 0, 3)  # noqa: DTZ001  # a clock that lost its battery


def write_report(records: Sequence[Record], fault: str | None) -> bytes:
    """The report of the one CountRun in ``records``; ValueError when it cannot be written.

    Errors in percent that a channel lacks are computed for ``count minutes`` (run extras, else 1).
    """
    if fault is not None and fault not in FAULTS:
        raise ValueError(f"unknown fault {fault!r}; expected one of {', '.join(FAULTS)}")
    if len(records) != 1 or not isinstance(records[0], CountRun):
        raise ValueError("a MicroBeta report holds one count run")
    run = records[0]
    rows, grids = list(_list(run, fault)), list(_grids(run))
    if fault == "duplicated":
        rows.insert(2, rows[1])
    if fault == "edited":
        grids = _edited(grids)
    lines = [*_header(run, fault), *rows, "", "PLATES:", "=======", *grids, _total(run), "END", ""]
    content = "\r\n".join(lines).encode()
    return content[: len(content) // 2] if fault == "truncated" else content


def printed_time(moment: datetime) -> str:
    """``Wed  9-Jan-2019  5:40``."""
    day = f"{moment.day:2d}-{_MONTHS[moment.month - 1]}-{moment.year}"
    return f"{_WEEKDAYS[moment.weekday()]} {day} {moment.hour:2d}:{moment.minute:02d}"


def _header(run: CountRun, fault: str | None) -> Iterator[str]:
    program = run.program.number or "1"
    when = run.counted_at_text or (printed_time(run.counted_at) if run.counted_at else None)
    if when is None:
        raise ValueError("a MicroBeta report prints a date: the run has no counted_at")
    if fault == "wrong_clock":
        when = printed_time(_WRONG_CLOCK)
    yield run.extras.get("path", rf"C:\mbw\results\A{program}_1.txt")
    yield "RUN INFORMATION:"
    yield "================"
    yield f"{f'Counting protocol no: {program}':<58}{when}"
    yield f"Name: {run.program.name or ''}"
    yield f"CPM normalization protocol no: {run.extras.get('CPM normalization protocol no', ''):>2}"
    for key, text in run.extras.items():
        if key.startswith("header line "):
            yield text
    if run.extras.get("detectors") == "NOT NORMALIZED":
        yield from ("", "", "*** DETECTORS NOT NORMALIZED")
    yield from ("", "", "COLUMNS:", "========")


def _labels(run: CountRun) -> tuple[Channel, ...]:
    counted = next((reading for reading in run.readings if reading.channels), None)
    return counted.channels if counted else (Channel("1", corrected=("background",)),)


def _rates(run: CountRun) -> list[str]:
    """The rate column of each channel, in order: CCPM after background, CPM before it."""
    channels = enumerate(_labels(run), 1)
    return [
        f"{'CCPM' if 'background' in channel.corrected else 'CPM'}"
        f"{channel.name if channel.name.isdigit() else index}"
        for index, channel in channels
    ]


def _columns(run: CountRun) -> list[str]:
    if "columns" in run.extras:
        return run.extras["columns"].split(", ")
    return ["SAMPLE", "POS", *(name for rate in _rates(run) for name in (rate, f"{rate}%"))]


def _list(run: CountRun, fault: str | None) -> Iterator[str]:
    columns = _columns(run)
    yield _row(" ", columns)
    minutes = float(run.extras.get("count minutes", "1"))
    for reading in run.readings:
        if reading.state is State.NOT_COUNTED:
            continue
        printed = {"SAMPLE": reading.sample or f"Unk_{reading.order}", "POS": reading.position}
        for rate, channel in zip(_rates(run), reading.channels, strict=True):
            error = f"{_error_percent(channel, minutes):.1f}"
            printed[rate] = _cell(channel)
            if channel.dpm is not None:
                printed[f"DPM{rate.lstrip('CPM')}"] = f"{channel.dpm:.10g}"
            printed[f"{rate}%"] = error.replace(".", ",") if fault == "decimal_comma" else error
        yield _row(" ", [printed.get(name, reading.extras.get(name, "")) for name in columns])


def _error_percent(channel: Channel, minutes: float) -> float:
    """The error printed, else two standard deviations of the counts, in percent of them."""
    if channel.error_2sigma_percent is not None:
        return channel.error_2sigma_percent
    counts = (channel.cpm or 0.0) * minutes
    return 200.0 / math.sqrt(counts) if counts > 0 else 0.0


def _cell(channel: Channel) -> str:
    if channel.cpm is None or not math.isfinite(channel.cpm):
        raise ValueError(f"a MicroBeta report prints count rates: a channel has cpm {channel.cpm}")
    return f"{max(channel.cpm, 0.0):.0f}"  # the counter prints no rate below zero


def _plates(run: CountRun) -> dict[int, dict[str, Reading]]:
    plates: dict[int, dict[str, Reading]] = {}
    for reading in run.readings:
        plates.setdefault(reading.plate or 1, {})[reading.position] = reading
    return plates


def _grids(run: CountRun) -> Iterator[str]:
    for number, wells in _plates(run).items():
        shape = _shape(wells)
        yield f"Plate {number}"
        yield "Cassette information:"
        yield run.extras.get(f"plate {number} cassette") or _cassette(run, number, shape)
        yield from ("", "")
        for index, rate in enumerate(_rates(run)):
            yield from (rate, "", _row(" ", [str(n + 1) for n in range(shape.columns)]))
            cells = [_drawn(wells.get(well), index) for well in shape.wells()]
            for row in range(shape.rows):
                start = row * shape.columns
                yield _row(chr(ord("A") + row), cells[start : start + shape.columns])
            yield ""
        yield f"End of plate {number}"


def _shape(wells: dict[str, Reading]) -> PlateFormat:
    for shape in FORMATS.values():
        if all(shape.holds(position) for position in wells):
            return shape
    raise ValueError("no plate of 24, 48, 96 or 384 wells holds these positions")


def _cassette(run: CountRun, number: int, shape: PlateFormat) -> str:
    """Coded clips on the first cassette, STOP on the last one of a stack, as real runs have."""
    code = run.program.number if number == 1 else "-"
    stop = "STOP" if number == max(_plates(run)) > 1 else "-"
    return (
        f"Assay:-/Prot:{code}/Cass:{code}/Func:{stop}/Cassette no:{number:>4}"
        f"/Shelf:{number:>2}/{shape.rows}*{shape.columns}"
    )


def _drawn(reading: Reading | None, index: int) -> str:
    if reading is None or reading.state is State.NOT_COUNTED:
        return "-"
    return _cell(reading.channels[index])


def _total(run: CountRun) -> str:
    rate, _, unit = run.extras.get("total count rate", "").partition(" ")
    cpm = [max(c.cpm, 0.0) for r in run.readings for c in r.channels if c.cpm is not None]
    return f"Total count rate:{rate or f'{sum(cpm):.1f}':>11} {unit or 'CCPM'}"


def _edited(grids: list[str]) -> list[str]:
    """One counted cell of the first grid made ten times as large, as by a slip of the finger."""
    for index, line in enumerate(grids):
        cells = line.split("\t")
        if line.startswith("A\t") and (place := _first_number(cells)):
            cells[place] += "0" if cells[place] != "0" else "7"
            return [*grids[:index], "\t".join(cells), *grids[index + 1 :]]
    raise ValueError("no counted cell in row A to edit")


def _first_number(cells: Sequence[str]) -> int | None:
    return next((n for n, cell in enumerate(cells) if cell.isdigit()), None)


def _row(start: str, cells: Sequence[str]) -> str:
    return "\t".join((start, *cells, ""))
