"""A run sheet in a workbook (.xlsx): a list of positions, of slots, or tables like the plate.

Nothing in it is computed: a formula in what is read is refused, with its cell. Rows above a table
say what columns do not (``protocol`` in one cell, its name in the next). How it looks, and what is
calculated beside, is the laboratory's own.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from labsvc.driver.tables.workbook import Cells, filled_sheets
from labsvc.errors import ConfigError, ParseError
from labsvc.service.authoring.plaincells import neutral, neutral_remark
from labsvc.service.authoring.yamltext import MAX_BYTES
from labsvc.service.runsheets.grid import Found, read_tables
from labsvc.service.runsheets.table import MAX_ROWS, Cell, Line, Sheet

MAX_UNPACKED = 16_000_000
MAX_SHEETS = 20
_FORMULA = ("=", "<openpyxl.")


@dataclass(slots=True)
class Workbook(Sheet):
    """A sheet whose lines are cells of a workbook: a fault names the cell that it quotes."""

    def place(self, line: Line) -> int:
        """The number of a line: its row, or a higher one where that is taken by another."""
        number = line[0].row
        # Not super(): with slots the class is another than the one named here.
        while self.places.setdefault(number, line) is not line:
            number += MAX_ROWS + 1
        return number

    def spot(self, line: int) -> str:
        return f"in {self.places[line][0].where}"

    def vouch(self, line: Line) -> None:
        for cell in line:
            if cell.text.startswith(_FORMULA):
                raise self.located(cell, None, "found a formula; formulas are not computed here: "
                                   "write its value (copy, paste special, values)")  # fmt: skip

    def at(self, word: str, message: str) -> ConfigError:
        """What is to be said of the first cell that has this word, or ends in it."""
        cells = (cell for line in self.places.values() for cell in line)
        found = next((one for one in cells if word and one.text.endswith(word)), None)
        return self.located(found, None, message)

    def located(self, cell: Cell | None, line: int | None, message: str) -> ConfigError:
        return ConfigError(f"{cell.where}: {message}" if cell else message, file=self.file)


def read_xlsx(content: bytes, *, file: str) -> Workbook:
    """The rows of a workbook; ConfigError when there is no table to read."""
    sheets = _sheets(content, file)
    book = Workbook(file=file, text="")
    lines = [line for title in sheets for line in (*sheets[title], [])]
    found = read_tables(book, lines)
    book.text = _as_csv(book, found)
    return book


def _sheets(content: bytes, file: str) -> dict[str, list[Line]]:
    _refuse_large(content, file)
    try:
        found = filled_sheets(content, None, MAX_ROWS + 1)
    except ParseError as error:
        raise ConfigError(str(error), file=file) from error
    for title, rows in found.items():
        if len(rows) > MAX_ROWS:
            raise ConfigError(
                f"sheet {title!r} has more than {MAX_ROWS} rows; a run sheet lists one run",
                file=file,
            )
    if len(found) > MAX_SHEETS:
        raise ConfigError(f"found {len(found)} sheets; at most {MAX_SHEETS} are read", file=file)
    _refuse_wordy(found, file)
    return {title: [_line(title, n, row) for n, row in enumerate(rows, 1)]
            for title, rows in found.items()}  # fmt: skip


def _refuse_wordy(found: Mapping[str, Sequence[Cells]], file: str) -> None:
    """A text stands in the file once and may be in every cell: it would be written out for each."""
    texts = (cell for rows in found.values() for row in rows for cell in row)
    size = sum(len(one) for one in texts if isinstance(one, str))
    if size > MAX_BYTES:
        raise ConfigError(
            f"the cells of this workbook have {size} characters; at most {MAX_BYTES} are read",
            file=file,
        )


def _refuse_large(content: bytes, file: str) -> None:
    if len(content) > MAX_BYTES:
        raise ConfigError(
            f"this file has {len(content)} bytes; at most {MAX_BYTES} are read", file=file
        )
    if not content.startswith(b"PK\x03\x04"):
        raise ConfigError("this is no .xlsx workbook; save it as Excel workbook (.xlsx)", file=file)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            size = sum(one.file_size for one in parts.infolist())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise ConfigError("this workbook is cut short or damaged; save it again", file=file) from (
            error
        )
    if size > MAX_UNPACKED:
        raise ConfigError(
            f"this workbook unpacks to {size} bytes; at most {MAX_UNPACKED} are read", file=file
        )


def _line(title: str, row: int, cells: Sequence[object]) -> Line:
    texts = ((n, _text(cell)) for n, cell in enumerate(cells, 1))
    return [Cell(row, column, text, title) for column, text in texts if text]


def _text(cell: object) -> str:
    """A cell as one would type it into a CSV: 10.0 is ``10``, a date has no clock."""
    if isinstance(cell, float):
        return f"{cell:.15g}"
    if isinstance(cell, datetime):
        midnight = (cell.hour, cell.minute, cell.second) == (0, 0, 0)
        return f"{cell:%Y-%m-%d}" if midnight else cell.isoformat(" ", "minutes")
    return str(cell).strip()


def _as_csv(book: Workbook, found: Found) -> str:
    """The workbook's words as a CSV run sheet: what is kept with a result."""
    out = io.StringIO()
    for key, value in book.head.items():
        out.write(neutral_remark(f"# {key}: {value}") + "\n")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([neutral(cell) for cell in row] for row in found.slots)
    if found.slots and found.positions:
        out.write("\n")
    writer.writerows([neutral(cell) for cell in row] for row in found.positions)
    return out.getvalue()
