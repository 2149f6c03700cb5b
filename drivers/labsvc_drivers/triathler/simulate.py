"""The transmission written, as far as its shape is known; with faults on request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from labsvc.driver import CountRun, Record
from labsvc_drivers.triathler.report import END, START
from labsvc_drivers.triathler.runs import MONTHS

FAULTS = ("truncated", "duplicated", "no_spectrum", "wrong_settings", "wrong_clock")
_LINE, _DISPLAY = b"\n\r", b"\r"
_ZEROS = bytes((251, 251)) * 4 + bytes((251, 20, 252))  # 1,024 channels without a count
_LOST_CLOCK = 26  # years back: a clock that lost its battery


def write_stream(records: Sequence[Record], fault: str | None) -> bytes:
    """One transmission a reading; ValueError when ``records`` cannot be written."""
    if fault is not None and fault not in FAULTS:
        raise ValueError(f"unknown fault {fault!r}; expected one of {', '.join(FAULTS)}")
    runs = [record for record in records if isinstance(record, CountRun)]
    if len(runs) != len(records) or not runs:
        raise ValueError("a Triathler sends the readings of count runs")
    stream = b"".join(part for run in runs for part in _vials(run, fault))
    match fault:
        case "truncated":
            return stream[: len(stream) * 2 // 3]
        case "duplicated":
            return stream * 2
        case "wrong_settings":
            return bytes(byte | 0x80 if byte.bit_count() % 2 else byte for byte in stream)
    return stream


def _vials(run: CountRun, fault: str | None) -> Iterator[bytes]:
    for reading in run.readings:
        when = reading.counted_at or run.counted_at
        if when is None or not reading.channels or reading.channels[0].cpm is None:
            raise ValueError("a Triathler sends a date and a rate: the reading lacks one")
        rate = f"{reading.extras.get('t', '60')} {reading.channels[0].cpm:.0f}"
        named = run.program.name or "SIMULATED"
        if preamble := run.extras.get("preamble"):
            date, _, clock = preamble.rpartition(" ")
            yield f"Name:< {named} >{date}".encode() + _LINE
            yield f"Start Time {clock}".encode() + _LINE
        for read_out in run.extras.get("read-outs", rate).split("; "):
            time, _, shown = read_out.partition(" ")
            yield f"[< {named} >S: {reading.position:>2}".encode() + _DISPLAY
            yield f"{{t {time:>4}R: {shown:>6}".encode() + _DISPLAY
        if fault != "no_spectrum":
            yield from _spectrum(run, named, when, fault)


def _spectrum(run: CountRun, named: str, when: datetime, fault: str | None) -> Iterator[bytes]:
    printed = run.counted_at_text or _printed(when)
    if fault == "wrong_clock":
        printed = _printed(when.replace(year=when.year - _LOST_CLOCK, day=min(when.day, 28)))
    date, _, clock = printed.rpartition(" ")
    yield f"[ {named} ] {date}".encode() + _LINE
    yield f"Start Time {clock}".encode() + _LINE
    spectrum = run.extras.get("spectrum")
    yield START + _LINE + (_ZEROS if spectrum is None else bytes.fromhex(spectrum)) + _LINE
    yield END + _LINE
    yield f"Bitsum:{run.extras.get('Bitsum', '0')}".encode() + _LINE


def _printed(when: datetime) -> str:
    """``05 Jan.2026 9:41:07``."""
    day = f"{when.day:02d} {MONTHS[when.month - 1]}.{when.year}"
    return f"{day} {when.hour}:{when.minute:02d}:{when.second:02d}"
