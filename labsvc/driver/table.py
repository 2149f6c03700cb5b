"""A driver without code: one spec says how a table maps to readings (labsvc.driver.tables)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from labsvc.driver.beginnings import whole_lines
from labsvc.driver.interface import Driver, Files, Recognition
from labsvc.driver.tables.cells import Sheet, check_end, name, said, sheets
from labsvc.driver.tables.grid import find_grid
from labsvc.driver.tables.listing import Header, find_header
from labsvc.driver.tables.runs import grid_runs, list_runs
from labsvc.driver.tables.spec import TableSpec
from labsvc.driver.tables.workbook import is_closed
from labsvc.driver.tables.writing import FAULTS, write_table
from labsvc.errors import ParseError
from labsvc.model.capture import Capture
from labsvc.model.locale import Locale
from labsvc.model.run import Record

__all__ = ["TableDriver"]

HEAD_BYTES = 16_384
HEAD_ROWS = 120
_ANYBODYS = (
    "it has a plate's grid, as any plate reader draws one, and the driver names no text of its own "
    "(recognise: head_contains): name the driver in the source"
)


class TableDriver(Driver):
    """Reads and writes the tables that ``spec`` describes. A list or grids; text or workbook."""

    title = "a table"
    maturity = "draft"
    faults = FAULTS

    def __init__(self, spec: TableSpec) -> None:
        self.spec = spec
        # A class has these once; here each spec is a driver of its own.
        vars(self).update(
            title=spec.title,
            maturity=spec.maturity,
            files=Files(spec.patterns, spec.quiet_seconds),
            locale=tuple(_left_open(spec)),
        )

    def recognises(self, capture: Capture) -> Recognition:
        spec = _told(self.spec, capture.locale)
        head = HEAD_ROWS if self.spec.file == "workbook" else HEAD_BYTES
        try:
            answers = [self._answer(one) for one in sheets(capture.content, spec, head=head)]
        except ParseError as error:
            return Recognition.no(str(error))
        return next((one for one in answers if one.claimed), answers[0])

    def parse(self, capture: Capture) -> Sequence[Record]:
        spec = _told(self.spec, capture.locale)
        found = list(sheets(capture.content, spec))
        if spec.shape == "grid":
            sheet = self._grid_sheet(found)
            check_end(sheet, spec.end)
            return grid_runs(sheet, spec)
        sheet, header = self._list_sheet(found)
        check_end(sheet, spec.end)
        return list_runs(sheet, header, spec)

    def begun(self, capture: Capture) -> Sequence[Record]:
        """Of a list in a text, the whole rows; what the file tells below them is not known yet."""
        if self.spec.file == "workbook" or self.spec.shape == "grid":
            return ()
        spec = _told(self.spec, capture.locale)
        found = list(sheets(whole_lines(capture).content, spec))
        sheet, header = self._list_sheet(found)
        return list_runs(sheet, header, spec)

    def simulate(self, records: Sequence[Record], *, fault: str | None = None) -> bytes:
        return write_table(records, self.spec, fault)

    def ends(self, content: bytes) -> bool:
        """Whether the last line is the end that the spec tells, or a workbook is closed."""
        if self.spec.file == "workbook":
            return is_closed(content)
        if self.spec.end is None:
            return False
        try:
            check_end(next(sheets(content, self.spec)), self.spec.end)
        except ParseError:
            return False
        return True

    def _answer(self, sheet: Sheet) -> Recognition:
        texts = [said(row) for row in sheet.rows]
        for wanted in self.spec.head_contains:
            if not any(name(wanted) in name(text) for text in texts):
                return Recognition.no(f"its head does not say {wanted!r}")
        if self.spec.shape == "grid":
            if find_grid(sheet.rows) is None:
                return Recognition.no("its head has no row of 1, 2, ... above a plate")
            if not self.spec.head_contains:
                return Recognition.no(_ANYBODYS)
            return Recognition.yes("its head has the texts and the grid that its driver names")
        header = find_header(sheet.rows, self.spec)
        if header is None:
            return Recognition.no("no row of its head has the column names")
        return Recognition.yes(f"row {sheet.rows[header.index].line} has the column names")

    def _list_sheet(self, found: Sequence[Sheet]) -> tuple[Sheet, Header]:
        tables = [
            (one, header)
            for one in found
            if (header := find_header(one.rows, self.spec)) is not None
        ]
        if len(tables) > 1:
            raise ParseError("the columns are found under two separators; state which it is",
                             line=1)  # fmt: skip
        if not tables:
            raise ParseError(f"no row has the column names: {self._wanted()}; found none such",
                             line=1)  # fmt: skip
        return tables[0]

    def _grid_sheet(self, found: Sequence[Sheet]) -> Sheet:
        tables = [one for one in found if find_grid(one.rows) is not None]
        if not tables:
            raise ParseError("there is no row of 1, 2, ... 12 above a plate", line=1)
        return tables[0]

    def _wanted(self) -> str:
        names = [*self.spec.header, *self.spec.columns.get("position", ())[:1]]
        names += [one for channel in self.spec.channels for few in channel.quantities.values()
                  for one in few[:1]]  # fmt: skip
        return ", ".join(dict.fromkeys(names))


def _left_open(spec: TableSpec) -> Iterator[str]:
    """What the driver's file does not say, so that a source may."""
    if spec.date_order is None and spec.date_format is None:
        yield "dates"
    if spec.file == "text" and spec.encoding == "auto":
        yield "encoding"


def _told(spec: TableSpec, locale: Locale) -> TableSpec:
    """The spec with what it leaves open taken from the source."""
    if not locale.told():
        return spec
    named = set(_left_open(spec))
    return replace(
        spec,
        date_order=locale.dates if "dates" in named and locale.dates else spec.date_order,
        encoding=locale.encoding if "encoding" in named and locale.encoding else spec.encoding,
    )
