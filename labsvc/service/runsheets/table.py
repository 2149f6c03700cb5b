"""A run sheet as a table, whatever file it came in: words above it, columns, rows, cells.

Words above the table say what columns do not: ``protocol: its-name``. A table lists positions, or
the compounds in the slots of the protocol.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final

from labsvc.errors import ConfigError
from labsvc.service.authoring import quantities
from labsvc.service.authoring.schema import visible
from labsvc.service.runsheets.parts import Row, concentration_unit
from labsvc.service.runsheets.slots import Fill

COLUMNS = ("plate", "rack", "position", "role", "compound", "concentration", "mask")
SLOT_COLUMNS = ("slot", "compound", "top", "dilution", "concentrations", "stock", "role")
CITED = ("radioligand", "kd", "km", "total added", "protein")
"""Head entries that hold a quantity and, after a comma, its source."""
HEAD = (
    "name",
    "protocol",
    "plate",
    "count file",
    "count program",
    "count date",
    "count plate",
    "orientation",
    "operator",
    *CITED,
)
PREFIXES = ("lot", "time")
MAX_ROWS = 5000
MOST_FAULTS = 200
"""Told of one file; whoever has mended so many looks again."""
_LETTERS: Final = 26
_SEPARATED = re.compile(r"\s*[;,]\s*")
Cells = dict[str, str]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell that is not blank: ``row`` and ``column`` from 1; ``sheet`` of a workbook."""

    row: int
    column: int
    text: str
    sheet: str = ""

    @property
    def where(self) -> str:
        return f"sheet {self.sheet!r}, cell {letters(self.column)}{self.row}"


Line = list[Cell]


def letters(column: int) -> str:
    """``A`` for 1, ``AA`` for 27."""
    text = ""
    while column:
        column, rest = divmod(column - 1, _LETTERS)
        text = chr(ord("A") + rest) + text
    return text


@dataclass(slots=True)
class Sheet:
    """What was read: head entries, rows and fills, each with its line; faults on the way.

    ``places`` gives the cells of a line where its parts stand apart. ``size`` is the number of
    wells where the sheet is shaped like the plate.
    """

    file: str
    text: str
    head: dict[str, str] = field(default_factory=dict)
    head_lines: dict[str, int] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)
    masks: list[tuple[Row, str]] = field(default_factory=list)
    plates: dict[str, int] = field(default_factory=dict)
    faults: list[ConfigError] = field(default_factory=list)
    places: dict[int, Line] = field(default_factory=dict)
    size: int | None = None

    def place(self, line: Line) -> int:
        """The number of a line whose faults are to be told on the cell that they quote."""
        self.places.setdefault(line[0].row, line)
        return line[0].row

    def fault(self, line: int | None, message: str) -> None:
        if len(self.faults) >= MOST_FAULTS:
            return
        cells = self.places.get(line or 0, [])
        quoted = [cell for cell in cells if repr(cell.text)[:-1] in message]
        meant = max(quoted, key=lambda cell: len(cell.text), default=next(iter(cells), None))
        self.faults.append(self.located(meant, line, message))

    def located(self, cell: Cell | None, line: int | None, message: str) -> ConfigError:
        """The fault at a cell, or at a line where no cell is known."""
        return ConfigError(message, file=self.file, line=cell.row if cell else line)

    def spot(self, line: int) -> str:
        """The line as people are told of it."""
        return f"on line {line}"

    def vouch(self, line: Line) -> None:
        """ConfigError where a cell of a line that is read holds no plain text or number."""

    def entries(self, prefix: str) -> Iterator[tuple[str, str, int]]:
        """Name, value and line of the head entries that begin with ``prefix`` (``lot``)."""
        for key, value in self.head.items():
            if key.startswith(f"{prefix} "):
                yield key.removeprefix(f"{prefix} ").strip(), value, self.head_lines[key]


def read_comment(sheet: Sheet, text: str, line: int) -> None:
    """A line before the table: kept where its key is known, else a remark. Blank is not said."""
    written, colon, value = (part.strip() for part in text.lstrip("# ").partition(":"))
    key = head_key(written)
    if not colon:
        return
    if key is None:
        close = get_close_matches(written.lower(), HEAD, n=1, cutoff=0.75)
        if close:
            sheet.fault(line, f"{written!r} is not a key here; did you mean {close[0]!r}?")
        return
    if key in sheet.head:
        sheet.fault(line, f"{key!r} is here twice (first {sheet.spot(sheet.head_lines[key])})")
    if not value:
        return
    try:
        sheet.head[key], sheet.head_lines[key] = visible(value), line
    except ValueError as error:
        sheet.fault(line, f"{key}: {error}")


def head_key(written: str) -> str | None:
    """The key as we spell it; None where it is none of ours."""
    known = written.replace("_", " ").lower()
    if known in HEAD:
        return known
    first, _, rest = written.partition(" ")
    return f"{first.lower()} {rest.strip()}" if rest and first.lower() in PREFIXES else None


def key_of(text: str) -> str:
    """What a cell says, as a key: without the # before it and the colon after it."""
    return text.strip("# ").rstrip(": ")


