"""The grammar of the report: header, COLUMNS (the list), PLATES (the grids), total, END.

<original path>                       blank + TAB starts a list row; every row and every grid
RUN INFORMATION:                      row ends with a TAB
Counting protocol no: <n>   <date>
... COLUMNS: ... PLATES: (Plate n ... End of plate n)* Total count rate: <x> CCPM / END
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from labsvc.driver import FORMATS, Lines, Packing, ParseError, PlateFormat, packed, well

_PROGRAM = re.compile(r"^Counting protocol no:\s*(\S+)\s+(\S.*)$")
_PLATE = re.compile(r"^Plate\s+(\d{1,4})\s*$")
_SHAPE = re.compile(r"/Shelf:\s*\d*/(\d{1,2})\*(\d{1,2})\s*$")
_TOTAL = "Total count rate:"
NOT_NORMALIZED = "*** DETECTORS NOT NORMALIZED"


@dataclass(frozen=True, slots=True)
class Header:
    """What stands above the list. ``remarks`` are lines this grammar has no name for."""

    path: str
    program: str
    counted_at_text: str
    name: str | None = None
    normalization: str | None = None
    not_normalized: bool = False
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of the list, as printed: by column header the cells of the lines from ``line`` on."""

    line: int
    cells: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Grid:
    """One column of the list drawn as a plate: its cells, as printed, along the plate's rows.

    ``line`` is that of the first of them.
    """

    column: str
    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plate:
    """One cassette: its number in the stack, its description, its grids."""

    number: int
    cassette: str
    shape: PlateFormat
    grids: tuple[Grid, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The whole report, nothing interpreted. ``listed`` are the list's lines, from ``line`` on."""

    header: Header
    columns: tuple[str, ...]
    line: int
    listed: Sequence[str]
    plates: Sequence[Plate]
    total: str
    total_line: int

    def rows(self, start: int, stop: int) -> Rows:
        """These of the list's rows, cut into columns: no more of them than one plate has."""
        rows = [text.split("\t") for text in self.listed[start:stop]]
        cells = {name: [row[at] for row in rows] for at, name in enumerate(self.columns, 1)}
        return Rows(self.line + start, cells)


def read_report(text: str) -> Report:
    """The report in ``text``; ParseError where it leaves the grammar."""
    _require_end(text)
    lines = Lines(text)
    header = _header(lines)
    columns = _columns(lines)
    line = lines.line + 1
    listed = packed(_listed(lines, columns))
    plates = _plates(lines, columns)
    total = _after(lines, _TOTAL, "'Plate <n>' or 'Total count rate:'")
    total_line = lines.line
    _exactly(lines, "END")
    _nothing_more(lines)
    return Report(header, columns, line, listed, plates, total, total_line)


def last_line(text: str) -> tuple[int, str]:
    """Number and text of the last line that is not blank; (0, "") when all are."""
    said = text.rstrip()
    return (said.count("\n") + 1, said.rpartition("\n")[2]) if said else (0, "")


def _require_end(text: str) -> None:
    line, last = last_line(text)
    if not line:
        raise ParseError("the file is empty; expected a MicroBeta report. Export the run again")
    if last.rstrip() != "END":
        raise ParseError(
            f"the report stops at {last.strip()!r}; expected END as its last line. It was cut "
            "short or is still being written: export the run again",
            line=line,
        )


def _header(lines: Lines) -> Header:
    path = lines.pop("the path of the report").strip()
    _exactly(lines, "RUN INFORMATION:")
    _underline(lines)
    printed = lines.pop("'Counting protocol no:'")
    match = _PROGRAM.match(printed.rstrip())
    if not path or match is None:
        wanted = "'Counting protocol no: <number>  <date>'" if path else "a path on the first line"
        raise ParseError(f"found {printed!r}; expected {wanted}", line=lines.line)
    found: dict[str, str] = {}
    remarks: list[str] = []
    while (line := lines.pop("'COLUMNS:'").strip()) != "COLUMNS:":
        key, _, value = line.partition(":")
        if key in ("Name", "CPM normalization protocol no") and key not in found:
            found[key] = value.strip()
        elif line:
            remarks.append(line)
    return Header(
        path=path,
        program=match[1],
        counted_at_text=match[2],
        name=found.get("Name") or None,
        normalization=found.get("CPM normalization protocol no") or None,
        not_normalized=NOT_NORMALIZED in remarks,
        remarks=tuple(remark for remark in remarks if remark != NOT_NORMALIZED),
    )


def _columns(lines: Lines) -> tuple[str, ...]:
    _underline(lines)
    names = tuple(name.strip() for name in _cells(lines, "the column names"))
    for wanted in ("SAMPLE", "POS"):
        if wanted not in names:
            raise ParseError(f"the list has no column {wanted}: found {names}", line=lines.line)
    if len(set(names)) < len(names) or "" in names:
        raise ParseError(f"a column name is blank or stands twice: {names}", line=lines.line)
    return names


def _listed(lines: Lines, columns: tuple[str, ...]) -> Iterator[str]:
    """The rows as they stand: a dictionary for each of them would be ten times as large."""
    expected = f"{len(columns)} cells ({', '.join(columns)})"
    tabs = len(columns) + 1
    for line in lines.filled():
        # As the counter writes it; anything else is looked at cell by cell.
        if line.count("\t") != tabs or line[:2] != " \t" or line[-1] != "\t":
            _cut(line, lines.line, expected, len(columns))
        yield line


def _plates(lines: Lines, columns: tuple[str, ...]) -> Sequence[Plate]:
    lines.pop_blank()
    _exactly(lines, "PLATES:")
    _underline(lines)
    plates, before = Packing[Plate](), -1
    while (line := lines.peek()) is not None and (match := _PLATE.match(line)):
        number = int(match[1])
        lines.pop("'Plate <n>'")
        if number <= before:
            raise ParseError(
                f"plate {number} follows plate {before}; expected rising numbers",
                line=lines.line,
            )
        plate, before = _plate(lines, number, columns), number
        plates.append(plate, weight=plate.shape.size * len(plate.grids))
    return plates.values()


def _plate(lines: Lines, number: int, columns: tuple[str, ...]) -> Plate:
    _exactly(lines, "Cassette information:")
    cassette = lines.pop("the cassette line").strip()
    shape = _shape(cassette, lines.line)
    grids: list[Grid] = []
    lines.pop_blank()
    while (line := lines.pop(f"'End of plate {number}'").strip()) != f"End of plate {number}":
        if line not in columns:
            raise ParseError(
                f"found {line!r} in plate {number}; expected the name of a column of the list "
                f"or 'End of plate {number}'",
                line=lines.line,
            )
        lines.pop_blank()
        grid, shape = _grid(lines, line, shape)
        grids.append(grid)
        lines.pop_blank()
    if not grids or shape is None:
        raise ParseError(f"plate {number} has no grid", line=lines.line)
    return Plate(number, cassette, shape, tuple(grids))


def _shape(cassette: str, line: int) -> PlateFormat | None:
    match = _SHAPE.search(cassette)
    if match is None:
        return None
    shape = PlateFormat(int(match[1]), int(match[2]))
    if not (1 <= shape.rows <= 26 and shape.columns >= 1):
        raise ParseError(f"found the plate {match[1]}*{match[2]}; expected rows A to Z", line=line)
    return shape


def _grid(lines: Lines, column: str, shape: PlateFormat | None) -> tuple[Grid, PlateFormat]:
    """A grid as wide as its head says; its height by the Shelf entry or a usual plate format."""
    heads = [cell.strip() for cell in _cells(lines, "the grid's column numbers")]
    shape = shape or next((f for f in FORMATS.values() if f.columns == len(heads)), None)
    if shape is None or heads != [str(number) for number in range(1, shape.columns + 1)]:
        wanted = f"1 to {shape.columns}" if shape else "6, 8, 12 or 24 columns"
        raise ParseError(f"found the grid columns {heads}; expected {wanted}", line=lines.line)
    first, cells = lines.line + 1, list[str]()
    for row in range(shape.rows):
        letter = well(row, 1)[0]
        values = _cells(lines, f"grid row {letter}", shape.columns, start=letter)
        cells += [value.strip() for value in values]
    return Grid(column, first, tuple(cells)), shape


def _cells(lines: Lines, expected: str, count: int | None = None, start: str = "") -> list[str]:
    """The cells of the next line."""
    return _cut(lines.pop(expected), lines.line, expected, count, start)


def _cut(line: str, number: int, expected: str, count: int | None, start: str = "") -> list[str]:
    """The cells between the first TAB and the last one, which ends the line."""
    first, *cells = line.split("\t")
    whole = cells and not cells[-1].strip() and first.strip() == start
    if not whole or (count is not None and len(cells) - 1 != count):
        raise ParseError(
            f"found {line!r}; expected {expected}, each followed by a TAB, the line starting with "
            f"{start or ' '!r} and a TAB",
            line=number,
        )
    return cells[:-1]


def _exactly(lines: Lines, expected: str) -> None:
    line = lines.pop(repr(expected))
    if line.strip() != expected:
        raise ParseError(f"found {line!r}; expected {expected!r}", line=lines.line)


def _underline(lines: Lines) -> None:
    line = lines.pop("an underline of '='").strip()
    if not line or set(line) != {"="}:
        raise ParseError(f"found {line!r}; expected an underline of '='", line=lines.line)


def _after(lines: Lines, start: str, expected: str) -> str:
    line = lines.pop(expected)
    if not line.startswith(start):
        raise ParseError(f"found {line!r}; expected {expected}", line=lines.line)
    return line.removeprefix(start).strip()


def _nothing_more(lines: Lines) -> None:
    lines.pop_blank()
    if (line := lines.peek()) is not None:
        raise ParseError(
            f"found {line!r} after END; expected one report in one file", line=lines.line + 1
        )
