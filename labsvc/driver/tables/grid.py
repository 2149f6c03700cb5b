"""A plate drawn as a grid: a row of 1, 2, ... 12, and below it the rows A to H."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from string import ascii_uppercase

from labsvc.driver.packing import Packing
from labsvc.driver.tables.cells import Row, Sheet, matches, name, said
from labsvc.driver.tables.figures import Value, spelled
from labsvc.driver.tables.listing import plate_number
from labsvc.driver.tables.measured import Place
from labsvc.driver.tables.spec import TableSpec
from labsvc.errors import ParseError
from labsvc.model.plate import FORMATS

ROWS_BY_COLUMNS = {one.columns: one.rows for one in FORMATS.values()}
_NUMBER = re.compile(r"^0?[1-9]$|^[12][0-9]$", re.ASCII)


@dataclass(frozen=True, slots=True)
class Grid:
    """One grid: ``above`` are the rows since the last one, the row of numbers included.

    ``place`` is the quantity it holds (None: a title the spec does not know) and ``title`` what
    stands above it. ``rows`` hold the cells of A, B, ... from column 1 on.
    """

    above: tuple[Row, ...]
    rows: tuple[tuple[Value, ...], ...]
    lines: tuple[int, ...]
    plate: int
    place: Place | None
    title: str


def find_grid(rows: Sequence[Row]) -> tuple[int, int, int] | None:
    """Of the first row of numbers: its index, the column of its 1, how many there are."""
    for index, row in enumerate(rows):
        if shape := numbered(row):
            return index, *shape
    return None


def numbered(row: Row) -> tuple[int, int] | None:
    """The column of the 1 and how many numbers follow, in a row of 1 ... 6, 8, 12 or 24."""
    texts = [spelled(cell) for cell in row.cells]
    filled = [column for column, text in enumerate(texts) if text]
    if not filled or not 1 <= filled[0] <= 2 or len(filled) not in ROWS_BY_COLUMNS:
        return None
    for expected, column in enumerate(filled, 1):
        text = texts[column]
        if _NUMBER.match(text) is None or int(text) != expected:
            return None
    return filled[0], len(filled)


def read_grids(sheet: Sheet, spec: TableSpec) -> tuple[Sequence[Grid], tuple[Row, ...]]:
    """Every grid, and what follows the last; ParseError for one that is not whole."""
    grids, above = Packing[Grid](), list[Row]()
    rows, track = iter(sheet.rows), Track(spec)
    for row in rows:
        above.append(row)
        if (shape := numbered(row)) is not None:
            grid = _grid(tuple(above), rows, shape, sheet, track)
            grids.append(grid, weight=len(grid.rows) * len(grid.rows[0]))
            above = []
    if not grids:
        raise ParseError("there is no grid: no row of 1, 2, ... 12 with the rows A, B, ... below")
    return grids.values(), tuple(above)


def _grid(
    above: tuple[Row, ...], below: Iterator[Row], shape: tuple[int, int], sheet: Sheet, track: Track
) -> Grid:
    column, wide = shape
    tall = ROWS_BY_COLUMNS[wide]
    body = list(islice(below, tall))
    cells = tuple(_cells(body, row, column, wide, sheet) for row in range(tall))
    plate, place, title = track.next(above)
    return Grid(above, cells, tuple(row.line for row in body), plate, place, title)


def _cells(
    body: Sequence[Row], row: int, column: int, wide: int, sheet: Sheet
) -> tuple[Value, ...]:
    letter = ascii_uppercase[row]
    if row >= len(body):
        raise ParseError(f"row {letter} of the grid is missing: the table was cut short",
                         line=sheet.rows[-1].line)  # fmt: skip
    found = body[row]
    cells = found.cells
    if sheet.workbook:
        cells = (*cells, *[""] * (column + wide - len(cells)))
    label = spelled(cells[column - 1]) if column <= len(cells) else ""
    if label.upper() != letter:
        raise ParseError(
            f"found {said(found)[:80]!r} where row {letter} of the grid was expected",
            line=found.line,
        )
    values, surplus = cells[column : column + wide], cells[column + wide :]
    if len(values) < wide or any(spelled(cell) not in ("", label) for cell in surplus):
        raise ParseError(
            f"row {letter} has {len(values) + len(surplus)} cells, its grid {wide} columns: it was "
            "cut short, or a separator or decimal comma splits a cell",
            line=found.line,
        )
    return values


class Track:
    """Which plate and quantity the next grid is, by what stands above it."""

    def __init__(self, spec: TableSpec) -> None:
        self._spec = spec
        self._plate = 0
        self._titles: set[str] = set()
        self._titled = dict(_titles(spec))

    def next(self, above: Sequence[Row]) -> tuple[int, Place | None, str]:
        """Plate, quantity and title; ParseError for a grid without its title."""
        title, place = self._title(above)
        markers = [found for row in above if (found := matches(self._spec.plate_marker, row))]
        for found in markers:
            self._plate = plate_number(found, self._plate)
        if markers:
            self._titles = set()
        elif not self._plate or (name(title) in self._titles and not self._spec.plate_marker):
            self._plate += 1
            self._titles = set()
        self._titles.add(name(title))
        return self._plate, place, title

    def _title(self, above: Sequence[Row]) -> tuple[str, Place | None]:
        if not self._spec.titled:
            ((number, channel),) = enumerate(self._spec.channels)
            (quantity,) = channel.quantities
            return "", (number, quantity)
        for row in reversed(above[:-1]):
            if row.blank:
                continue
            for cell in row.cells:
                if name(cell) in self._titled:
                    return spelled(cell), self._titled[name(cell)]
            return said(row), None
        raise ParseError("a grid has no title above it", line=above[-1].line)


def _titles(spec: TableSpec) -> Iterator[tuple[str, Place]]:
    for number, channel in enumerate(spec.channels):
        for quantity, names in channel.quantities.items():
            for one in names:
                yield name(one), (number, quantity)
