"""The grammar of the table: a header of column names, then one row a tube, CRLF, no end mark.

Protocol ID,Protocol name,Measurement date & time,Completion status,Run ID,Rack,Det,Pos,Time,
Sample code,<nuclide> Counts,<nuclide> CPM,<nuclide> Error %,<nuclide> Info     (one line)
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from labsvc.driver import Lines, ParseError

PROTOCOL_ID, PROTOCOL_NAME = "Protocol ID", "Protocol name"
TIME_OF_DAY, RUN_ID = "Measurement date & time", "Run ID"
RACK, POSITION, SECONDS, SAMPLE = "Rack", "Pos", "Time", "Sample code"
REQUIRED = (PROTOCOL_ID, TIME_OF_DAY, RUN_ID, RACK, POSITION, SECONDS)
COUNTS, CPM, ERROR, MARK = " Counts", " CPM", " Error %", " Info"


@dataclass(frozen=True, slots=True)
class Row:
    """One tube: its cells, as printed, by column name."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """The whole file, nothing interpreted. ``header`` is the line of column names, verbatim.

    ``rows`` are read while they are asked for, once: a table of 100 MB is not kept beside its runs.
    """

    header: str
    columns: tuple[str, ...]
    nuclides: tuple[str, ...]
    rows: Iterator[Row]


def read_table(text: str) -> Table:
    """The table in ``text``; ParseError for a row that is not whole."""
    if not text.strip():
        raise ParseError("the file is empty; expected a Wizard2 table. Export the run again")
    _require_line_end(text)
    header = text.partition("\n")[0]
    columns = column_names(header)
    missing = [name for name in REQUIRED if name not in columns]
    nuclides = nuclide_names(columns)
    if missing or not nuclides:
        wanted = ", ".join(missing) or "'<nuclide> CPM'"
        raise ParseError(f"the header {header!r} lacks the column {wanted}", line=1)
    if len(set(columns)) < len(columns):
        raise ParseError(f"a column stands twice in the header {header!r}", line=1)
    if text.rstrip("\n") == header:
        raise ParseError("there is no row below the header; expected one for each tube", line=2)
    return Table(header, columns, nuclides, _rows(text, columns))


def column_names(header: str) -> tuple[str, ...]:
    """The names in the header line; none when it is no comma-separated line."""
    try:
        return tuple(name.strip() for name in next(csv.reader([header], strict=True), []))
    except csv.Error:
        return ()


def nuclide_names(columns: tuple[str, ...]) -> tuple[str, ...]:
    """What stands before `` CPM`` (``I-125``), in the order of the columns."""
    return tuple(name.removesuffix(CPM) for name in columns if name.endswith(CPM))


def _require_line_end(text: str) -> None:
    """The last figure may be cut in two and still read as a figure: only a line end tells."""
    if not text.endswith("\n"):
        raise ParseError(
            f"the last line {text.rpartition(chr(10))[2]!r} has no line end: it was cut short or "
            "is still being written; export the run again",
            line=text.count("\n") + 1,
        )


def _rows(text: str, columns: tuple[str, ...]) -> Iterator[Row]:
    reader = csv.reader(_ended(Lines(text.rstrip("\n"))), strict=True)
    try:
        next(reader)
        for cells in reader:
            if len(cells) != len(columns):
                raise _wrong_width(cells, columns, reader.line_num)
            yield Row(reader.line_num, dict(zip(columns, cells, strict=True)))
    except csv.Error as error:
        raise ParseError(f"this is no comma-separated row: {error}", line=reader.line_num) from None


def _ended(lines: Lines) -> Iterator[str]:
    """Each line with its end, which a quoted cell may go across."""
    while lines.peek() is not None:
        yield lines.pop("a row") + "\n"


def _wrong_width(cells: list[str], columns: tuple[str, ...], line: int) -> ParseError:
    why = "the row was cut short or damaged"
    if len(cells) > len(columns):
        why = "a decimal comma or an unquoted comma splits a cell; expected decimal points"
    return ParseError(
        f"found {len(cells)} cells in {','.join(cells)!r}, the header has {len(columns)}: {why}",
        line=line,
    )
