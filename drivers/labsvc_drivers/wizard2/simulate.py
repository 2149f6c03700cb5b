"""The table written, CRLF, as the counter exports it; with faults on request."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from labsvc.driver import Channel, CountRun, Reading, Record
from labsvc_drivers.wizard2.report import (
    COUNTS,
    CPM,
    ERROR,
    MARK,
    POSITION,
    PROTOCOL_ID,
    PROTOCOL_NAME,
    RACK,
    RUN_ID,
    SAMPLE,
    SECONDS,
    TIME_OF_DAY,
    column_names,
)

FAULTS = ("truncated", "stopped", "duplicated", "decimal_comma", "wrong_clock")
_DETECTOR, _STATUS = "Det", "Completion status"
_FIXED = (
    PROTOCOL_ID,
    PROTOCOL_NAME,
    TIME_OF_DAY,
    _STATUS,
    RUN_ID,
    RACK,
    _DETECTOR,
    POSITION,
    SECONDS,
    SAMPLE,
)
_DETECTORS = 5
Cells = dict[str, str]
_CLOCK_ERROR = timedelta(days=9131)  # 25 years back: a clock that lost its battery


def write_table(records: Sequence[Record], fault: str | None) -> bytes:
    """The table of every CountRun in ``records``; ValueError when it cannot be written."""
    if fault is not None and fault not in FAULTS:
        raise ValueError(f"unknown fault {fault!r}; expected one of {', '.join(FAULTS)}")
    found = [record for record in records if isinstance(record, CountRun)]
    if len(found) != len(records) or not any(run.readings for run in found):
        raise ValueError("a Wizard2 table holds the readings of count runs")
    columns = _columns(found)
    rows = _with_fault([_printed(run, r) for run in found for r in run.readings], fault)
    lines = [_line(columns), *(_line([row.get(name, "") for name in columns]) for row in rows)]
    content = "".join(f"{line}\r\n" for line in lines).encode()
    return content[: -len(lines[-1]) // 2] if fault == "truncated" else content


def _with_fault(rows: list[Cells], fault: str | None) -> list[Cells]:
    match fault:
        case "duplicated":
            return [rows[0], *rows]
        case "stopped":
            return rows[: (len(rows) + 1) // 2]
        case "decimal_comma":
            return [
                {name: c.replace(".", ",") if name.endswith(CPM) else c for name, c in row.items()}
                for row in rows
            ]
        case "wrong_clock":
            return [row | {TIME_OF_DAY: _set_back(row[TIME_OF_DAY])} for row in rows]
        case _:
            return rows


def _set_back(printed: str) -> str:
    return (datetime.fromisoformat(printed) - _CLOCK_ERROR).isoformat(" ", "seconds")


def _columns(found: Sequence[CountRun]) -> list[str]:
    printed = next((run.extras["columns"] for run in found if "columns" in run.extras), None)
    if printed is not None:
        return list(column_names(printed))
    names = dict.fromkeys(_name(c) for run in found for r in run.readings for c in r.channels)
    return [*_FIXED, *(name + end for name in names for end in (COUNTS, CPM, ERROR, MARK))]


def _name(channel: Channel) -> str:
    return channel.nuclide or channel.name


def _printed(run: CountRun, reading: Reading) -> Cells:
    when = reading.counted_at or run.counted_at
    if when is None:
        raise ValueError("a Wizard2 table prints a time for each tube: a reading has none")
    cells = {
        PROTOCOL_ID: run.program.number or "1",
        PROTOCOL_NAME: run.program.name or "",
        TIME_OF_DAY: when.isoformat(" ", "seconds"),
        _STATUS: "0",
        RUN_ID: run.extras.get(RUN_ID, "1"),
        RACK: reading.rack or "1",
        _DETECTOR: _detector(reading),
        POSITION: reading.position,
        SECONDS: _figure(reading.live_time_s or 60.0),
        SAMPLE: reading.sample or "",
    }
    for channel in reading.channels:
        cells |= _measured(channel, reading)
    return cells | dict(reading.extras)


def _detector(reading: Reading) -> str:
    return str((int(reading.position) - 1) % _DETECTORS + 1) if reading.position.isdigit() else "1"


def _measured(channel: Channel, reading: Reading) -> Cells:
    """Counts from CPM where a run has none; two standard deviations stand in for ``Error %``."""
    if channel.cpm is None or not math.isfinite(channel.cpm):
        raise ValueError(f"a Wizard2 table prints count rates: a channel has cpm {channel.cpm}")
    counts = channel.counts
    if counts is None:
        counts = channel.cpm * (reading.live_time_s or 60.0) / 60.0
    name = _name(channel)
    return {
        name + COUNTS: _figure(counts),
        name + CPM: _figure(channel.cpm),
        name + ERROR: _figure(200.0 / math.sqrt(max(counts, 1.0))),
    }


def _figure(value: float) -> str:
    """Two decimals at most, none that is not needed: ``24614.1``, ``20456``."""
    return str(round(value, 2)).removesuffix(".0")


def _line(cells: Sequence[str]) -> str:
    return ",".join(_quoted(cell) for cell in cells)


def _quoted(cell: str) -> str:
    if not any(mark in cell for mark in ',"\n'):
        return cell
    return '"' + cell.replace('"', '""') + '"'
