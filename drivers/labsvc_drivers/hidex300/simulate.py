"""The export written, with empty spectra; with faults on request."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import timedelta

from labsvc.driver import Channel, CountRun, Reading, Record
from labsvc_drivers.hidex300.listwriting import write_list
from labsvc_drivers.hidex300.report import (
    CHANNELS,
    FIRST_KEY,
    MATRIX,
    MATRIX_FIGURES,
    MATRIX_LINES,
    SPECTRUM,
    START,
)

FAULTS = ("truncated", "stopped", "duplicated", "decimal_comma", "wrong_clock")
_UNUSED = ("Column 17", "Column 18", "Column 19", "Column 20")
_KEYS = (
    *(FIRST_KEY, "Repe.", "Vial", "WName", "CPM", "DPM", "TDCR", "Chemi", "Counts", "DTime"),
    *("Time", "EndTime", "QPE", "QPI", "LumiCPS", "Temp", *_UNUSED),
)
_CLOCK_ERROR = timedelta(days=9131)  # 25 years back: a clock that lost its battery
_SECONDS = 60.0


def write_report(records: Sequence[Record], fault: str | None) -> bytes:
    """The export of the one CountRun in ``records``; ValueError when it cannot be written.

    Figures that a reading lacks are left out, but for those every block has: counts and times
    follow from the rate, 60 s and a dead time factor of 1 where nothing else is known. A run with
    ``columns`` in its extras is written as a list.
    """
    if fault is not None and fault not in FAULTS:
        raise ValueError(f"unknown fault {fault!r}; expected one of {', '.join(FAULTS)}")
    if len(records) != 1 or not isinstance(records[0], CountRun) or not records[0].readings:
        raise ValueError("a Hidex export holds the readings of one count run")
    run = records[0]
    if "columns" in run.extras:
        return write_list(run, fault)
    blocks = [_block(run, reading, fault) for reading in run.readings]
    if fault == "duplicated":
        blocks.append(blocks[0])
    if fault == "stopped":
        blocks = blocks[:-1]
    lines = [*_header(run), *(line for block in blocks for line in block)]
    content = "".join(f"{line}\r\n" for line in lines).encode()
    return content[: -len(content) // (3 * len(blocks))] if fault == "truncated" else content


def _header(run: CountRun) -> Iterator[str]:
    extras = run.extras
    yield extras.get("title", run.run_key)
    yield f"Start Time {extras.get('Start Time') or _start(run)}"
    rois = [key for key in extras if key.startswith("ROI")] or ["ROI1"]
    for roi in rois:
        yield f"- {roi} {extras.get(roi, 'Free Channel Limits 1 - 1023, Type Beta')}"
    yield f"Counting type: {extras.get('Counting type', 'Low')}"
    yield from (text for key, text in extras.items() if key.startswith("header line "))


def _start(run: CountRun) -> str:
    when = run.counted_at or run.readings[0].counted_at
    return f"{when.hour}:{when:%M:%S}" if when is not None else ""


def _block(run: CountRun, reading: Reading, fault: str | None) -> list[str]:
    cells = _cells(run, reading, fault)
    keys = [key for key in (*_KEYS, *reading.extras) if key in cells]
    lines = [f"{key};{cells[key]}" for key in dict.fromkeys(keys)]
    if fault == "decimal_comma":
        lines = [line.replace(".", ",") if line.startswith("CPM;") else line for line in lines]
    if any(line.count(";") != 1 or "\n" in line for line in lines):
        raise ValueError(f"a value of {reading.position} holds ';' or a line end")
    spectrum = (f"{number};0;0;0;0" for number in range(1, CHANNELS + 1))
    matrix = ";".join("0" * MATRIX_FIGURES)
    names = f"{SPECTRUM};Alpha;Beta;Alpha Triple;Beta Triple"
    return [START, *lines, names, *spectrum, MATRIX, *[matrix] * MATRIX_LINES]


def _cells(run: CountRun, reading: Reading, fault: str | None) -> dict[str, str]:
    when = reading.counted_at or run.counted_at
    if when is None:
        raise ValueError("a Hidex export prints a time for each vial: a reading has none")
    if fault == "wrong_clock":
        when -= _CLOCK_ERROR
    cells = {
        FIRST_KEY: str(reading.order),
        "Repe.": str(reading.repeat),
        "Vial": reading.position if reading.position.isdigit() else str(reading.order),
        "WName": reading.position,
        "EndTime": f"{when.day:02d}/{when.month:02d}/{when.year} {when:%H:%M:%S}",
        **dict.fromkeys(_UNUSED, "0"),
        **_measured(reading),
    }
    if reading.quench is not None:
        cells[reading.quench.kind] = f"{reading.quench.value:.3f}"
    return cells | dict(reading.extras)


def _measured(reading: Reading) -> dict[str, str]:
    channel = reading.channels[0] if reading.channels else Channel("1")
    if channel.cpm is None or not math.isfinite(channel.cpm):
        raise ValueError(f"a Hidex export prints count rates: a reading has cpm {channel.cpm}")
    live = reading.live_time_s or _SECONDS
    counts = channel.cpm * live / 60 if channel.counts is None else channel.counts
    cells = {
        "CPM": f"{channel.cpm:.3f}",
        "Counts": f"{counts:.0f}",
        "DTime": "1.000",
        "Time": f"{live * float(reading.extras.get('DTime', '1')):.0f}",
    }
    if channel.dpm is not None:
        cells["DPM"] = f"{channel.dpm:.0f}"
    return cells
