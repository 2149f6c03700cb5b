"""From the report to readings: the list laid onto the grids, cell by cell, and summed.

The list has no plate column and leaves out places that were not counted, so the grids say which
plate a row belongs to. List, grids and total say the same thing three times: where they differ,
the file was edited or damaged.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from labsvc.driver import Channel, ParseError, Reading, State, canonical, number, packed
from labsvc_drivers.microbeta.report import Plate, Report, Row

NOT_COUNTED = "-"
_RATE = re.compile(r"^(CCPM|CPM)(\d+)$")
_TAKEN_OFF = {"CCPM": ("background",), "CPM": ()}
_EDITED = "the file was edited or damaged: export the run again"


def readings(report: Report) -> Sequence[Reading]:
    """Every well of every plate; ParseError where list, grids and total differ."""
    rates, cpm = _rates(report), array("d")
    found = packed(_readings(report, rates, cpm))
    _check_total(report, cpm, rates)
    return found


def _readings(report: Report, rates: dict[str, str], cpm: array[float]) -> Iterator[Reading]:
    """One by one; the rates of all of them go to ``cpm``."""
    used = _used(rates)
    kept = [column for column in report.columns if column not in used]
    windows = [_window(label, column, report.columns) for label, column in rates.items()]
    taken = order = 0
    for plate in report.plates:
        wells = tuple(plate.shape.wells())
        counted = _counted(plate, wells)
        rows = _by_well(report.rows(taken, taken + len(counted)), counted, plate.number)
        taken += len(counted)
        for index, well in enumerate(wells):
            row, order = rows.get(well), order + 1
            _check_cells(plate, index, well, row, used)
            channels = [] if row is None else [_channel(row, window) for window in windows]
            for one in channels:
                cpm.append(one.cpm or 0.0)
            yield _reading(plate.number, well, row, tuple(channels), kept, order)
    if taken < len(report.listed):
        (row,) = report.rows(taken, taken + 1)
        raise ParseError(
            f"the list has {len(report.listed)} rows and the grids {taken} counted places "
            f"(the first row without a place: {row.cells['SAMPLE']!r}); {_EDITED}",
            line=row.line,
        )


def check_is_possible(report: Report) -> bool:
    """Whether the total can be checked: which of several labels it sums is not known."""
    return len(_rates(report)) == 1


def _rates(report: Report) -> dict[str, str]:
    """The column of each label's count rate, by label: the corrected one where both are there."""
    rates: dict[str, str] = {}
    for column in report.columns:
        match = _RATE.match(column)
        if match and not (match[2] in rates and match[1] == "CPM"):
            rates[match[2]] = column
    if not rates:
        raise ParseError(f"the list has no column CCPM1 or CPM1: found {report.columns}")
    return rates


def _counted(plate: Plate, wells: Sequence[str]) -> set[str]:
    """The wells that hold a figure in the plate's first grid."""
    cells = zip(wells, plate.grids[0].cells, strict=True)
    return {well for well, cell in cells if cell != NOT_COUNTED}


def _by_well(rows: Iterable[Row], counted: set[str], plate: int) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for row in rows:
        try:
            well = canonical(row.cells["POS"])
        except ValueError as error:
            raise ParseError(f"in column POS, {error}", line=row.line) from None
        if well in found or well not in counted:
            why = "stands twice in the list" if well in found else "is not counted in the grid"
            raise ParseError(
                f"{row.cells['SAMPLE']!r} at {well} of plate {plate} {why}; {_EDITED}",
                line=row.line,
            )
        found[well] = row
    return found


def _used(rates: dict[str, str]) -> set[str]:
    """The columns of the list that readings are made of; the others are kept as they are."""
    of_rates = {*rates.values(), *(f"{column}%" for column in rates.values())}
    return {"SAMPLE", "POS", *of_rates, *(f"DPM{label}" for label in rates)}


def _check_cells(plate: Plate, index: int, well: str, row: Row | None, used: set[str]) -> None:
    """Each grid says of a well what the list does."""
    for grid in plate.grids:
        cell = grid.cells[index]
        if row is not None and grid.column in used and row.cells[grid.column].strip() == cell:
            continue  # letter by letter the same; the reading sees whether it is a number
        line = grid.line + index // plate.shape.columns
        where = f"plate {plate.number} {well} {grid.column}"
        _check_cell(cell, line, where, grid.column, row)


def _reading(
    plate: int,
    well: str,
    row: Row | None,
    channels: tuple[Channel, ...],
    kept: Sequence[str],
    order: int,
) -> Reading:
    if row is None:
        return Reading(well, order, plate=plate, state=State.NOT_COUNTED)
    return Reading(
        well,
        order,
        channels=channels,
        plate=plate,
        sample=row.cells["SAMPLE"].strip() or None,
        extras={name: row.cells[name].strip() for name in kept},
    )


def _check_cell(cell: str, line: int, where: str, column: str, row: Row | None) -> None:
    """``where`` names the plate, the well and the ``column`` that the grid draws."""
    if row is None and cell != NOT_COUNTED:
        raise ParseError(f"{where}: the grid has {cell!r}, the list no row; {_EDITED}", line=line)
    if row is None:
        return
    listed = number(row.cells[column], line=row.line, what=where)
    drawn = number(cell, line=line, what=f"{where} in the grid")
    if listed != drawn:
        raise ParseError(
            f"{where}: the list has {row.cells[column].strip()!r} (line {row.line}), the grid has "
            f"{cell!r}; {_EDITED}",
            line=line,
        )


@dataclass(frozen=True, slots=True)
class _Window:
    """The columns of one label. None: the list has none such."""

    label: str
    cpm: str
    error: str | None
    dpm: str | None
    corrected: tuple[str, ...]


def _window(label: str, column: str, columns: Sequence[str]) -> _Window:
    """CCPM is a rate after background; the column with % is its 2-sigma error in percent.

    ``DPM1`` is read where it is printed: no such list has been seen.
    """
    error, dpm = f"{column}%", f"DPM{label}"
    return _Window(
        label,
        column,
        error if error in columns else None,
        dpm if dpm in columns else None,
        _TAKEN_OFF[column.removesuffix(label)],
    )


def _channel(row: Row, window: _Window) -> Channel:
    cells, line, error, dpm = row.cells, row.line, window.error, window.dpm
    return Channel(
        name=window.label,
        cpm=number(cells[window.cpm], line=line, what=window.cpm),
        dpm=number(cells[dpm], line=line, what=dpm) if dpm and cells[dpm].strip() else None,
        error_2sigma_percent=number(cells[error], line=line, what=error) if error else None,
        corrected=window.corrected,
    )


def _check_total(report: Report, cpm: Sequence[float], rates: dict[str, str]) -> None:
    """Cells are rounded to whole counts a minute: 0.5 each, and 0.05 for the total itself."""
    total = number(
        report.total.partition(" ")[0], line=report.total_line, what="the total count rate"
    )
    if len(rates) > 1:
        return
    if not abs(sum(cpm) - total) <= 0.5 * len(cpm) + 0.051:
        raise ParseError(
            f"the total count rate is {total:.1f}, the {len(cpm)} cells sum to {sum(cpm):.1f}; "
            f"{_EDITED}",
            line=report.total_line,
        )
