"""Run sheets written as workbooks: an empty form, or the next one like a laboratory's own."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Mapping
from typing import Any, Final

from labsvc.errors import ConfigError
from labsvc.model.plate import row_and_column
from labsvc.model.protocol import Protocol
from labsvc.service.runsheets.form import Form, grid
from labsvc.service.runsheets.grid import PICTURE
from labsvc.service.runsheets.table import head_key, is_list, key_of, letters, pairs
from labsvc.service.runsheets.xlsxsheet import read_xlsx

COLOURS: Final = {
    "total": "FFB7D7A8", "nonspecific": "FFF4B6A6", "vehicle": "FFB7D7A8", "background": "FFD9D9D9",
    "blank": "FFD9D9D9", "standard": "FFFFE599", "total_added": "FFFFE599", "unused": "FFEFEFEF",
}  # fmt: skip
SLOT_COLOURS: Final = ("FFCFE2F3", "FFD9EAD3", "FFFFF2CC", "FFEAD1DC", "FFD0E0E3", "FFFCE5CD")
_MOST_DIGITS: Final = 15
_OF_ONE_RUN = ("plate", "name", "count file", "count program", "count date", "count plate",
               "radioligand", "total added", "orientation")  # fmt: skip
"""What is true of one run alone: blank in the sheet of the next."""


def as_xlsx(one: Form) -> bytes:
    """The form as a workbook: words and tables, and a coloured picture of the layout."""
    from openpyxl import Workbook  # noqa: PLC0415  (heavy)
    from openpyxl.comments import Comment  # noqa: PLC0415
    from openpyxl.styles import Font  # noqa: PLC0415

    book = Workbook()
    page: Any = book.worksheets[0]
    page.title = "run sheet"
    for row, (key, value) in enumerate(one.head, 1):
        _put(page.cell(row, 1), key)
        _put(page.cell(row, 2), value)
        page.cell(row, 1).font = Font(bold=True)
        if one.hints[key]:
            page.cell(row, 2).comment = Comment(f"such as {one.hints[key]}", "labsvc")
    held, colours = _shown(one.protocol)
    start = len(one.head) + 2
    for table in one.tables:
        _put_table(page, table, start)
        if one.shape == "plate":
            controls = {well: colours[well] for well in one.protocol.layout.roles}
            _paint_wells(page, controls, start)
        start += len(table) + 1
    if one.shape == "slots":
        _paint_slots(page, one, len(one.head) + 3)
    page.column_dimensions["A"].width = 20
    page.column_dimensions["B"].width = 24
    if one.protocol.layout.size is not None:
        picture: Any = book.create_sheet("layout")
        _put_table(picture, grid(one.protocol, PICTURE, held), 1)
        _paint_wells(picture, colours, 1)
        for column in range(2, picture.max_column + 1):
            picture.column_dimensions[letters(column)].width = 9
    return _saved(book)


def _put(cell: Any, text: str) -> None:
    """Text as text, whatever it begins with; whole numbers as numbers, but for barcodes of more
    digits than a spreadsheet keeps."""
    if text.isascii() and text.isdecimal() and text[0] != "0" and len(text) <= _MOST_DIGITS:
        cell.value = int(text)
    elif text:
        cell.value = text
        cell.data_type = "s"


def _put_table(page: Any, table: list[list[str]], start: int) -> None:
    """The table from row ``start``, its header in bold."""
    from openpyxl.styles import Font  # noqa: PLC0415

    for row, cells in enumerate(table, start):
        for column, text in enumerate(cells, 1):
            _put(page.cell(row, column), text)
            page.cell(row, column).font = Font(bold=row == start)


def _paint_wells(page: Any, colours: Mapping[str, str], start: int) -> None:
    """Wells of a table shaped like the plate whose header is in row ``start``."""
    for position, colour in colours.items():
        row, column = row_and_column(position)
        _paint(page.cell(start + 1 + row, column + 1), colour)


def _paint_slots(page: Any, one: Form, start: int) -> None:
    """Each slot's row in the colour that it has in the picture."""
    for number in range(len(one.tables[0]) - 1):
        for column in range(1, len(one.tables[0][0]) + 1):
            _paint(page.cell(start + number, column), SLOT_COLOURS[number % len(SLOT_COLOURS)])


