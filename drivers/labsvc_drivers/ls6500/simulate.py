"""The same files written: a pass summary, or the spectrum of one sample."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from labsvc.driver import Channel, CountRun, Reading, Record, State
from labsvc_drivers.ls6500.biff4 import Cell, Cells
from labsvc_drivers.ls6500.report import (
    DATE,
    ELAPSED,
    FILE_NAME,
    INSTRUMENT,
    LUMINESCENCE,
    MINUTES,
    MONTHS,
    RACK,
    SAM,
    SPECTRUM,
    UNTAGGED,
    USER_ID,
    USER_NUMBER,
)
from labsvc_drivers.ls6500.spectrum import (
    CHANNEL,
    COUNTS,
    ISOTOPE,
    RANGE_LABEL,
    SAMPLE_LABEL,
    TOTAL,
)
from labsvc_drivers.ls6500.summary import COLUMNS, QUENCHES, channel_of
from labsvc_drivers.ls6500.workbook import write_cells

FAULTS = ("truncated", "duplicated", "stopped", "wrong_clock")
_COLUMNS = "Sam,Rack,Time,IC#,Raw CPM1,Raw CPM2,CPM Iso1,%Err1,CPM Iso2,%Err2,LumEx,ElTime"
_NOTHING = 1.69759663277e-313
_PLACES_IN_RACK = 12
_CHANGER_MINUTES = 0.5
_VALUES = 4
Rows = list[list[Cell]]


def write_workbook(records: Sequence[Record], fault: str | None) -> bytes:
    """The file of one run; a run that was read from a spectrum becomes a spectrum again.

    ValueError for an unknown fault and for what such a file cannot hold.
    """
    if fault is not None and fault not in FAULTS:
        raise ValueError(f"unknown fault {fault!r}; expected one of {', '.join(FAULTS)}")
    if len(records) != 1 or not isinstance(records[0], CountRun) or not records[0].readings:
        raise ValueError("a file of WinConnection holds one count run with readings")
    run = records[0]
    if run.counted_at is None:
        raise ValueError("WinConnection prints a time; this run has none")
    if fault == "wrong_clock":
        run = replace(run, counted_at=run.counted_at - timedelta(days=364))
    cells = _spectrum(run, fault) if SPECTRUM in run.extras else _summary(run, fault)
    content = write_cells(cells)
    return content[: len(content) * 2 // 3] if fault == "truncated" else content


def _printed(at: datetime) -> str:
    return f"{at.day:02d} {MONTHS[at.month - 1]} {at.year} {at:%H:%M:%S}"


def _sheet(heading: dict[int, tuple[str, *tuple[Cell, ...]]], top: int, rows: Rows) -> Cells:
    """Labels in A, values from E on; the names in row ``top``, the rest below a blank row."""
    cells: Cells = {}
    for row, (label, *values) in heading.items():
        cells[row, 0] = label
        cells |= {(row, _VALUES + n): value for n, value in enumerate(values)}
    for offset, row_cells in enumerate(rows):
        row = top + offset + (1 if offset else 0)
        cells |= {(row, n): cell for n, cell in enumerate(row_cells) if cell != ""}
    return cells


def _summary(run: CountRun, fault: str | None) -> Cells:
    assert run.counted_at is not None
    heading: dict[int, tuple[str, *tuple[Cell, ...]]] = {
        0: (INSTRUMENT, run.instrument.model or "LS 6000"),
        1: (DATE, _printed(run.counted_at)),
        2: (FILE_NAME, run.extras.get(FILE_NAME, "C:\\TEMP\\RAD00001.TMP")),
        5: (USER_NUMBER, run.program.number or "1"),
        6: (USER_ID, run.program.name or ""),
        7: ("User Comments", run.extras.get("User Comments", "")),
        9: ("Scintillator Choice:", run.extras.get("Scintillator Choice:", "LIQUID")),
    }
    names = run.extras.get(COLUMNS, _COLUMNS).split(",")
    rows = list(_rows(run, names))
    if fault == "duplicated":
        rows.insert(1, rows[0])
    if fault == "stopped":
        half = (len(rows) + 1) // 2
        rows = [*rows[:half], *([*row[:2]] for row in rows[half : half + 1])]
    return _sheet(heading, 14, [list(names), *rows])


def _rows(run: CountRun, names: Sequence[str]) -> Iterator[list[Cell]]:
    """An empty place has no row; a sample at which the pass was stopped has only its place."""
    elapsed = 0.0
    for reading in run.readings:
        if reading.state is State.NOT_COUNTED and SAM not in reading.extras:
            continue
        elapsed += (reading.live_time_s or 0.0) / 60 + _CHANGER_MINUTES
        # A run that was read keeps its own time, or had none.
        done = _NOTHING if COLUMNS in run.extras else elapsed
        yield [_cell(name, reading, done) for name in names]


def _sample(reading: Reading) -> int:
    printed = reading.extras.get(SAM) or (reading.position if reading.rack is None else "")
    return int(printed) if printed.isdecimal() else reading.order


def _place(reading: Reading) -> str:
    in_rack = reading.position if reading.rack and reading.position.isdecimal() else ""
    numbered = in_rack or str((_sample(reading) - 1) % _PLACES_IN_RACK + 1)
    return reading.extras.get(RACK, f"{reading.rack or UNTAGGED}-{numbered}")


def _cell(name: str, reading: Reading, done: float) -> Cell:
    if known := channel_of(name):
        value = _figure(*known, reading)
        return "" if value is None else value
    match name:
        case "Sam":
            return float(_sample(reading))
        case "Rack":
            return _place(reading)
    if reading.state is State.NOT_COUNTED:
        return ""
    if name in QUENCHES:
        return reading.quench.value if reading.quench else ""
    if name == MINUTES:
        return "" if reading.live_time_s is None else reading.live_time_s / 60
    otherwise: dict[str, Cell] = {ELAPSED: done, LUMINESCENCE: _NOTHING}
    return _kept(reading.extras[name]) if name in reading.extras else otherwise.get(name, "")


def _kept(text: str) -> Cell:
    try:
        return float(text)
    except ValueError:
        return text


def _figure(channel: str, field: str, reading: Reading) -> float | None:
    """The channel's figure; a run of another counter has one channel, which is both 1s."""
    named = {one.name: one for one in reading.channels}
    if reading.channels and not any(name[:3] in ("Iso", "Raw") for name in named):
        named = {"Iso1": reading.channels[0], "Raw1": reading.channels[0]}
    found = named.get(channel)
    value: float | None = getattr(found, field) if found else None
    if value is None and found is not None and field == "error_2sigma_percent":
        return _two_sigma(found, reading)
    return value


