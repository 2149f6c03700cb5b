"""From the report to readings: the list laid onto the grids, cell by cell, and summed.

The list has no plate column and leaves out places that were not counted, so the grids say which
plate a row belongs to. List, grids and total say the same thing three times: where they differ,
the file was edited or damaged.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from labsvc.driver import Channel, ParseError, Reading, State, canonical, number, numbers, packed
from labsvc_drivers.microbeta.report import Plate, Report, Rows

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
    """Plate by plate; the rates of all of them go to ``cpm``."""
    used = _used(rates)
    kept = [column for column in report.columns if column not in used]
    windows = [_window(label, column, report.columns) for label, column in rates.items()]
    taken = order = 0
    for plate in report.plates:
        wells = tuple(plate.shape.wells())
        counted = _counted(plate, wells)
        rows = report.rows(taken, taken + len(counted))
        places = _places(rows, counted, plate.number)
        _check_grids(plate, wells, rows, places, used)
        channels = [_channels(rows, window) for window in windows]
        cpm.extend([one.cpm or 0.0 for column in channels for one in column])
        yield from _of_plate(plate.number, order, wells, places, rows, channels, kept)
        taken, order = taken + len(counted), order + len(wells)
    if taken < len(report.listed):
        left = report.rows(taken, taken + 1)
        raise ParseError(
            f"the list has {len(report.listed)} rows and the grids {taken} counted places "
            f"(the first row without a place: {left.cells['SAMPLE'][0]!r}); {_EDITED}",
            line=left.line,
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


def _places(rows: Rows, counted: set[str], plate: int) -> dict[str, int]:
    """Which of the rows is of which well."""
    found: dict[str, int] = {}
    for at, printed in enumerate(rows.cells["POS"]):
        try:
            well = canonical(printed)
        except ValueError as error:
            raise ParseError(f"in column POS, {error}", line=rows.line + at) from None
        if well in found or well not in counted:
            why = "stands twice in the list" if well in found else "is not counted in the grid"
            raise ParseError(
                f"{rows.cells['SAMPLE'][at]!r} at {well} of plate {plate} {why}; {_EDITED}",
                line=rows.line + at,
            )
        found[well] = at
    return found


def _used(rates: dict[str, str]) -> set[str]:
    """The columns of the list that readings are made of; the others are kept as they are."""
    of_rates = {*rates.values(), *(f"{column}%" for column in rates.values())}
    return {"SAMPLE", "POS", *of_rates, *(f"DPM{label}" for label in rates)}


def _check_grids(
    plate: Plate, wells: Sequence[str], rows: Rows, places: Mapping[str, int], used: set[str]
) -> None:
    """Each grid says of each well what the list does."""
    order = [places.get(well) for well in wells]
    for grid in plate.grids:
        column = rows.cells[grid.column]
        listed = tuple([NOT_COUNTED if at is None else column[at].strip() for at in order])
        if grid.column in used and listed == grid.cells:
            continue  # letter by letter the same; the reading sees whether they are numbers
        for index, (well, at) in enumerate(zip(wells, order, strict=True)):
            if grid.column not in used or listed[index] != grid.cells[index]:
                line = grid.line + index // plate.shape.columns
                where = f"plate {plate.number} {well} {grid.column}"
                _check_cell(grid.cells[index], line, where, grid.column, rows, at)


def _check_cell(
    cell: str, line: int, where: str, column: str, rows: Rows, at: int | None
) -> None:  # fmt: skip
    """``where`` names the plate, the well and the ``column`` that the grid draws."""
    if at is None and cell != NOT_COUNTED:
        raise ParseError(f"{where}: the grid has {cell!r}, the list no row; {_EDITED}", line=line)
    if at is None:
        return
    printed, printed_on = rows.cells[column][at], rows.line + at
    listed = number(printed, line=printed_on, what=where)
    drawn = number(cell, line=line, what=f"{where} in the grid")
    if listed != drawn:
        raise ParseError(
            f"{where}: the list has {printed.strip()!r} (line {printed_on}), the grid has "
            f"{cell!r}; {_EDITED}",
            line=line,
        )


def _of_plate(
    plate: int,
    before: int,
    wells: Sequence[str],
    places: Mapping[str, int],
    rows: Rows,
    channels: Sequence[Sequence[Channel]],
    kept: Sequence[str],
) -> Iterator[Reading]:
    """A reading of each well; ``before`` is the order of the last one before them."""
    samples, found = rows.cells["SAMPLE"], list(zip(*channels, strict=True))
    for order, well in enumerate(wells, before + 1):
        at = places.get(well)
        if at is None:
            yield Reading(well, order, plate=plate, state=State.NOT_COUNTED)
            continue
        extras = {name: rows.cells[name][at].strip() for name in kept}
        sample = samples[at].strip() or None
        yield Reading(well, order, found[at], plate, sample=sample, extras=extras)


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


def _channels(rows: Rows, window: _Window) -> list[Channel]:
    """The channel of each row."""
    name, taken_off = window.label, window.corrected
    figures = zip(
        _figures(rows, window.cpm),
        _figures_or_blanks(rows, window.dpm),
        _figures(rows, window.error),
        strict=True,
    )
    return [
        Channel(name, cpm=cpm, dpm=dpm, error_2sigma_percent=error, corrected=taken_off)
        for cpm, dpm, error in figures
    ]


def _figures(rows: Rows, column: str | None) -> Sequence[float | None]:
    if column is None:
        return [None] * len(rows.cells["POS"])
    return numbers(rows.cells[column], line=rows.line, what=column)


def _figures_or_blanks(rows: Rows, column: str | None) -> Sequence[float | None]:
    if column is None:
        return _figures(rows, column)
    return [
        number(text, line=line, what=column) if text.strip() else None
        for line, text in enumerate(rows.cells[column], rows.line)
    ]


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