def pairs(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where each key of a line of cells begins, and where its values end."""
    starts = [0]
    for index in range(2, len(texts)):
        if index > starts[-1] + 1 and head_key(key_of(texts[index])) is not None:
            starts.append(index)
    return zip(starts, [*starts[1:], len(texts)], strict=True)


def is_list(names: Sequence[str]) -> bool:
    """Whether these are the columns of a list of positions."""
    return "position" in map(str.lower, names)


def is_slots(names: Sequence[str]) -> bool:
    """Whether these are the columns of a list of the compounds in the slots."""
    found = {name.lower() for name in names}
    return "slot" in found and len(found & set(SLOT_COLUMNS)) > 1


def column_names(sheet: Sheet, cells: Sequence[str], line: int) -> list[str]:
    """The header's columns; ConfigError without those that are needed."""
    slots = is_slots([cell.strip() for cell in cells])
    known = SLOT_COLUMNS if slots else COLUMNS
    names = [_column(cell, known) for cell in cells]
    for name in sorted({name for name in names if name and names.count(name) > 1}):
        sheet.fault(line, f"the column {name!r} is here twice")
    for name in () if slots else ("position", "role"):
        if name not in names:
            said = ", ".join(filter(None, names)) or "none"
            sheet.fault(line, f"no column {name!r}; found {said}")
            raise sheet.faults[-1]
    for name in names:
        _refuse_near_miss(sheet, name, known, line)
    if sum(1 for name in names if _is_concentration(name)) > 1:
        sheet.fault(line, "more than one column gives the concentration; keep one")
    return names


def _column(cell: str, known: Sequence[str]) -> str:
    name = cell.strip()
    return name.lower() if name.lower() in known else name


def _is_concentration(name: str) -> bool:
    return name == "concentration" or concentration_unit(name) is not None


def _refuse_near_miss(sheet: Sheet, name: str, known: Sequence[str], line: int) -> None:
    """A further column may have any name, but not nearly one of ours."""
    if name in known or _is_concentration(name):
        return
    if name.lower().startswith("concentration_"):
        sheet.fault(line, f"{name!r} names no unit; write concentration_uM, _nM or _M")
    elif close := get_close_matches(name.lower(), known, n=1, cutoff=0.75):
        sheet.fault(line, f"the column {name!r} is not known; did you mean {close[0]!r}?")


def read_row(sheet: Sheet, names: Sequence[str], cells: Sequence[str], line: int) -> None:
    """One position or one slot, added to the sheet; what is wrong with it is told."""
    if len(cells) > len(names) and not any(cell.strip() for cell in cells[len(names) :]):
        cells = cells[: len(names)]
    if len(cells) != len(names):
        sheet.fault(line, f"found {len(cells)} cells; the header has {len(names)} columns")
        return
    try:
        found = _cells(names, cells)
        if "slot" in found:
            sheet.fills += _fill(found, line)
        else:
            _add_position(sheet, found, line)
    except ValueError as error:
        sheet.fault(line, str(error))


def _add_position(sheet: Sheet, found: Cells, line: int) -> None:
    row, mask = _row(found, line), found.get("mask")
    if mask:
        sheet.masks.append((row, mask))
    if not mask or row.role or row.compound:
        sheet.rows.append(row)
    if found.get("plate"):
        sheet.plates.setdefault(found["plate"], line)


def _cells(names: Sequence[str], cells: Sequence[str]) -> Cells:
    found: Cells = {}
    for name, cell in zip(names, cells, strict=True):
        text = visible(cell) if cell.strip() else ""
        if not name and text:
            raise ValueError(f"found {text!r} in a column without a name")
        if name:
            found[name] = text
    return found


def _row(found: Mapping[str, str], line: int) -> Row:
    return Row(
        line=line,
        position=found["position"],
        role=found["role"],
        rack=found.get("rack", ""),
        compound=found.get("compound", ""),
        concentration_m=_concentration(found),
        columns={name: text for name, text in found.items() if name not in ("plate", "mask")},
    )


def _concentration(found: Mapping[str, str]) -> float | None:
    for name, text in found.items():
        if _is_concentration(name) and text:
            unit = concentration_unit(name)
            return quantities.molar(f"{text} {unit}" if unit else text)
    return None


def _fill(found: Mapping[str, str], line: int) -> Iterator[Fill]:
    """The compound of one slot; none where the row names only the slot: it stays unused."""
    told = {name: text for name, text in found.items() if text and name != "slot"}
    if not told:
        return
    if "compound" not in told:
        said = next(iter(told.values()))
        raise ValueError(f"slot {found['slot']} has {said!r} and no compound; name it")
    if not found["slot"]:
        raise ValueError(f"{told['compound']!r} is in no slot; write the slot's name")
    listed = told.get("concentrations")
    yield Fill(
        place=line,
        name=told["compound"],
        slot=found["slot"],
        top_m=quantities.molar(told["top"]) if "top" in told else None,
        dilution=quantities.fold(told["dilution"]) if "dilution" in told else None,
        concentrations_m=tuple(map(quantities.molar, _SEPARATED.split(listed))) if listed else None,
        stock_m=quantities.molar(told["stock"]) if "stock" in told else None,
        role=told.get("role"),
        group={name: text for name, text in told.items() if name not in SLOT_COLUMNS},
    )