def _two_sigma(channel: Channel, reading: Reading) -> float | None:
    """Percent, from the counts: 8614.4 cpm in 5 minutes are 43,072 counts, printed 0.96."""
    counts = (channel.cpm or 0.0) * (reading.live_time_s or 0.0) / 60
    return round(200 / math.sqrt(counts), 2) if counts > 0 else None


def _spectrum(run: CountRun, fault: str | None) -> Cells:
    assert run.counted_at is not None
    reading = run.readings[0]
    total = int(reading.channels[0].counts or 0) if reading.channels else 0
    minutes = (reading.live_time_s or 0.0) / 60
    if fault == "stopped":
        total, minutes = total // 2, minutes / 2
    first, last, axis = run.extras.get(RANGE_LABEL, "0, 4095, Channel Number").split(", ")
    quench = reading.quench
    counted: tuple[str, *tuple[Cell, ...]] = (
        (f"{quench.kind}, {TOTAL} Counts:", f"{quench.value:g}", float(total))
        if quench
        else (f"{TOTAL} Counts:", float(total))
    )
    sample = str(_sample(reading))
    heading: dict[int, tuple[str, *tuple[Cell, ...]]] = {
        1: (DATE, _printed(run.counted_at)),
        2: (FILE_NAME, run.extras.get(FILE_NAME, "C:\\TEMP\\RAD00001.TMP")),
        4: (SPECTRUM, run.extras[SPECTRUM]),
        5: (USER_NUMBER, (run.program.number or "1").zfill(2)),
        6: (USER_ID, run.program.name or ""),
        7: ("User Comment", run.extras.get("User Comment", "")),
        8: (ISOTOPE, run.extras.get(ISOTOPE, "")),
        9: ("Scintillator", run.extras.get("Scintillator", "LIQUID")),
        10: (SAMPLE_LABEL, sample, _place(reading), f"{minutes:.2f}"),
        11: counted,
        12: (RANGE_LABEL, float(first), float(last), axis),
    }
    channels = list(_channels(int(first), int(last), total))
    if fault == "duplicated":
        channels.insert(1, channels[0])
    return _sheet(heading, 14, [[CHANNEL, COUNTS], *channels])


def _channels(first: int, last: int, total: int) -> Iterator[list[Cell]]:
    """Counts that fall off like a weak beta emitter's; whole, and together the total.

    The shape is ours: a run holds its total, not its spectrum.
    """
    wide = last - first + 1
    whole = -math.expm1(-40.0)
    below = 0
    for n in range(1, wide + 1):
        upto = total if n == wide else round(total * -math.expm1(-40.0 * n / wide) / whole)
        yield [float(first + n - 1), float(upto - below)]
        below = upto
