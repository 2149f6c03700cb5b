"""The registry written, CRLF, as far as its shape is known; with faults on request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from labsvc.driver import Channel, CountRun, Reading, Record
from labsvc_drivers.quantulus.report import INSTRUMENT, WINDOWS
from labsvc_drivers.quantulus.runs import MONTHS, WEEKDAYS

FAULTS = ("truncated", "duplicated", "decimal_comma", "wrong_clock", "header_only")
_LOST_CLOCK = 26  # years back: a clock that lost its battery
_COUNT_S = 60.0


def write_registry(records: Sequence[Record], fault: str | None) -> bytes:
    """The registry of every CountRun in ``records``; ValueError when it cannot be written."""
    if fault is not None and fault not in FAULTS:
        raise ValueError(f"unknown fault {fault!r}; expected one of {', '.join(FAULTS)}")
    found = [record for record in records if isinstance(record, CountRun)]
    if len(found) != len(records) or not all(run.readings for run in found) or not found:
        raise ValueError("a Quantulus registry holds the readings of count runs")
    lines = [line for run in found for line in _section(run, fault)]
    if fault == "header_only":
        lines += ["", *_header(found[-1], None)]
    content = "\r\n".join([*lines, ""]).encode("latin-1", "replace")
    return content[: len(content) - 25] if fault == "truncated" else content


def _section(run: CountRun, fault: str | None) -> Iterator[str]:
    yield from _header(run, fault)
    for order, reading in enumerate(run.readings, 1):
        entry = ["", *_entry(reading, order, fault)]
        yield from entry * 2 if fault == "duplicated" and order == 1 else entry
    yield ""


def _header(run: CountRun, fault: str | None) -> list[str]:
    if "header" in run.extras and fault != "wrong_clock":
        return run.extras["header"].split("\n")
    if run.counted_at is None:
        raise ValueError("a Quantulus registry prints a date: the run has no counted_at")
    when = run.counted_at
    if fault == "wrong_clock":
        when = _earlier(when)
    return [
        f"{WEEKDAYS[when.weekday()]} {_day(when)}",
        f"*** DIRECTORY PATH :{run.extras.get('path', 'C:/QDATA')} ***",
        f"ID: {run.extras.get('ID', run.program.name or 'SIMULATED')}",
        *(_named(run, name, usual) for name, usual in _ABOVE),
        "WINDOW    CHANNELS    MCA  HALF",
        *(_window(run, n) for n in range(1, WINDOWS + 1)),
        *(_named(run, name, usual) for name, usual in _BELOW),
    ]


_ABOVE = (("NUMBER OF CYCLES", "1"), ("COINCIDENCE BIAS (L/H)", "L"), ("PSA LEVEL", "1"))
_BELOW = (("SEND SPECTRA", "11"), ("RESOLUTION OF SPECTRA", "1024"), (INSTRUMENT, "1"))


def _named(run: CountRun, name: str, usual: str) -> str:
    return f"{name:<30}{run.extras.get(name, usual)}"


def _window(run: CountRun, number: int) -> str:
    channels, _, rest = run.extras.get(f"window {number}", "1-1024 MCA 1 HALF 1").partition(" ")
    start, _, end = channels.partition("-")
    _, mca, _, half = rest.split()
    return f"{number:>4}{start:>10}- {end:>4}{mca:>7}{half:>6}"


def _entry(reading: Reading, order: int, fault: str | None) -> Iterator[str]:
    when = reading.counted_at
    if when is None or len(reading.channels) > WINDOWS:
        raise ValueError("a Quantulus record prints a time and eight windows at most")
    if fault == "wrong_clock":
        when = _earlier(when)
    yield f"{reading.extras.get('file', f'Q000001N.{order:03d}')}  {_day(when)}"
    yield _meta(reading)
    windows = [_figures(reading, n) for n in range(WINDOWS)]
    if fault == "decimal_comma":
        windows[0] = windows[0].replace(".", ",", 1)
    pairs = [f"{a:<25} {b}" for a, b in zip(windows[::2], windows[1::2], strict=True)]
    yield f" {reading.sample or '':<9} {pairs[0]}"
    yield from (f" {'':<9} {pair}" for pair in pairs[1:])


def _meta(reading: Reading) -> str:
    """CYC POS REP CTIME DTIME1 DTIME2 CUCNTS SQP SQP% STIME."""
    extras = reading.extras
    seconds = reading.live_time_s if reading.live_time_s is not None else _COUNT_S
    minutes, rest = divmod(round(seconds, 3), 60)
    quench = f"{reading.quench.value}" if reading.quench else ".00"
    usual = {
        "CTIME": f"{minutes:.0f}:{rest:06.3f}",
        "CUCNTS": f"{sum(c.counts or 0 for c in reading.channels):.0f}",
        "SQP": quench,
        "STIME": "0:00",
    }
    names = ("CTIME", "DTIME1", "DTIME2", "CUCNTS", "SQP", "SQP%", "STIME")
    printed = [extras.get(name, usual.get(name, ".00")) for name in names]
    return " ".join((f"{reading.cycle:>4} {reading.position:>3} {reading.repeat:>3} ", *printed))


def _figures(reading: Reading, window: int) -> str:
    """CPM, COUNTS and CPM%; a window the run does not have is printed as zero."""
    blank = Channel(str(window + 1), counts=0.0, cpm=0.0)
    channel = reading.channels[window] if window < len(reading.channels) else blank
    if channel.cpm is None:
        raise ValueError("a Quantulus record prints count rates: a channel has no cpm")
    seconds = reading.live_time_s if reading.live_time_s is not None else _COUNT_S
    counts = channel.counts if channel.counts is not None else channel.cpm * seconds / 60
    percent = reading.extras.get(f"CPM% {window + 1}", "0.0")
    return f"{_plain(channel.cpm):>9} {counts:>7.0f} {percent:>5}"


def _plain(value: float) -> str:
    """A figure without an exponent; ``.0`` stays, as counters print a decimal point."""
    return f"{value:.10f}".rstrip("0") + ("0" if value == int(value) else "")


def _day(when: datetime) -> str:
    return f"{when.day:02d} {MONTHS[when.month - 1]} {when.year} {when.hour:02d}:{when.minute:02d}"


def _earlier(when: datetime) -> datetime:
    """Some 26 years back, on the same day of the week or not."""
    return when.replace(year=when.year - _LOST_CLOCK, day=min(when.day, 28))
