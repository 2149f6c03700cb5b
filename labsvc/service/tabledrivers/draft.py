"""A table driver proposed from an example, with what a person has to settle before it is used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePath

from labsvc.driver.table import TableDriver
from labsvc.driver.tables.cells import Row, text_rows
from labsvc.driver.tables.decoding import text_of
from labsvc.driver.tables.grid import find_grid
from labsvc.driver.tables.spec import SEPARATORS
from labsvc.driver.tables.workbook import filled_sheets, is_workbook
from labsvc.errors import ConfigError, ParseError
from labsvc.model.capture import Capture
from labsvc.model.run import CountRun
from labsvc.service.tabledrivers.draftgrid import grid_part
from labsvc.service.tabledrivers.draftlist import list_part
from labsvc.service.tabledrivers.drafttext import Part, written
from labsvc.service.tabledrivers.guess import guess_header
from labsvc.service.tabledrivers.text import parse_table


@dataclass(frozen=True, slots=True)
class Draft:
    """The proposal: YAML text, what is to be settled, and what it reads in the example."""

    text: str
    notes: tuple[str, ...]
    runs: tuple[CountRun, ...] = ()

    @property
    def readings(self) -> int:
        return sum(len(run.readings) for run in self.runs)


@dataclass(frozen=True, slots=True)
class _Look:
    """One way to see the example's cells."""

    rows: tuple[Row, ...]
    separator: str | None
    sheet: str | None


def draft_driver(content: bytes, *, file: str) -> Draft:
    """The best proposal for this example; ParseError where no table of readings is seen in it."""
    drafts = [
        _tried(part, look, content, file) for look in _looks(content) for part in _parts(look)
    ]
    if not drafts:
        raise ParseError(
            "no table of readings is seen in it: expected a row of column names with a position "
            "(Pos, Well, S# ...) and a figure (CPM, Counts, DPM ...), or a plate drawn as a grid "
            "(1 to 12, A to H)"
        )
    return max(drafts, key=lambda one: (one.readings, -len(one.notes)))


def _looks(content: bytes) -> Iterator[_Look]:
    if not content.strip(b"\x00 \t\r\n"):
        raise ParseError("the file is empty; expected an example of the counter's output")
    if is_workbook(content):
        filled = filled_sheets(content, None, None)
        for title, rows in filled.items():
            named = title if len(filled) > 1 else None
            yield _Look(tuple(Row(n, cells) for n, cells in enumerate(rows, 1)), None, named)
        return
    text = text_of(content, "auto")
    for word, separator in SEPARATORS.items():
        if separator in text:
            try:
                yield _Look(tuple(text_rows(text, separator)), word, None)
            except ParseError:
                # It is not cut by this one.
                continue


def _parts(look: _Look) -> Iterator[Part]:
    guess = guess_header(look.rows)
    if guess is not None:
        yield list_part(look.rows, guess, padded=look.separator is None)
    if find_grid(look.rows) is not None:
        yield grid_part(look.rows)


def _tried(part: Part, look: _Look, content: bytes, file: str) -> Draft:
    suffix = PurePath(file).suffix.lower() or ".txt"
    text = written(
        part,
        name=_name(file),
        file=file,
        pattern=f"*{suffix}",
        separator=look.separator,
        sheet=look.sheet,
    )
    try:
        driver = TableDriver(parse_table(text.encode(), file="draft"))
        found = driver.parse(Capture(file, "draft", datetime(2000, 1, 1, tzinfo=UTC), content))
    except (ParseError, ConfigError) as error:
        return Draft(text, (*part.notes, f"as it stands it does not read the example: {error}"))
    runs = tuple(run for run in found if isinstance(run, CountRun))
    warnings = dict.fromkeys(warning for run in runs for warning in run.warnings)
    return Draft(text, (*part.notes, *warnings), runs)


def _name(file: str) -> str:
    """A driver's name out of the file's, without its numbers."""
    stem = re.sub(r"[\d_\W]+", "-", PurePath(file).stem.casefold(), flags=re.ASCII).strip("-")
    return f"{stem[:24].strip('-')}-table" if stem else "my-table"
