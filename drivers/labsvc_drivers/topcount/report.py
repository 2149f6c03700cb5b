"""The grammar of a read: no header, no date, no end mark but its own shape.

    plate format                             column format
    ' ' TAB 1 TAB 2 ... TAB 12                  n ,figure ,clock        n = 1 ... 96
    A TAB figure TAB ...  (8 rows)              an empty line
    two blank lines
    the same grid with clock times
    an empty line

A blank cell was not counted. Files may be reads joined one after the other, ended by the Ctrl-Z
that DOS puts after joined files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from labsvc.driver import FORMATS, Lines, ParseError, PlateFormat, well
from labsvc_drivers.topcount.clock import has_half_days, seconds

PLATE, COLUMN = "plate", "column"
LINES_OF_COLUMN = 96
CTRL_Z = "\x1a"
_FIGURE = re.compile(r"^\d{1,15}$", re.ASCII)
_AGAIN = "the file was cut short, edited or damaged: export the read again"


@dataclass(frozen=True, slots=True)
class Cell:
    """One place: what was printed, stripped (``figure`` and ``clock`` "": not counted)."""

    position: str
    figure: str
    clock: str
    line: int


@dataclass(frozen=True, slots=True)
class Read:
    """One pass over a plate. ``line`` is where it starts in the file."""

    layout: str
    line: int
    cells: tuple[Cell, ...]

    def counted(self) -> tuple[Cell, ...]:
        return tuple(cell for cell in self.cells if cell.figure)


def read_report(text: str) -> tuple[Read, ...]:
    """Every read in ``text``; ParseError unless each is whole."""
    return tuple(reads(text))


def reads(text: str) -> Iterator[Read]:
    """The reads one by one, so that 100 MB of them are not kept beside their runs."""
    if not text.replace(CTRL_Z, " ").strip():
        raise ParseError("the file is empty; expected a TopCount read. Export it again")
    _require_line_end(text)
    lines = Lines(text.rstrip(CTRL_Z + " \n"))
    lines.pop_blank()
    while lines.peek() is not None:
        yield _read(lines)
        lines.pop_blank()


def grid_shape(line: str) -> PlateFormat | None:
    """The plate whose column numbers (1, 2, 3 ...) stand in ``line``, if there is one."""
    first, *heads = (cell.strip() for cell in line.split("\t"))
    for shape in FORMATS.values():
        if not first and heads == [str(number) for number in range(1, shape.columns + 1)]:
            return shape
    return None


def column_cell(line: str, number: int) -> tuple[str, str] | None:
    """Figure and clock of the ``number``-th line of the column format; None when it is not that."""
    parts = [part.strip() for part in line.split(",")]
    return (parts[1], parts[2]) if len(parts) == 3 and parts[0] == str(number) else None


def _require_line_end(text: str) -> None:
    """A last figure or clock cut in two may still read as one: only a line end tells."""
    if not text.rstrip(CTRL_Z).endswith("\n"):
        lines = text.split("\n")
        raise ParseError(
            f"the last line {lines[-1]!r} has no line end: it was cut short or is still being "
            "written; export the read again",
            line=len(lines),
        )


def _read(lines: Lines) -> Read:
    start = lines.line + 1
    plate = "\t" in (lines.peek() or "")
    cells = tuple(_plate(lines) if plate else _column(lines))
    read = Read(PLATE if plate else COLUMN, start, cells)
    _check(read)
    return read


def _plate(lines: Lines) -> Iterator[Cell]:
    shape, figures = _grid(lines, None)
    lines.pop_blank()
    _, clocks = _grid(lines, shape)
    for position, (figure, line) in figures.items():
        yield Cell(position, figure, clocks[position][0], line)


def _grid(
    lines: Lines, expected: PlateFormat | None
) -> tuple[PlateFormat, dict[str, tuple[str, int]]]:
    """The cells of one grid by well, each with its line."""
    wanted = "a line of column numbers 1 to " + (str(expected.columns) if expected else "12")
    head = lines.pop(wanted)
    shape = grid_shape(head)
    if shape is None or shape is not (expected or shape):
        raise ParseError(f"found {head!r}; expected {wanted}; {_AGAIN}", line=lines.line)
    cells: dict[str, tuple[str, int]] = {}
    for row in range(shape.rows):
        letter = well(row, 1)[0]
        wanted = f"row {letter} with {shape.columns} cells, each after a TAB"
        line = lines.pop(wanted)
        first, *values = line.split("\t")
        if first.strip() != letter or len(values) != shape.columns:
            raise ParseError(f"found {line!r}; expected {wanted}; {_AGAIN}", line=lines.line)
        for column, value in enumerate(values, 1):
            cells[well(row, column)] = (value.strip(), lines.line)
    return shape, cells


def _column(lines: Lines) -> Iterator[Cell]:
    """96 numbered lines; whether they run along rows or columns of the plate is not printed."""
    for number in range(1, LINES_OF_COLUMN + 1):
        wanted = f"line {number} of {LINES_OF_COLUMN} as '{number} ,figure ,clock'"
        line = lines.pop(wanted)
        cell = column_cell(line, number)
        if cell is None:
            raise ParseError(f"found {line!r}; expected {wanted}; {_AGAIN}", line=lines.line)
        yield Cell(str(number), *cell, lines.line)


def _check(read: Read) -> None:
    """Every place has figure and clock or neither; all clocks are printed in one notation."""
    counted = read.counted()
    for cell in read.cells:
        if bool(cell.figure) != bool(cell.clock):
            raise ParseError(
                f"{cell.position} has the figure {cell.figure!r} and the clock {cell.clock!r}; "
                f"expected both or neither; {_AGAIN}",
                line=cell.line,
            )
    for cell in counted:
        if not _FIGURE.match(cell.figure):
            raise ParseError(
                f"found {cell.figure!r} at {cell.position}; expected a whole number, or blanks "
                "for a place not counted",
                line=cell.line,
            )
        seconds(cell.clock, line=cell.line)
        if has_half_days(cell.clock) != has_half_days(counted[0].clock):
            raise ParseError(
                f"the clock {cell.clock!r} at {cell.position} and {counted[0].clock!r} at "
                f"{counted[0].position} are in two notations; {_AGAIN}",
                line=cell.line,
            )
    if not counted:
        raise ParseError("no place of this read was counted; expected one or more", line=read.line)
