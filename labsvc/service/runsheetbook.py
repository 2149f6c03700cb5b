"""Run sheets written as workbooks: an empty form, or the next one like a laboratory's own."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from typing import Any, Final

from labsvc.errors import ConfigError
from labsvc.model.protocol import Protocol
from labsvc.service.runsheetform import Form, grid
from labsvc.service.runsheetgrid import PICTURE
from labsvc.service.runsheettable import letters
from labsvc.service.runsheetxlsx import read_xlsx

COLOURS: Final = {
    "total": "FFB7D7A8", "nonspecific": "FFF4B6A6", "vehicle": "FFB7D7A8", "background": "FFD9D9D9",
    "blank": "FFD9D9D9", "standard": "FFFFE599", "total_added": "FFFFE599", "unused": "FFEFEFEF",
}  # fmt: skip
SLOT_COLOURS: Final = ("FFCFE2F3", "FFD9EAD3", "FFFFF2CC", "FFEAD1DC", "FFD0E0E3", "FFFCE5CD")
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
    for key, value in one.head:
        page.append([key, value or None])
        page.cell(page.max_row, 1).font = Font(bold=True)
        if one.hints[key]:
            page.cell(page.max_row, 2).comment = Comment(f"such as {one.hints[key]}", "labsvc")
    for table in one.tables:
        page.append([])
        _append_bold(page, table)
    page.column_dimensions["A"].width = 20
    page.column_dimensions["B"].width = 24
    if one.protocol.layout.size is not None:
        _draw(book.create_sheet("layout"), one.protocol)
    return _saved(book)


def _append_bold(page: Any, table: list[list[str]]) -> None:
    from openpyxl.styles import Font  # noqa: PLC0415

    start = page.max_row + 2
    for row, cells in enumerate(table, start):
        for column, text in enumerate(cells, 1):
            cell = page.cell(row, column)
            cell.value = int(text) if text.isdigit() and text[0] != "0" else text or None
            cell.font = Font(bold=row == start)


def _draw(page: Any, protocol: Protocol) -> None:
    from openpyxl.styles import PatternFill  # noqa: PLC0415

    held, colours = _shown(protocol)
    for cells in grid(protocol, PICTURE, held):
        page.append([int(text) if text.isdigit() else text or None for text in cells])
    for position, colour in colours.items():
        row, column = "ABCDEFGHIJKLMNOP".index(position[0]) + 2, int(position[1:]) + 1
        page.cell(row, column).fill = PatternFill("solid", start_color=colour)
    for column in range(2, page.max_column + 1):
        page.column_dimensions[letters(column)].width = 9


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
        key = _key(filled[0].value) if filled else ""
        if key in _OF_ONE_RUN or key.startswith("time "):
            for cell in filled[1:]:
                cell.value = None
        if key == "plate" and len(filled) < 3:
            page.cell(filled[0].row, filled[0].column + 1).value = plate
            named = True
    for cell in list(_masked(page)):
        cell.value = None
    return named


def _key(value: object) -> str:
    return str(value).strip("# :").replace("_", " ").lower()


def _masked(page: Any) -> Iterator[Any]:
    """The cells below a column named mask, and inside a table with mask in its corner."""
    for row in page.iter_rows():
        for cell in row:
            if _key(cell.value) != "mask":
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
