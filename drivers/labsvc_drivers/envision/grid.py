"""The grammar of the grid export: blocks of one plate each, then the assay's own information.

Plate information                              title, blank behind it
Plate,Repeat,Barcode,...,Measurement date,     names, then one row of them
Background information                         names, then rows
Results for <label> - channel 0 (CPS)          or: Calculated results: <formula>
,01,02,...,12,                                 every cell, also the last, ends with a comma
A,40,0,...                                     a blank cell was not counted
...
Basic assay information                        and what follows it, up to the last line
Exported with EnVision Workstation version 1.14.0.0
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from labsvc.driver import FORMATS, Lines, Packing, ParseError, PlateFormat, well

PLATE, BACKGROUND = "Plate information", "Background information"
RESULTS, CALCULATED = "Results for ", "Calculated results: "
ASSAY, EXPORTED = "Basic assay information", "Exported with EnVision Workstation version "
NUMBER, REPEAT, BARCODE, MEASURED = "Plate", "Repeat", "Barcode", "Measurement date"
_FIRST = (NUMBER, REPEAT, BARCODE)
_AS_TEXT = re.compile(r'^="(.*)"$')


@dataclass(frozen=True, slots=True)
class Grid:
    """One plate's cells, as printed, along its rows; ``title`` is the whole line above them."""

    title: str
    line: int
    shape: PlateFormat
    cells: tuple[str, ...]

    def line_of(self, index: int) -> int:
        """The line of the cell of this index: below the title and the column numbers."""
        return self.line + 2 + index // self.shape.columns


@dataclass(frozen=True, slots=True)
class Block:
    """One plate as one program step left it; ``head`` is its lines above the grids, verbatim."""

    line: int
    cells: Mapping[str, str]
    head: str
    grids: tuple[Grid, ...]


@dataclass(frozen=True, slots=True)
class Export:
    """The whole file, nothing interpreted. ``assay`` is the text from ``ASSAY`` on, verbatim."""

    blocks: Sequence[Block]
    assay: str


def is_grid(head: str) -> bool:
    lines = [line for line in head.split("\n") if line.strip()][:2]
    return len(lines) == 2 and lines[0].strip() == PLATE and lines[1].startswith(",".join(_FIRST))


def ends_whole(text: str) -> bool:
    """Whether the last line is whole and names the program that wrote it."""
    last = text.rstrip().rpartition("\n")[2]
    return text.endswith("\n") and last.startswith(EXPORTED)


def read_grids(text: str) -> Export:
    """The export in ``text``; ParseError where it leaves the grammar."""
    if not ends_whole(text):
        seen = text.rstrip("\n")
        last = seen.rpartition("\n")[2]
        raise ParseError(
            f"the file stops at {last[:60]!r}; expected '{EXPORTED}...' as its last line. It "
            "was cut short, or it is exported without basic assay information at the end of the "
            "file: include that and export again",
            line=seen.count("\n") + 1,
        )
    lines = Lines(text)
    blocks = Packing[Block]()
    while (line := _next(lines)).strip() == PLATE:
        block = _block(lines)
        blocks.append(block, weight=sum(len(one.cells) for one in block.grids))
    if line.strip() != ASSAY or not blocks:
        raise ParseError(
            f"found {line.strip()[:80]!r}; expected {PLATE!r}"
            + (f", {RESULTS!r}, {CALCULATED!r} or {ASSAY!r}" if blocks else ""),
            line=lines.line + 1,
        )
    return Export(blocks.values(), lines.rest().rstrip("\n"))


def assay_entries(assay: str) -> dict[str, str]:
    """``Assay ID: ,,,,3134`` and the like, by name; the first of each."""
    found: dict[str, str] = {}
    for line in assay.split("\n"):
        name, mark, value = line.partition(",,,,")
        if mark and name.strip():
            found.setdefault(name.strip().removesuffix(":"), unwrapped(value.strip()))
    return found


