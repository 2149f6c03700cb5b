"""The grammar of QuantaSmart's comma-delimited report: preamble, column names, rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from labsvc.driver import (
    CountRun,
    Instrument,
    Lines,
    Packing,
    ParseError,
    Program,
    Reading,
    State,
)
from labsvc_drivers.tricarb.preamble import Preamble, read_preamble
from labsvc_drivers.tricarb.reading import RowReader
from labsvc_drivers.tricarb.table import (
    Average,
    Entry,
    Missing,
    Row,
    Unended,
    Warned,
    read_columns,
    read_entries,
)

INSTRUMENT = Instrument(vendor="PerkinElmer")
_STAMP = re.compile(r"(?<![\d_])(?<!Replay_)(\d{8}_\d{4})(?!\d)")
_UNENDED = "the last line has no line end: rows may be missing after it"


def read_report(text: str, sha256: str) -> CountRun:
    """The one run of a report; ``sha256`` of its bytes names it when no path in it does."""
    lines = Lines(text)
    preamble = read_preamble(lines)
    header = lines.peek() or ""
    columns = read_columns(lines)
    table = _Table(RowReader(columns, preamble), preamble)
    table.read(read_entries(lines, columns))
    if not table.readings:
        raise ParseError(
            "the table holds no rows; the report was cut short or is still being written",
            line=lines.line,
        )
    stamp = _stamp(preamble.values)
    return CountRun(
        run_key=_run_key(preamble.values, stamp, sha256),
        instrument=INSTRUMENT,
        readings=table.readings.values(),
        program=Program(name=_assay(preamble.values)),
        counted_at=_moment(stamp),
        counted_at_text=stamp,
        warnings=tuple(table.warnings),
        extras=_extras(preamble.values, header, table.averages),
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a vial stands in the run: which pass over the rack, which count in a row."""

    number: int = 0
    cycle: int = 1
    repeat: int = 1


class _Table:
    """Readings in their printed order, with cycles counted and warnings carried along."""

    def __init__(self, rows: RowReader, preamble: Preamble) -> None:
        self.readings = Packing[Reading]()
        self.averages = 0
        self.warnings = list(preamble.warnings)
        self._rows = rows
        self._repeats = _repeat_count(preamble.values)
        self._modified = bool(preamble.warnings)
        self._last = _Place()
        self._seen: set[int] = set()

    def read(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            match entry:
                case Row():
                    reading = self._rows.read(entry, modified=self._modified)
                    self._take(reading, entry.number)
                case Missing(number=number):
                    self._take(Reading(str(number), 0, state=State.NOT_COUNTED), number)
                case Warned(text=text):
                    self._modified = True
                    self.warnings.append(text)
                case Unended():
                    self.warnings.append(_UNENDED)
                case Average():
                    self.averages += 1

    def _take(self, reading: Reading, number: int) -> None:
        place = self._place(number)
        if self._seen and place.cycle == self._last.cycle and number > self._last.number + 1:
            self.warnings.append(
                f"S# goes from {self._last.number} to {number} without 'Missing vial' lines"
            )
        if place.cycle != self._last.cycle:
            self._seen.clear()
        self._seen.add(number)
        self._last = place
        order = len(self.readings) + 1
        self.readings.append(reading._replace(order=order, cycle=place.cycle, repeat=place.repeat))

    def _place(self, number: int) -> _Place:
        """A number met again is a vial counted again: a repeat where the assay asks for repeats
        of each sample, else the next cycle over the rack.
        """
        last = self._last
        if number not in self._seen:
            return _Place(number, last.cycle)
        if number == last.number and last.repeat < self._repeats:
            return _Place(number, last.cycle, last.repeat + 1)
        return _Place(number, last.cycle + 1)


def _repeat_count(values: Mapping[str, str]) -> int:
    printed = values.get("Repeat Sample Count", "1")
    return int(printed) if re.match(r"^[0-9]{1,6}$", printed) else 1


def _stamp(values: Mapping[str, str]) -> str | None:
    """``20250805_0644``: the start of the run, printed only as part of its paths."""
    for key in ("Raw Results Path", "Output Data Path"):
        if found := _STAMP.findall(values.get(key, "")):
            return str(found[-1])
    return None


def _moment(stamp: str | None) -> datetime | None:
    """A stamp that is no date is kept as text only."""
    try:
        return datetime.strptime(stamp, "%Y%m%d_%H%M") if stamp else None  # noqa: DTZ007
    except ValueError:
        return None


def _run_key(values: Mapping[str, str], stamp: str | None, sha256: str) -> str:
    """The raw results' path, whatever its case and doubled separators.

    Replays and re-exports of the same counts print the same path, so they have the same key.
    """
    if path := values.get("Raw Results Path"):
        return "tricarb " + re.sub(r"[\\/]+", "/", path).casefold()
    if stamp is not None:
        return f"tricarb {(_assay(values) or 'assay').casefold()} {stamp}"
    return f"tricarb {sha256}"


def _assay(values: Mapping[str, str]) -> str | None:
    """The counter's own method is its assay file: the name without folder and ``.lsa``."""
    path = values.get("Assay File Name")
    return re.split(r"[\\/]", path)[-1].removesuffix(".lsa") if path else None


def _extras(values: Mapping[str, str], header: str, averages: int) -> dict[str, str]:
    extras = {**values, "Columns": header}
    return {**extras, "Average rows": str(averages)} if averages else extras
