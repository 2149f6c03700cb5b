"""A run sheet in CSV: one row for each position, as spreadsheets and worklists write it.

Comment lines may stand before the header and say what a column does not: ``# protocol: name``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from labsvc.driver.text import decode
from labsvc.errors import ConfigError, ParseError
from labsvc.service import quantities
from labsvc.service.runsheetparts import Row, concentration_unit
from labsvc.service.schema import visible
from labsvc.service.yamltext import MAX_BYTES

COLUMNS = ("plate", "rack", "position", "role", "compound", "concentration", "mask")
HEAD = (
    "name",
    "protocol",
    "plate",
    "count file",
    "count program",
    "count date",
    "count plate",
    "operator",
)
_PREFIXES = ("lot ", "time ")
Cells = dict[str, str]


@dataclass(slots=True)
class Sheet:
    """The CSV as read: head entries and rows, each with its line; faults on the way."""

    file: str
    text: str
    head: dict[str, str] = field(default_factory=dict)
    head_lines: dict[str, int] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    masks: list[tuple[Row, str]] = field(default_factory=list)
    plates: dict[str, int] = field(default_factory=dict)
    faults: list[ConfigError] = field(default_factory=list)

    def fault(self, line: int | None, message: str) -> None:
        self.faults.append(ConfigError(message, file=self.file, line=line))

    def entries(self, prefix: str) -> Iterator[tuple[str, str, int]]:
        """Name, value and line of the head entries that begin with ``prefix`` (``lot``)."""
        for key, value in self.head.items():
            if key.startswith(f"{prefix} "):
                yield key.removeprefix(f"{prefix} ").strip(), value, self.head_lines[key]


def read_csv(content: bytes, *, file: str) -> Sheet:
    """The rows of a CSV run sheet; ConfigError when there is no table to read."""
    if len(content) > MAX_BYTES:
        raise ConfigError(
            f"this file has {len(content)} bytes; at most {MAX_BYTES} are read", file=file
        )
    try:
        text = decode(content)
    except ParseError as error:
        raise ConfigError(str(error), file=file) from error
    sheet = Sheet(file=file, text=text)
    _read_table(sheet, _read_head(sheet, text.split("\n")))
    return sheet


def _read_head(sheet: Sheet, lines: Sequence[str]) -> int:
    """Read the comment lines; the 0-based index of the header line."""
    for index, line in enumerate(lines):
        stripped = line.strip().strip(',;"').strip()
        if stripped and not stripped.startswith("#"):
            return index
        _read_comment(sheet, stripped.lstrip("# "), index + 1)
    raise ConfigError("this run sheet has no table; expected a header: position, role, ...",
                      file=sheet.file)  # fmt: skip


def _read_comment(sheet: Sheet, text: str, line: int) -> None:
    key, colon, value = (part.strip() for part in text.partition(":"))
    if not colon:
        return
    if key.replace("_", " ").lower() in HEAD:
        key = key.replace("_", " ").lower()
    elif not key.startswith(_PREFIXES):
        close = get_close_matches(key.lower(), HEAD, n=1, cutoff=0.75)
        if close:
            sheet.fault(line, f"{key!r} is not a key here; did you mean {close[0]!r}?")
        return
    if key in sheet.head:
        sheet.fault(line, f"{key!r} is here twice (first on line {sheet.head_lines[key]})")
    try:
        sheet.head[key], sheet.head_lines[key] = visible(value), line
    except ValueError as error:
        sheet.fault(line, f"{key}: {error}")


def _read_table(sheet: Sheet, header: int) -> None:
    lines = sheet.text.split("\n")
    delimiter = max(",;\t", key=lines[header].count)
    rows = csv.reader((f"{line}\n" for line in lines[header:]), delimiter=delimiter, strict=True)
    names: list[str] = []
    start = header + 1
    try:
        for cells in rows:
            if not names:
                names = _names(sheet, cells, start)
            elif any(cell.strip() for cell in cells):
                _read_row(sheet, names, cells, start)
            start = header + 1 + rows.line_num
    except csv.Error as error:
        raise ConfigError(f"this is not CSV: {error}", file=sheet.file, line=start) from error


def _names(sheet: Sheet, cells: Sequence[str], line: int) -> list[str]:
    names = [_column(cell) for cell in cells]
    for name in sorted({name for name in names if name and names.count(name) > 1}):
        sheet.fault(line, f"the column {name!r} is here twice")
    for name in ("position", "role"):
        if name not in names:
            raise ConfigError(
                f"no column {name!r}; found {', '.join(filter(None, names)) or 'none'}",
                file=sheet.file,
                line=line,
            )
    for name in names:
        _refuse_near_miss(sheet, name, line)
    if sum(1 for name in names if _is_concentration(name)) > 1:
        sheet.fault(line, "more than one column gives the concentration; keep one")
    return names


def _column(cell: str) -> str:
    name = cell.strip()
    return name.lower() if name.lower() in COLUMNS else name


def _is_concentration(name: str) -> bool:
    return name == "concentration" or concentration_unit(name) is not None


def _refuse_near_miss(sheet: Sheet, name: str, line: int) -> None:
    """A further column may have any name, but not nearly one of ours."""
    if name in COLUMNS or _is_concentration(name):
        return
    if name.lower().startswith("concentration_"):
        sheet.fault(line, f"{name!r} names no unit; write concentration_uM, _nM or _M")
    elif close := get_close_matches(name.lower(), COLUMNS, n=1, cutoff=0.75):
        sheet.fault(line, f"the column {name!r} is not known; did you mean {close[0]!r}?")


def _read_row(sheet: Sheet, names: Sequence[str], cells: Sequence[str], line: int) -> None:
    if len(cells) > len(names) and not any(cell.strip() for cell in cells[len(names) :]):
        cells = cells[: len(names)]
    if len(cells) != len(names):
        sheet.fault(line, f"found {len(cells)} cells; the header has {len(names)} columns")
        return
    try:
        found = _cells(names, cells)
        row = _row(found, line)
    except ValueError as error:
        sheet.fault(line, str(error))
        return
    sheet.rows.append(row)
    if found.get("mask"):
        sheet.masks.append((row, found["mask"]))
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
