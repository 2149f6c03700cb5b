"""SN*.XLS: one sample, its total counts, and the counts of each channel of the analyser."""

from __future__ import annotations

import re

from labsvc.driver import Channel, CountRun, ParseError, Quench, Reading, number
from labsvc_drivers.ls6500.biff4 import Cell, Cells
from labsvc_drivers.ls6500.report import (
    DATE,
    FILE_NAME,
    RACK,
    SAM,
    USER_ID,
    USER_NUMBER,
    Entry,
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

CHANNEL, COUNTS = "Channel", "Counts"
SAMPLE_LABEL = "Sample, Rack-Pos, Time:"
RANGE_LABEL = "Start, End, X-Axis:"
TOTAL = "Total"
TOTAL_LABELS = re.compile(r"(?:(H#|IC#), )?Total Counts:")
ISOTOPE = "Isotope Name"
_ISOTOPE = re.compile(r"\d{1,3}[A-Z][a-z]?", re.ASCII)
_MOST_CHANNELS = 65_536


def read_spectrum(cells: Cells) -> CountRun:
    """The sample as a run of one reading; ParseError where channels and total disagree."""
    sheet = read_sheet(cells, CHANNEL)
    label, total_entry = _total_entry(sheet)
    quench, total = _total(label, total_entry)
    _require_spectrum(sheet, total, total_entry)
    at = moment(sheet.entry(DATE))
    sample, where, minutes = (spelled(cell) for cell in _values(sheet.entry(SAMPLE_LABEL), 3))
    line = sheet.entry(SAMPLE_LABEL).line
    rack, position = place(where, line=line)
    reading = Reading(
        position=position if rack else _sample_number(sample, line),
        order=1,
        channels=(Channel(TOTAL, nuclide=_nuclide(sheet), counts=total),),
        rack=rack,
        live_time_s=number(minutes, line=line, what="the counting time") * 60,
        counted_at=at,
        quench=quench,
        extras={SAM: sample, RACK: where},
    )
    return CountRun(
        run_key=f"ls6500 spectrum {sheet.text(FILE_NAME)} {at.isoformat(' ')}",
        instrument=instrument(sheet),
        readings=(reading,),
        program=program(sheet),
        counted_at=at,
        counted_at_text=sheet.text(DATE),
        extras=extras(sheet, frozenset((DATE, USER_NUMBER, USER_ID, SAMPLE_LABEL, label))),
    )


def _sample_number(sample: str, line: int) -> str:
    if not (sample.isascii() and sample.isdecimal()):
        raise ParseError(f"found sample {sample!r}; expected its number", line=line)
    return sample


def _values(entry: Entry, wanted: int) -> tuple[Cell, ...]:
    """The row's cells; blank ones count only where the row is short without them."""
    filled = tuple(cell for cell in entry.values if spelled(cell))
    found = filled if len(filled) == wanted else entry.values
    if len(found) != wanted:
        raise ParseError(
            f"found {entry.text!r}, {len(filled)} values; expected {wanted}", line=entry.line
        )
    return found


def _total_entry(sheet: Sheet) -> tuple[str, Entry]:
    for label, entry in sheet.heading.items():
        if TOTAL_LABELS.fullmatch(label):
            return label, entry
    raise ParseError("the label 'H#, Total Counts:' or 'Total Counts:' is missing; export it again")


def _total(label: str, entry: Entry) -> tuple[Quench | None, float]:
    """The quench number, where it was measured, and the total counts."""
    kind = label.partition(",")[0] if "," in label else None
    *printed, cell = _values(entry, 2 if kind else 1)
    total = figure(cell, line=entry.line, what="Total Counts")
    if total is None:
        raise ParseError("no figure stands beside 'Total Counts:'", line=entry.line)
    if kind is None or not spelled(printed[0]):
        return None, total
    return Quench(kind, number(spelled(printed[0]), line=entry.line, what=kind)), total


def _require_spectrum(sheet: Sheet, total: float, entry: Entry) -> None:
    """Every channel from start to end stands there once, and together they are the total."""
    first, last = _range(sheet)
    expected, added = first, 0.0
    for line, row in sheet.table.items():
        channel = figure(row.get(0), line=line, what=CHANNEL)
        counts = figure(row.get(1), line=line, what=COUNTS)
        if channel != expected or counts is None:
            found = ", ".join(map(spelled, row.values()))
            raise ParseError(f"found {found!r}; expected channel {expected:g}", line=line)
        expected, added = expected + 1, added + counts
    if expected != last + 1:
        raise ParseError(f"the channels end at {expected - 1:g}; expected {last:g}")
    if added != total:
        raise ParseError(
            f"the channels add up to {added:.0f}, but Total Counts says {total:.0f}: the file "
            "is damaged or was edited",
            line=entry.line,
        )


def _range(sheet: Sheet) -> tuple[float, float]:
    entry = sheet.entry(RANGE_LABEL)
    values = _values(entry, 3)
    first, last = (figure(cell, line=entry.line, what=RANGE_LABEL) for cell in values[:2])
    if first is None or last is None or not 0 <= first <= last <= _MOST_CHANNELS:
        raise ParseError(f"found channels {entry.text!r}; expected 0, 4095", line=entry.line)
    return first, last


def _nuclide(sheet: Sheet) -> str | None:
    """The isotope's name, where it is one: users also write ``WIND1`` for a window."""
    entry = sheet.heading.get(ISOTOPE)
    return entry.text if entry and _ISOTOPE.fullmatch(entry.text) else None
