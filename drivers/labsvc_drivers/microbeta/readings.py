"""From the report to readings: the list laid onto the grids, cell by cell, and summed.

The list has no plate column and leaves out places that were not counted, so the grids say which
plate a row belongs to. List, grids and total say the same thing three times: where they differ,
the file was edited or damaged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from labsvc.driver import Channel, ParseError, Reading, State, canonical, number
from labsvc_drivers.microbeta.report import Plate, Report, Row

NOT_COUNTED = "-"
_RATE = re.compile(r"^(CCPM|CPM)(\d+)$")
_TAKEN_OFF = {"CCPM": ("background",), "CPM": ()}
_EDITED = "the file was edited or damaged: export the run again"


def readings(report: Report) -> tuple[Reading, ...]:
    """Every well of every plate; ParseError where list, grids and total differ."""
    rates = _rates(report)
    used = _used(rates)
    found: list[Reading] = []
    taken = 0
    for plate in report.plates:
        counted = _counted(plate)
        rows = _by_well(report.rows(taken, taken + len(counted)), counted, plate.number)
        taken += len(counted)
        for index, well in enumerate(plate.shape.wells()):
            row, order = rows.pop(well, None), len(found) + 1
            _check_cells(plate, index, well, row, used)
            found.append(_reading(plate.number, well, row, rates, used, order))
    if taken < len(report.listed):
        (row,) = report.rows(taken, taken + 1)
        raise ParseError(
            f"the list has {len(report.listed)} rows and the grids {taken} counted places "
            f"(the first row without a place: {row.cells['SAMPLE']!r}); {_EDITED}",
            line=row.line,
        )
    _check_total(report, found, rates)
    return tuple(found)


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


def _counted(plate: Plate) -> set[str]:
    """The wells that hold a figure in the plate's first grid."""
    cells = zip(plate.shape.wells(), plate.grids[0].cells, strict=True)
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
    plate: int, well: str, row: Row | None, rates: dict[str, str], used: set[str], order: int
) -> Reading:
    if row is None:
        return Reading(well, order, plate=plate, state=State.NOT_COUNTED)
    return Reading(
        well,
        order,
        channels=tuple(_channel(row, label, column) for label, column in rates.items()),
        plate=plate,
        sample=row.cells["SAMPLE"].strip() or None,
        extras={name: cell.strip() for name, cell in row.cells.items() if name not in used},
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


def _channel(row: Row, label: str, column: str) -> Channel:
    """CCPM is a rate after background; the column with % is its 2-sigma error in percent.

    ``DPM1`` is read where it is printed: no such list has been seen.
    """
    error, dpm = row.cells.get(f"{column}%"), row.cells.get(f"DPM{label}", "").strip()
    return Channel(
        name=label,
        cpm=number(row.cells[column], line=row.line, what=column),
        dpm=number(dpm, line=row.line, what=f"DPM{label}") if dpm else None,
        error_2sigma_percent=None
        if error is None
        else number(error, line=row.line, what=f"{column}%"),
        corrected=_TAKEN_OFF[column.removesuffix(label)],
    )


def _check_total(report: Report, found: Sequence[Reading], rates: dict[str, str]) -> None:
    """Cells are rounded to whole counts a minute: 0.5 each, and 0.05 for the total itself."""
    total = number(
        report.total.partition(" ")[0], line=report.total_line, what="the total count rate"
    )
    if len(rates) > 1:
        return
    cpm = list(_cpm(found))
    if not abs(sum(cpm) - total) <= 0.5 * len(cpm) + 0.051:
        raise ParseError(
            f"the total count rate is {total:.1f}, the {len(cpm)} cells sum to {sum(cpm):.1f}; "
            f"{_EDITED}",
            line=report.total_line,
        )


def _cpm(found: Sequence[Reading]) -> Iterator[float]:
    for reading in found:
        for channel in reading.channels:
            if channel.cpm is not None:
                yield channel.cpm
