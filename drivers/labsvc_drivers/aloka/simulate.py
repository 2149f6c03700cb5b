"""The table written, CRLF, as far as its shape is known; with faults on request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from labsvc.driver import Channel, CountRun, Reading, Record
from labsvc_drivers.aloka.report import (
    COUNT_TIME,
    CPM,
    DATE,
    HOUR,
    MY_NUMBER,
    REPEAT_NUMBER,
    SAMPLE_NAME,
    SAMPLE_NUMBER,
    separator,
)

FAULTS = ("truncated", "duplicated", "mixed_marks", "unclear_dates", "wrong_clock")
_PER_REGION = ("GROSS", "CPM", "DPM", "EFF")
_ABOVE = "line above the header "
_FAULTY_DATES = {"unclear_dates": "03/04/2026", "wrong_clock": "2000/01/01"}


def write_table(records: Sequence[Record], fault: str | None) -> bytes:
    """The table of the one CountRun in ``records``; ValueError when it cannot be written."""
    if fault is not None and fault not in FAULTS:
        raise ValueError(f"unknown fault {fault!r}; expected one of {', '.join(FAULTS)}")
    run = records[0] if len(records) == 1 else None
    if not isinstance(run, CountRun) or not run.readings:
        raise ValueError("an Aloka table holds the readings of one count run")
    header = run.extras.get("columns") or ";".join(_columns(run))
    rows = [_row(run, reading, header, fault) for reading in run.readings]
    if fault == "duplicated":
        rows.insert(1, rows[0])
    if fault == "mixed_marks":
        rows[-1] = _other_mark(rows[-1])
    above = [text for name, text in run.extras.items() if name.startswith(_ABOVE)]
    content = "\r\n".join([*above, header, *rows, ""]).encode("cp1252", "replace")
    return content[: len(content) - 9] if fault == "truncated" else content


def _columns(run: CountRun) -> Iterator[str]:
    yield from (MY_NUMBER, SAMPLE_NUMBER, REPEAT_NUMBER, "ESCR", "SINGLE", COUNT_TIME)
    for channel in run.readings[0].channels:
        yield from (f"{channel.name}-{what}" for what in _PER_REGION)
    yield from ("SCCR", DATE, HOUR, SAMPLE_NAME)


def _row(run: CountRun, reading: Reading, header: str, fault: str | None) -> str:
    mark = separator(header)
    names = [name.strip().strip('"').strip() for name in header.split(mark)]
    if names[-2:] == ["", ""]:
        names[-2:] = [DATE, HOUR]
    comma = run.extras.get("decimal mark") == ","
    cells = [_cell(reading, COUNT_TIME if name == "TIME" else name, comma) for name in names]
    if fault in _FAULTY_DATES:
        cells[names.index(DATE)] = _FAULTY_DATES[fault]
    return mark.join(f'"{cell}"' if mark in cell else cell for cell in cells)


def _cell(reading: Reading, name: str, comma: bool) -> str:
    if name in reading.extras:
        return reading.extras[name]
    match = CPM.match(f"{name[:1]}-CPM")
    if name[1:2] == "-" and match:
        return _figure(_of(reading, name[:1]), name[2:], comma)
    when = reading.counted_at
    printed = {
        MY_NUMBER: "1",
        SAMPLE_NUMBER: reading.position,
        REPEAT_NUMBER: str(reading.cycle),
        SAMPLE_NAME: reading.sample or "",
        DATE: f"{when:%Y/%m/%d}" if when else "",
        HOUR: f"{when:%H:%M:%S}" if when else "",
    }
    if reading.quench and reading.quench.kind == name:
        return _written(reading.quench.value, comma)
    return printed.get(name, "")


def _of(reading: Reading, region: str) -> Channel | None:
    return next((channel for channel in reading.channels if channel.name == region), None)


def _figure(channel: Channel | None, what: str, comma: bool) -> str:
    if channel is None:
        return ""
    values = {"CPM": channel.cpm, "DPM": channel.dpm, "EFF": channel.efficiency_percent}
    value = values.get(what)
    return "" if value is None else _written(value, comma)


def _written(value: float, comma: bool) -> str:
    text = f"{value:.10f}".rstrip("0").removesuffix(".")
    return text.replace(".", ",") if comma else text


def _other_mark(row: str) -> str:
    """One figure with the other decimal mark, as a hand-edited cell has."""
    at = max(row.rfind(","), row.rfind("."))
    if at < 0 or ";" not in row:
        raise ValueError("no figure with a decimal mark between semicolons to change")
    return row[:at] + ("." if row[at] == "," else ",") + row[at + 1 :]
