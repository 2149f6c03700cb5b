"""Tables of a run sheet that lie freely on a page: of a workbook's sheet, or of a CSV.

A table shaped like the plate has in its corner what it tells (``compound``, ``concentration_uM``,
``role``, ``mask``, or a group's name), 1, 2, 3 ... beside it and A, B, C ... below. There may be
several, and a list of the compounds in the protocol's slots, which ends at a blank row. One with
``layout`` in its corner is a picture for people and is not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from labsvc.errors import ConfigError
from labsvc.model.plate import FORMATS, PlateFormat, well
from labsvc.service.runsheets.parts import ROLES
from labsvc.service.runsheets.table import (
    CITED,
    Cell,
    Line,
    Sheet,
    column_names,
    head_key,
    is_list,
    is_slots,
    key_of,
    letters,
    pairs,
    read_comment,
    read_row,
)

PICTURE = "layout"
_PLATES = {plate.columns: plate for plate in FORMATS.values()}


@dataclass(frozen=True, slots=True)
class _Grid:
    """A table shaped like the plate: the line with its corner and numbers, and those below."""

    plate: PlateFormat
    top: Line
    below: list[Line]

    @property
    def corner(self) -> Cell:
        return self.top[0]


@dataclass(slots=True)
class Found:
    """The rows of texts of what was read, for writing them down again as CSV."""

    positions: list[list[str]] = field(default_factory=list)
    slots: list[list[str]] = field(default_factory=list)


def read_tables(sheet: Sheet, lines: Sequence[Line]) -> Found:
    """Every table among the lines, added to the sheet; ConfigError where none can be read."""
    grids: list[_Grid] = []
    found = Found()
    left = list(lines)
    while left:
        left = _read_one(sheet, left, grids, found)
    if grids and found.positions:
        raise _at(sheet, grids[0].corner, "found a list of positions and a table shaped like the "
                  "plate; keep one")  # fmt: skip
    if grids:
        found.positions = _read_grids(sheet, grids)
    if not (found.positions or found.slots):
        raise ConfigError(
            "this run sheet has no table; expected a row with position, role, ... or slot, "
            "compound, ... or a table shaped like the plate, with compound in its corner",
            file=sheet.file,
        )
    return found


def _read_one(sheet: Sheet, lines: list[Line], grids: list[_Grid], found: Found) -> list[Line]:
    """Reads what the first line begins; the lines that are left."""
    first, *rest = lines
    texts = [cell.text for cell in first]
    plate = _plate(first)
    if not first:
        return rest
    if is_list(texts):
        if found.positions:
            raise _at(sheet, first[0], "found a second list of positions; keep one")
        page = first[0].sheet
        end = next(
            (n for n, line in enumerate(lines) if line and line[0].sheet != page), len(lines)
        )
        found.positions = _read_list(sheet, lines[:end])
        return lines[end:]
    if is_slots(texts):
        end = next((n for n, line in enumerate(lines) if not line), len(lines))
        found.slots += _read_list(sheet, lines[:end])
        return lines[end:]
    if plate is None:
        _read_words(sheet, first)
        return rest
    if first[0].text.lower() != PICTURE:
        grids.append(_Grid(plate, first, rest[: plate.rows]))
    return rest[plate.rows :]


def is_table(line: Line) -> bool:
    """Whether this line is the first of a table."""
    texts = [cell.text for cell in line]
    return is_list(texts) or is_slots(texts) or _plate(line) is not None


def _read_words(sheet: Sheet, line: Line) -> None:
    """Key, value and its source, from cell to cell; several keys may stand side by side."""
    for start, end in pairs([cell.text for cell in line]):
        _read_pair(sheet, line[start:end])


def _read_pair(sheet: Sheet, cells: Line) -> None:
    key, number = key_of(cells[0].text), sheet.place(cells)
    known, values = head_key(key), [cell.text for cell in cells[1:]]
    if known is not None:
        sheet.vouch(cells)
    if known is not None and known not in CITED and len(values) > 1:
        sheet.fault(number, f"found {values[1]!r} after {values[0]!r}; {key!r} has one value")
        return
    read_comment(sheet, f"{key}: {', '.join(values)}" if values else cells[0].text, number)


def _read_list(sheet: Sheet, lines: Sequence[Line]) -> list[list[str]]:
    """Header and rows as texts, column by column from the header's first to the last."""
    for line in lines:
        sheet.vouch(line)
    header = lines[0]
    last = max(cell.column for line in lines for cell in line)
    columns = range(header[0].column, last + 1)
    rows = [
        ([next((c.text for c in line if c.column == n), "") for n in columns], line)
        for line in lines
        if line
    ]
    names = column_names(sheet, rows[0][0], sheet.place(header))
    for cells, line in rows[1:]:
        read_row(sheet, names, cells, sheet.place(line))
    return [cells for cells, _ in rows]


