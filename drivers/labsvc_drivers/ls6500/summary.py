"""UN*.XLS: one pass over the racks, a row for each sample.

Sam | Rack | Time | IC# | Raw CPM1 | Raw CPM2 | CPM Iso1 | %Err1 | CPM Iso2 | %Err2 | LumEx | ElTime
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from labsvc.driver import Channel, CountRun, ParseError, Quench, Reading, State
from labsvc_drivers.ls6500.biff4 import Cell, Cells
from labsvc_drivers.ls6500.report import (
    DATE,
    ELAPSED,
    INSTRUMENT,
    MINUTES,
    RACK,
    SAM,
    USER_ID,
    USER_NUMBER,
    Sheet,
    extras,
    figure,
    instrument,
    moment,
    place,
    program,
    read_sheet,
    spelled,
)

COLUMNS = "Columns"
QUENCHES = ("H#", "IC#")
FIGURES = {
    re.compile(r"CPM (Iso\d)"): "cpm",
    re.compile(r"DPM (Iso\d)"): "dpm",
    re.compile(r"%Err(\d)"): "error_2sigma_percent",
    re.compile(r"%Eff(\d)"): "efficiency_percent",
    re.compile(r"Raw CPM(\d)"): "cpm",
}
"""A column name with its channel, and the channel's field that it fills."""
_REQUIRED = (SAM, RACK, MINUTES)
_IN_FIELDS = {*_REQUIRED, ELAPSED, *QUENCHES}
_LONGEST_PASS = 60 * 24 * 366


@dataclass(frozen=True, slots=True)
class Line:
    """A sample's row: its cells by column name, blank ones left out."""

    number: int
    cells: Mapping[str, Cell]

    def figure(self, name: str) -> float | None:
        return figure(self.cells.get(name), line=self.number, what=name)


def channel_of(column: str) -> tuple[str, str] | None:
    """``%Err1`` is the error of channel Iso1, ``Raw CPM2`` the rate of channel Raw2."""
    for pattern, field in FIGURES.items():
        if found := pattern.fullmatch(column):
            named = found[1]
            if named.startswith("Iso"):
                return named, field
            return ("Raw" if column.startswith("Raw") else "Iso") + named, field
    return None


def read_pass(cells: Cells) -> CountRun:
    """The pass; ParseError for anything in it that is not understood."""
    sheet = read_sheet(cells, SAM)
    names = _names(sheet)
    lines = [_line(number, row, names) for number, row in sheet.table.items()]
    if not lines:
        raise ParseError("there is no sample below the column names", line=sheet.names_line)
    started = moment(sheet.entry(DATE))
    counter = program(sheet)
    return CountRun(
        run_key=f"ls6500 pass {counter.number} {counter.name or ''} {started.isoformat(' ')}",
        instrument=instrument(sheet),
        readings=tuple(_placed(list(_readings(lines, started)))),
        program=counter,
        counted_at=started,
        counted_at_text=sheet.text(DATE),
        warnings=tuple(_warnings(lines)),
        extras=extras(sheet, frozenset((DATE, INSTRUMENT, USER_NUMBER, USER_ID)))
        | {COLUMNS: ",".join(names.values())},
    )


def _names(sheet: Sheet) -> dict[int, str]:
    names = {column: spelled(cell) for column, cell in sheet.names.items() if spelled(cell)}
    missing = [name for name in _REQUIRED if name not in names.values()]
    if missing:
        raise ParseError(f"there is no column {missing[0]!r}", line=sheet.names_line)
    if len(set(names.values())) < len(names):
        raise ParseError("a column name stands twice", line=sheet.names_line)
    return names


def _line(number: int, row: Mapping[int, Cell], names: Mapping[int, str]) -> Line:
    """A cell under no name is kept as ``column n``, n from 1."""
    named = {names.get(column, f"column {column + 1}"): cell for column, cell in row.items()}
    return Line(number, {name: cell for name, cell in named.items() if spelled(cell)})


