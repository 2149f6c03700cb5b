"""The same dialect written: what the counter sends for runs, one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from labsvc.driver import Channel, CountRun, Reading, Record, State
from labsvc_drivers.tricarb_2100tr.report import MONTHS, REGIONS

FAULTS = ("truncated", "duplicated", "wrong_clock", "noise")
_HEADER = "{},0,0,tSIE/AEC,2.0,18.6,0.00,1.0,18.6,156.0,0.00,1.0,156.0,2000.0,0.00"
_NOISE = b"POWER FAILURE\r\n"


def write_stream(records: Sequence[Record], *, fault: str | None = None) -> bytes:
    """The bytes on the line for these runs; ValueError for a harvest or an unknown fault."""
    if fault is not None and fault not in FAULTS:
        raise ValueError(f"no fault {fault!r}; there are {', '.join(FAULTS)}")
    content = b"".join(_run(record, fault) for record in records)
    match fault:
        case "truncated":
            return content[:-20]
        case "duplicated":
            return content + content
        case "noise":
            return _NOISE + content
    return content


def _run(record: Record, fault: str | None) -> bytes:
    if not isinstance(record, CountRun):
        raise ValueError("a counter writes count runs; this is a harvest")
    protocol = _protocol(record)
    header = record.extras.get("Header", _HEADER.format(protocol))
    late = timedelta(days=364) if fault == "wrong_clock" else timedelta()
    readings = "".join(_readings(record, protocol, late))
    return f"{header}\r\n{readings}{protocol},EOP\r\n".encode("ascii", "replace")


def _protocol(run: CountRun) -> str:
    number = run.program.number or ""
    return number if number.isdecimal() and len(number) <= 2 else "1"


def _readings(run: CountRun, protocol: str, late: timedelta) -> Iterator[str]:
    """Empty places are not sent; a vial without a time of its own gets one after its forerunner."""
    clock = run.counted_at or datetime(2026, 1, 5, 9, 0)  # noqa: DTZ001
    for reading in run.readings:
        if reading.state is State.NOT_COUNTED:
            continue
        minutes = (reading.live_time_s or 60.0) / 60
        clock = reading.counted_at or clock
        yield _reading(replace(reading, counted_at=clock - late), protocol, minutes)
        clock += timedelta(minutes=minutes + 1)


def _reading(reading: Reading, protocol: str, minutes: float) -> str:
    assert reading.counted_at is not None
    position = reading.position if reading.position.isdecimal() else str(reading.order)
    rack = reading.rack if reading.rack and reading.rack.isdecimal() else "1"
    quench = reading.quench.value if reading.quench else 0.0
    figures = ",".join(_print(value) for value in (minutes, *_cpm(reading), quench))
    at = reading.counted_at
    time = f"{at:%d}-{MONTHS[at.month - 1]}-{at:%Y %H:%M}"
    return f"{protocol},{rack},{position},{figures},{time}"


def _cpm(reading: Reading) -> Iterator[float]:
    """Three windows; a run of another counter has one channel, which is window A."""
    named = {channel.name: channel for channel in reading.channels}
    if not named.keys() & set(REGIONS) and reading.channels:
        named = {"A": reading.channels[0]}
    return (named.get(region, Channel(region)).cpm or 0.0 for region in REGIONS)


def _print(value: float) -> str:
    """``1.`` for whole numbers, else up to four decimals."""
    return f"{value:.4f}".rstrip("0")