def _plate(line: Line) -> PlateFormat | None:
    """The plate whose columns this line numbers, from the second cell on."""
    numbers = [cell.text for cell in line[1:]]
    if numbers and numbers == [str(n) for n in range(1, len(numbers) + 1)]:
        return _PLATES.get(len(numbers))
    return None


def _read_grids(sheet: Sheet, grids: Sequence[_Grid]) -> list[list[str]]:
    """The tables joined: for each well that holds something, one row."""
    sheet.size = grids[0].plate.size
    held: dict[str, dict[str, Cell]] = {}
    for grid in grids:
        if grid.plate.size != sheet.size:
            raise _at(sheet, grid.corner, f"this table has {grid.plate.size} wells, the one "
                      f"before {sheet.size}")  # fmt: skip
        for position, cell in _wells(sheet, grid):
            twice = held.setdefault(position, {}).setdefault(grid.corner.text, cell)
            if twice is not cell:
                sheet.fault(sheet.place([cell]), f"{grid.corner.text} of {position} is given twice")
    corners = dict.fromkeys(grid.corner.text for grid in grids)
    header = ["position", "role", *(name for name in corners if name.lower() != "role")]
    names = column_names(sheet, header, sheet.place([grid.corner for grid in grids]))
    rows = [header]
    for position in sorted(held):
        rows.append(_well_row(position, held[position], header))
        read_row(sheet, names, rows[-1], sheet.place(list(held[position].values())))
    return rows


def _wells(sheet: Sheet, grid: _Grid) -> Iterator[tuple[str, Cell]]:
    columns = {cell.column: n for n, cell in enumerate(grid.top[1:], 1)}
    for index in range(grid.plate.rows):
        line = grid.below[index] if index < len(grid.below) else []
        _refuse_other_row(sheet, grid.corner, index, line)
        for cell in line[1:]:
            if cell.column in columns:
                sheet.vouch([cell])
                yield well(index, columns[cell.column]), cell


def _refuse_other_row(sheet: Sheet, corner: Cell, index: int, line: Line) -> None:
    letter = letters(index + 1)
    if line and line[0].column == corner.column and line[0].text.upper() == letter:
        return
    here = Cell(corner.row + index + 1, corner.column, "", corner.sheet)
    found = repr(line[0].text) if line else "nothing"
    raise _at(sheet, here, f"found {found}; expected row {letter} of the table {corner.text!r}")


def _well_row(position: str, held: Mapping[str, Cell], header: Sequence[str]) -> list[str]:
    texts = {name.lower(): cell.text for name, cell in held.items()}
    role, compound = texts.get("role", ""), texts.get("compound", "")
    if not role and compound.lower() in ROLES:
        # A control is written in the table of compounds by its role.
        role, texts["compound"] = compound, ""
    texts |= {"position": position, "role": role}
    return [texts.get(name.lower(), "") for name in header]


def _at(sheet: Sheet, cell: Cell, message: str) -> ConfigError:
    return sheet.located(cell, None, message)
