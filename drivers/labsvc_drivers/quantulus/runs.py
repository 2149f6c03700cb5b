"""From the registry to runs: one for each header that has records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from labsvc.driver import (
    Channel,
    CountRun,
    Instrument,
    ParseError,
    Places,
    Quench,
    Reading,
    Record,
    number,
    packed,
    packed_records,
    whole,
)
from labsvc_drivers.quantulus.report import INSTRUMENT, WINDOWS, Entry, Header, Section

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_MINUTES = re.compile(r"^(\d{1,9}):([0-5]?\d(?:\.\d+)?)$", re.ASCII)


def runs(sections: Iterable[Section]) -> Sequence[Record]:
    """Every run with readings; a header without records is said in a neighbour's warnings."""
    return packed_records(_runs(sections))


def _runs(sections: Iterable[Section]) -> Iterator[CountRun]:
    last: CountRun | None = None
    unfilled: list[str] = []
    for section in sections:
        if not section.entries:
            moment(section.header.date, section.header.line)
            unfilled.append(_empty(section.header))
            continue
        if last is not None:
            yield last
        last = _run(section, tuple(unfilled))
        unfilled.clear()
    if last is None:
        raise ParseError(f"no readings: {'; '.join(unfilled) or 'the file holds no run'}", line=1)
    yield replace(last, warnings=(*last.warnings, *unfilled)) if unfilled else last


def _empty(header: Header) -> str:
    return (
        f"the header of {' '.join(header.date)} (line {header.line}) has no records: "
        "not counted, or not yet"
    )


def _run(section: Section, warnings: tuple[str, ...]) -> CountRun:
    header, text = section.header, " ".join(section.header.date)
    serial = header.named[INSTRUMENT]
    counted_at = moment(header.date, header.line)
    if WEEKDAYS[counted_at.weekday()] not in text.upper().split():
        warnings = (*warnings, f"the weekday does not fit the date in {text!r}")
    return CountRun(
        run_key=f"quantulus {serial} {text} {header.path}",
        instrument=Instrument("Wallac / PerkinElmer", serial_number=serial or None),
        readings=packed(_readings(section.entries)),
        counted_at=counted_at,
        counted_at_text=text,
        warnings=warnings,
        extras={
            "path": header.path,
            **header.named,
            **{f"window {n}": window for n, window in enumerate(header.windows, 1)},
            "header": "\n".join(header.lines),
        },
    )


def moment(date: tuple[str, ...], line: int) -> datetime:
    """``MON 05 JAN 2026 10:00`` or ``JAN 05 MON 2026 10:00``; a record's has no weekday."""
    *words, year, clock = date
    first, day, third = words if len(words) == 3 else ("MON", *words)
    if first in WEEKDAYS and third.upper() in MONTHS:
        month = MONTHS.index(third.upper()) + 1
    elif first in MONTHS and third.upper() in WEEKDAYS:
        month = MONTHS.index(first) + 1
    else:
        raise ParseError(
            f"found {' '.join(date)!r}; expected a date such as 'MON 05 JAN 2026 10:00'", line=line
        )
    hour, minute = clock.split(":")
    try:
        return datetime(int(year), month, int(day), int(hour), int(minute))  # noqa: DTZ001
    except ValueError as error:
        raise ParseError(f"found the date {' '.join(date)!r}: {error}", line=line) from None


def _readings(entries: Sequence[Entry]) -> Iterator[Reading]:
    seen = Places()
    for order, entry in enumerate(entries, 1):
        cycle, position, repeat = (_whole(entry, name) for name in ("CYC", "POS", "REP"))
        if seen.met((cycle, repeat), str(position)):
            raise ParseError(
                f"cycle {cycle} position {position} repeat {repeat} ({entry.file}) stands twice "
                "in one run; the file was edited or damaged",
                line=entry.line,
            )
        yield _reading(entry, order, cycle, repeat)


def _reading(entry: Entry, order: int, cycle: int, repeat: int) -> Reading:
    cells, line = entry.cells, entry.line + 1
    sqp = number(cells["SQP"], line=line, what="SQP")
    for name in ("DTIME1", "CUCNTS", "SQP%"):
        number(cells[name], line=line, what=name)
    _minutes(cells["STIME"], line, "STIME")
    return Reading(
        position=cells["POS"],
        order=order,
        channels=tuple(_channel(entry, window) for window in range(WINDOWS)),
        sample=entry.sample,
        cycle=cycle,
        repeat=repeat,
        live_time_s=_live_time(entry),
        counted_at=moment(entry.date, entry.line),
        # An index of zero is none: it is printed where no external standard was measured.
        quench=Quench("SQP(E)", sqp) if sqp else None,
        extras={"file": entry.file}
        | {name: cells[name] for name in ("CTIME", "DTIME1", "DTIME2", "CUCNTS")}
        | {name: cells[name] for name in ("SQP", "SQP%", "STIME")}
        | {f"CPM% {n}": figures[2] for n, figures in enumerate(entry.figures, 1)},
    )


def _live_time(entry: Entry) -> float:
    """CTIME (minutes:seconds) less DTIME2 (seconds)."""
    line = entry.line + 1
    real = _minutes(entry.cells["CTIME"], line, "CTIME")
    dead = number(entry.cells["DTIME2"], line=line, what="DTIME2")
    if not 0 <= dead <= real:
        raise ParseError(
            f"DTIME2 is {entry.cells['DTIME2']} s in a count of {entry.cells['CTIME']}; expected "
            "a dead time shorter than CTIME",
            line=line,
        )
    return round(real - dead, 6)


def _minutes(text: str, line: int, what: str) -> float:
    match = _MINUTES.match(text)
    if match is None:
        raise ParseError(
            f"found {text!r} where {what} was expected, in minutes:seconds such as 20:01.778",
            line=line,
        )
    return int(match[1]) * 60 + float(match[2])


def _channel(entry: Entry, window: int) -> Channel:
    """Counts are whole, which tells a line that lost a figure from one with a sample's name."""
    cpm, counts, percent = entry.figures[window]
    line, name = entry.line + 2 + window // 2, f"window {window + 1}"
    number(percent, line=line, what=f"CPM% of {name}")
    return Channel(
        name=str(window + 1),
        counts=float(whole(counts, line=line, what=f"COUNTS of {name}")),
        cpm=number(cpm, line=line, what=f"CPM of {name}"),
    )


def _whole(entry: Entry, name: str) -> int:
    return whole(entry.cells[name], line=entry.line + 1, what=name)