def _paint(cell: Any, colour: str) -> None:
    from openpyxl.styles import PatternFill  # noqa: PLC0415

    cell.fill = PatternFill("solid", start_color=colour)


def _shown(protocol: Protocol) -> tuple[dict[str, str], dict[str, str]]:
    """What stands in each well of the picture, and its colour."""
    held: dict[str, str] = {**protocol.layout.roles}
    colours = {position: COLOURS.get(role, COLOURS["unused"]) for position, role in held.items()}
    for number, slot in enumerate(protocol.layout.slots):
        for point, replicates in enumerate(slot.wells, 1):
            held |= {position: f"{slot.name} / {point}" for position in replicates}
            colour = SLOT_COLOURS[number % len(SLOT_COLOURS)]
            colours |= dict.fromkeys(replicates, colour)
    return held, colours


def next_like(content: bytes, *, file: str, plate: str) -> bytes:
    """The workbook for the next plate: everything as the laboratory made it, its colours too.

    Blank are what belongs to one run: times, measured radioligand, masks. ConfigError where it is
    no run sheet, or has no ``plate`` row.
    """
    from openpyxl import load_workbook  # noqa: PLC0415  (heavy)

    # Reading it first bounds what is unpacked, and refuses what is no run sheet.
    read_xlsx(content, file=file)
    with warnings.catch_warnings():
        # Of what it cannot carry on (a drawing); the cells and their looks are kept.
        warnings.simplefilter("ignore")
        book = load_workbook(io.BytesIO(content))
    if not any([_renamed(page, plate) for page in book.worksheets]):
        raise ConfigError("no cell says 'plate'; write it above the table, its name beside it",
                          file=file)  # fmt: skip
    return _saved(book)


def _renamed(page: Any, plate: str) -> bool:
    """Blanks what was of the run before; whether the page names the plate."""
    named = False
    for row in page.iter_rows():
        filled = [cell for cell in row if cell.value is not None]
        texts = [str(cell.value).strip() for cell in filled]
        if is_list(texts):
            named = _renamed_list(page, filled, plate) or named
            break
        for start, end in pairs(texts) if filled else ():
            named = _forget(page, filled[start:end], plate) or named
    for cell in list(_masked(page)):
        cell.value = None
    return named


def _renamed_list(page: Any, header: list[Any], plate: str) -> bool:
    """The new plate in the column of plates; whether the list has one."""
    column = next((one.column for one in header if str(one.value).lower() == "plate"), None)
    if column is None:
        return False
    for (cell,) in page.iter_rows(min_row=header[0].row + 1, min_col=column, max_col=column):
        if cell.value is not None:
            _put(cell, plate)
    return True


def _forget(page: Any, cells: list[Any], plate: str) -> bool:
    """Blanks the values of a key that is true of one run alone; whether it is the plate's."""
    key, values = head_key(key_of(str(cells[0].value))), cells[1:]
    if key is None or not (key in _OF_ONE_RUN or key.startswith("time ")):
        return False
    for cell in values:
        cell.value = None
    if key != "plate":
        return False
    first = cells[0]
    _put(values[0] if values else page.cell(first.row, first.column + 1), plate)
    return True


def _masked(page: Any) -> Iterator[Any]:
    """The cells below a column named mask, and inside a table with mask in its corner."""
    for row in page.iter_rows():
        for cell in row:
            if str(cell.value).strip().lower() != "mask":
                continue
            beside = page.cell(cell.row, cell.column + 1).value
            if str(beside) == "1":
                yield from _inside(page, cell)
            else:
                yield from (one for (one,) in page.iter_rows(
                    min_row=cell.row + 1, min_col=cell.column, max_col=cell.column))  # fmt: skip


def _inside(page: Any, corner: Any) -> Iterator[Any]:
    row, column = corner.row + 1, corner.column
    while len(str(page.cell(row, column).value)) == 1:
        yield from page[row][column:]
        row += 1


def _saved(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