def unwrapped(cell: str) -> str:
    """``="BC01"`` (a spreadsheet's text) -> ``BC01``."""
    match = _AS_TEXT.match(cell)
    return (match[1] if match else cell).strip()


def _next(lines: Lines) -> str:
    lines.pop_blank()
    line = lines.peek()
    return line if line is not None else lines.pop(repr(ASSAY))


def _block(lines: Lines) -> Block:
    head = [lines.pop(repr(PLATE))]
    start = lines.line
    head += [lines.pop("the names of the plate's entries"), lines.pop("the plate's entries")]
    cells = entries(head[1], head[2], lines.line)
    while not _opens(_next(lines)):
        raise_at = lines.line + 1
        line = lines.pop(repr(BACKGROUND))
        if line.strip() != BACKGROUND:
            raise ParseError(
                f"found {line[:80]!r} in the block of plate {cells[NUMBER]}; expected "
                f"{BACKGROUND!r}, {RESULTS!r} or {CALCULATED!r} (exports without titles, or "
                "with several rows here, are not known)",
                line=raise_at,
            )
        head += ["", line, *_until_blank(lines)]
    grids: list[Grid] = []
    while _opens(line := _next(lines)) and line.strip() not in (PLATE, ASSAY):
        grids.append(_grid(lines))
    if not grids:
        raise ParseError(f"plate {cells[NUMBER]} has no grid below its entries", line=start)
    return Block(start, cells, "\n".join(head), tuple(grids))


def _opens(line: str) -> bool:
    return line.startswith((RESULTS, CALCULATED)) or line.strip() in (PLATE, ASSAY)


def _until_blank(lines: Lines) -> list[str]:
    found: list[str] = []
    while (line := lines.peek()) is not None and line.strip() and not _opens(line):
        found.append(lines.pop("background entries"))
    return found


def entries(names: str, values: str, line: int) -> dict[str, str]:
    """A plate's entries by name, from its two lines; ``line`` is the number of the second."""
    keys, cells = _cells(names, line - 1), _cells(values, line)
    whole = len(keys) == len(cells) and tuple(keys[:3]) == _FIRST and len(set(keys)) == len(keys)
    if not whole or MEASURED not in keys:
        raise ParseError(
            f"found {len(cells)} entries in {values[:80]!r} below {len(keys)} names; expected one "
            f"for each of {', '.join(_FIRST)}, ..., {MEASURED}",
            line=line,
        )
    return dict(zip(keys, (unwrapped(cell) for cell in cells), strict=True))


def _cells(text: str, line: int) -> list[str]:
    """The cells of a line, each of which ends with a comma."""
    try:
        cells = [cell.strip() for cell in next(csv.reader([text], strict=True), [])]
    except csv.Error as error:
        raise ParseError(f"found {text[:80]!r}: {error}", line=line) from None
    if not cells or cells[-1]:
        raise ParseError(
            f"found {text[:80]!r}; expected cells that each end with a comma", line=line
        )
    return cells[:-1]


def _grid(lines: Lines) -> Grid:
    title = lines.pop("the title of a grid").strip()
    start = lines.line
    heads = _cells(lines.pop("the column numbers ',01,02,...'"), lines.line)
    shape = next((one for one in FORMATS.values() if one.columns == len(heads) - 1), None)
    if shape is None or heads != ["", *(f"{n:02d}" for n in range(1, shape.columns + 1))]:
        raise ParseError(
            f"found the grid columns {','.join(heads)[:80]!r}; expected ',01,02,...' up to 6, 8, "
            "12 or 24",
            line=lines.line,
        )
    cells: list[str] = []
    for row in range(shape.rows):
        letter = well(row, 1)[0]
        line = lines.pop(f"grid row {letter}")
        values = _cells(line, lines.line) if line.strip() else []
        if len(values) != shape.columns + 1 or values[0] != letter:
            raise ParseError(
                f"found {line[:80]!r}; expected grid row {letter} with {shape.columns} cells",
                line=lines.line,
            )
        cells += values[1:]
    return Grid(title, start, shape, tuple(cells))