def _readings(lines: Sequence[Line], started: datetime) -> Iterator[Reading]:
    """A sample met again later in the pass is its next repeat; at the same moment, damage."""
    seen: dict[int, list[float | None]] = {}
    for order, line in enumerate(lines, 1):
        sample, elapsed = _sample(line), line.figure(ELAPSED)
        times = seen.setdefault(sample, [])
        if elapsed in times:
            raise ParseError(f"sample {sample} stands twice; export it again", line=line.number)
        times.append(elapsed)
        yield _reading(line, sample, order, len(times), _at(started, elapsed, line))


def _sample(line: Line) -> int:
    sample = line.figure(SAM)
    if sample is None or not sample.is_integer() or not 1 <= sample < 1e6:
        found = spelled(line.cells.get(SAM, ""))
        raise ParseError(f"found {found!r} under {SAM}; expected its number", line=line.number)
    return int(sample)


def _at(started: datetime, elapsed: float | None, line: Line) -> datetime | None:
    """When the sample was done. ``ElTime`` has hundredths of a minute: rounded to seconds."""
    if elapsed is None:
        return None
    if not 0 <= elapsed <= _LONGEST_PASS:
        raise ParseError(f"found {elapsed} under {ELAPSED}; expected minutes", line=line.number)
    try:
        return started + timedelta(seconds=round(elapsed * 60))
    except OverflowError:
        raise ParseError(f"the clock stands at {started}, beyond any date") from None


def _reading(line: Line, sample: int, order: int, repeat: int, at: datetime | None) -> Reading:
    rack, position = place(spelled(line.cells.get(RACK, "")), line=line.number)
    minutes = line.figure(MINUTES)
    counted = set(line.cells) > {SAM, RACK}
    channels = tuple(_channels(line)) if counted else ()
    whole = minutes is not None and any(c.cpm is not None or c.dpm is not None for c in channels)
    state = State.COUNTED if whole else State.ABORTED if counted else State.NOT_COUNTED
    return Reading(
        position=position,
        order=order,
        channels=channels,
        rack=rack,
        repeat=repeat,
        live_time_s=None if minutes is None else minutes * 60,
        counted_at=at,
        state=state,
        quench=_quench(line),
        extras={SAM: str(sample)} | _kept(line),
    )


def _channels(line: Line) -> Iterator[Channel]:
    """Isotopes first, then the raw windows; a channel without any rate (an error only) last."""
    fields: dict[str, dict[str, float | None]] = {}
    for name in line.cells:
        if known := channel_of(name):
            fields.setdefault(known[0], {})[known[1]] = line.figure(name)
    rates = {"cpm", "dpm"}
    for named in sorted(fields, key=lambda one: (rates.isdisjoint(fields[one]), one[:3] == "Raw")):
        printed = fields[named]
        yield Channel(
            named,
            cpm=printed.get("cpm"),
            dpm=printed.get("dpm"),
            error_2sigma_percent=printed.get("error_2sigma_percent"),
            efficiency_percent=printed.get("efficiency_percent"),
        )


def _quench(line: Line) -> Quench | None:
    found = [(name, value) for name in QUENCHES if (value := line.figure(name)) is not None]
    return Quench(*found[0]) if found else None


def _kept(line: Line) -> dict[str, str]:
    """The place and time as printed, and every column that has no field."""
    return {
        name: spelled(cell)
        for name, cell in line.cells.items()
        if name in (RACK, ELAPSED) or (name not in _IN_FIELDS and channel_of(name) is None)
    }


def _placed(readings: list[Reading]) -> Iterator[Reading]:
    """A place is the rack's number and the place in it, where these tell every sample apart.

    Racks without a number tag, or two with the same, leave only ``Sam``: it runs on from rack
    to rack, so it becomes the position, without a rack.
    """
    places = {(one.rack, one.position) for one in readings}
    samples = {one.extras[SAM] for one in readings}
    tagged = len(places) == len(samples) and all(one.rack for one in readings)
    for one in readings:
        yield one if tagged else one._replace(rack=None, position=one.extras[SAM])


def _warnings(lines: Sequence[Line]) -> Iterator[str]:
    for line in lines:
        if line.figure(MINUTES) is None:
            yield (
                f"the pass was stopped: sample {spelled(line.cells[SAM])} at "
                f"{spelled(line.cells[RACK])} has no counting time"
            )
