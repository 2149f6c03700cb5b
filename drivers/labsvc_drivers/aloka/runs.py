"""From the table to the run: one for the file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime

from labsvc.driver import (
    Channel,
    CountRun,
    DateOrder,
    Decimal,
    Instrument,
    ParseError,
    Places,
    Quench,
    Reading,
    packed,
    whole,
)
from labsvc_drivers.aloka.figures import clock, dates, decimal_mark, figure, unproved_comma
from labsvc_drivers.aloka.report import (
    COUNT_TIME,
    DATE,
    HOUR,
    MY_NUMBER,
    REPEAT_NUMBER,
    SAMPLE_NAME,
    SAMPLE_NUMBER,
    Row,
    Table,
)

ASTERISKS = "asterisks"
_INDICES = ("ESCR", "SCCR")
_FIGURES = re.compile(r"^(ESCR|SCCR|COUNT_TIME|SN|RN|[A-Z]-(GROSS|CPM|DPM|EFF))$")
_NOT_CLEAR = (
    "the dates could be day/month or month/day (such as {!r}): no date is taken; write locale: "
    "{{dates: day_first}} or {{dates: month_first}} into its source"
)

_UNPROVED = (
    "figures such as {!r} could hold a thousands mark: the comma is read as the decimal sign; "
    "write locale: {{decimal: comma}} into its source, or change the export"
)


def run_of(
    table: Table, *, decimal: Decimal | None = None, dates_told: DateOrder | None = None
) -> CountRun:
    """The table as a run; ParseError where a vial stands twice or a cell is no figure."""
    days = dates(((row.line, row.cells[DATE]) for row in table.rows), dates_told)
    mark, unproved = _mark(table, decimal)
    readings = packed(_readings(table, mark, days))
    first = table.rows[0].cells
    printed = f"{first[DATE]} {first[HOUR]}"
    unclear = next((cell for cell, day in days.items() if day is None), None)
    warnings = [_NOT_CLEAR.format(unclear)] if unclear is not None else []
    warnings += [_UNPROVED.format(unproved)] if unproved is not None else []
    return CountRun(
        run_key=f"aloka {first[MY_NUMBER]} {printed}",
        instrument=Instrument("Hitachi-Aloka"),
        readings=readings,
        counted_at=readings[0].counted_at,
        counted_at_text=printed,
        warnings=tuple(warnings),
        extras=_extras(table, mark),
    )


def _mark(table: Table, told: Decimal | None) -> tuple[str, str | None]:
    """The decimal mark, and a figure that leaves open whether it is one."""
    mark = decimal_mark(_figure_cells(table), table.separator, told)
    return mark, unproved_comma(_figure_cells(table)) if mark == "," and told is None else None


def _figure_cells(table: Table) -> Iterator[tuple[int, str]]:
    figured = [name for name in table.columns if _figured(name)]
    return ((row.line, row.cells[name]) for row in table.rows for name in figured)


def _figured(name: str) -> bool:
    """Other columns are text: what they hold is not known."""
    return _FIGURES.match(name) is not None


def _readings(table: Table, mark: str, days: Mapping[str, date | None]) -> Iterator[Reading]:
    seen = Places()
    for order, row in enumerate(table.rows, 1):
        _once(row, seen)
        yield _reading(table, row, order, mark, days)


def _once(row: Row, seen: Places) -> None:
    cells = row.cells
    place = (cells[MY_NUMBER], cells[SAMPLE_NUMBER], cells[REPEAT_NUMBER])
    if seen.met((place[0], place[2]), place[1]):
        raise ParseError(
            f"My No {place[0]!r} SN {place[1]!r} RN {place[2]!r} stands twice; the file was "
            "edited or damaged: export the run again",
            line=row.line,
        )


def _reading(
    table: Table, row: Row, order: int, mark: str, days: Mapping[str, date | None]
) -> Reading:
    cells, day = row.cells, days[row.cells[DATE]]
    at = clock(cells[HOUR], row.line)
    values = {
        name: figure(cell, decimal=mark, line=row.line, what=name)
        for name, cell in cells.items()
        if _figured(name)
    }
    starred = any("*" in cells[name] for name in values)
    index = next((name for name in _INDICES if values.get(name) is not None), None)
    return Reading(
        position=str(_whole(row, SAMPLE_NUMBER)),
        order=order,
        channels=tuple(_channel(values, region) for region in table.regions),
        sample=cells.get(SAMPLE_NAME) or None,
        cycle=_whole(row, REPEAT_NUMBER),
        counted_at=None if day is None else datetime.combine(day, at),
        flags=(ASTERISKS,) if starred else (),
        quench=None if index is None else Quench(index, values[index] or 0.0),
        extras=_kept(table, row),
    )


def _channel(values: Mapping[str, float | None], region: str) -> Channel:
    """What GROSS is (counts or a rate) and what is off CPM and DPM is not known."""
    return Channel(
        name=region,
        cpm=values[f"{region}-CPM"],
        dpm=values.get(f"{region}-DPM"),
        efficiency_percent=values.get(f"{region}-EFF"),
    )


def _kept(table: Table, row: Row) -> dict[str, str]:
    """Cells without a field of their own, and every cell with asterisks, as printed."""
    used = {SAMPLE_NAME, SAMPLE_NUMBER, REPEAT_NUMBER}
    used |= {f"{region}-{what}" for region in table.regions for what in ("CPM", "DPM", "EFF")}
    return {
        name: cell for name, cell in row.cells.items() if cell and (name not in used or "*" in cell)
    }


def _whole(row: Row, name: str) -> int:
    cell = row.cells[name]
    return whole(cell.lstrip("*").strip() or cell, line=row.line, what=name)


def _extras(table: Table, mark: str) -> dict[str, str]:
    extras = {
        "columns": table.header,
        "decimal mark": mark,
        COUNT_TIME: "the unit is not printed: live times are not taken",
    }
    return extras | {f"line above the header {n}": text for n, text in enumerate(table.above, 1)}
