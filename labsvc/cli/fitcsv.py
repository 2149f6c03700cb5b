"""A table of points as people export it from a spreadsheet: read whole, or refused in a sentence.

A header and one row for each point: ``x,y`` and, where the model uses them, ``sd``, ``n``,
``conc``, ``kind`` and ``series``. Comma, semicolon or tab; lines that begin with ``#`` are
comments. An empty ``y`` (or ``NA``) is a missing point. Columns of other names are left alone.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, nan

from labsvc.core.fitting.regression import DataSet
from labsvc.core.models import MODELS, Model
from labsvc.driver.text import decode
from labsvc.errors import ParseError

MAX_BYTES = 20 * 2**20
MAX_POINTS = 20_000
CONCENTRATIONS = {"M": 1.0, "mM": 1e-3, "uM": 1e-6, "µM": 1e-6, "μM": 1e-6, "nM": 1e-9,
                  "pM": 1e-12, "fM": 1e-15}  # fmt: skip
TIMES = {"min": 1.0, "s": 1 / 60, "h": 60.0}
_LOG = "log10M"
_NUMBERS = ("x", "y", "sd", "n", "conc")
_TEXTS = ("kind", "series")
_MISSING = {"", "na", "nan", "n/a", "-", "."}
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_LONGEST = 40  # characters of a cell that are quoted back

Row = tuple[int, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Reading:
    """How the table is to be read: the model, the units of its columns, the weights.

    ``constants`` are the names of those given. ``added`` is by what an x in cpm is divided to be
    in M (saturation with depletion).
    """

    model: Model
    x_unit: str
    conc_unit: str
    y_unit: str
    weights: str
    added: float | None = None
    constants: frozenset[str] = frozenset()


def x_units(model: Model) -> tuple[str, ...]:
    """The units that x may be in, its own first; any word where the model takes any x."""
    if model.x == "time":
        return tuple(TIMES)
    cpm = ("cpm",) if any(one.name == "cpm_per_fmol" for one in model.constants) else ()
    return (*CONCENTRATIONS, _LOG, *cpm)


def read_points(content: bytes, reading: Reading) -> dict[str, DataSet]:
    """The data sets by the name of their series ("" where there is no such column).

    ParseError, with the line, for whatever cannot be understood.
    """
    if len(content) > MAX_BYTES:
        raise ParseError(f"found {len(content):,} bytes, expected at most {MAX_BYTES:,} of points")
    header, rows = _table(decode(content))
    columns = _columns(header, reading)
    found: dict[str, list[Row]] = {}
    for line, cells in rows:
        found.setdefault(cells.get("series", ""), []).append((line, cells))
    if not found:
        raise ParseError("found a header and no points below it, expected one row for each point")
    return {name: _data_set(each, columns, reading) for name, each in found.items()}


def _table(text: str) -> tuple[list[str], list[Row]]:
    lines = [
        (number, line)
        for number, line in enumerate(text.split("\n"), start=1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    if not lines:
        raise ParseError("found no text in this file, expected a header x,y and points below it")
    if len(lines) > MAX_POINTS + 1:
        raise ParseError(f"found {len(lines) - 1:,} points, expected at most {MAX_POINTS:,}")
    first = lines[0][1]
    mark = max(",;\t", key=first.count)
    header = [cell.strip().strip('"').lower() for cell in first.split(mark)]
    return header, list(_rows(lines[1:], header, mark))


def _rows(lines: Sequence[tuple[int, str]], header: Sequence[str], mark: str) -> Iterator[Row]:
    for number, line in lines:
        try:
            (cells,) = csv.reader([line], delimiter=mark, strict=True)
        except csv.Error as error:
            raise ParseError(f"found {_quoted(line)}, which is no row: {error}",
                             line=number) from error  # fmt: skip
        if len(cells) != len(header):
            raise ParseError(
                f"found {len(cells)} cells, expected {len(header)} as in the header "
                f"({mark.join(header)[:80]})",
                line=number,
            )
        yield number, {name: cell.strip() for name, cell in zip(header, cells, strict=True)}


def _columns(header: Sequence[str], reading: Reading) -> tuple[str, ...]:
    """The columns that are read; ParseError where one is missing or there twice."""
    model = reading.model
    wanted = {"x", "y", *(set(model.columns) - reading.constants)} | (
        {"sd"} if reading.weights == "sd" else set()
    )
    for name in header:
        if name in (*_NUMBERS, *_TEXTS) and header.count(name) > 1:
            raise ParseError(f"found the column {name!r} {header.count(name)} times, expected once")
    lacking = [name for name in (*_NUMBERS, *_TEXTS) if name in wanted and name not in header]
    if lacking:
        raise ParseError(
            f"found the columns {_quoted(', '.join(header))}, expected {', '.join(lacking)} too "
            f"for {model.name}"
        )
    used = wanted | {"n", *model.columns} | ({"sd"} & wanted) | ({"kind"} if model.kinds else set())
    return tuple(name for name in (*_NUMBERS, *_TEXTS) if name in header and name in used)


def _data_set(rows: Sequence[Row], columns: Sequence[str], reading: Reading) -> DataSet:
    numbers = {
        name: tuple(_number(line, name, cells[name]) for line, cells in rows)
        for name in columns
        if name in _NUMBERS
    }
    kinds = _kinds(rows, reading.model) if "kind" in columns else None
    x = tuple(
        _placed(line, cells["x"], value, reading)
        for (line, cells), value in zip(rows, numbers["x"], strict=True)
    )
    conc = numbers.get("conc")
    if conc is not None:
        factor = CONCENTRATIONS[reading.conc_unit]
        conc = tuple(_not_negative(line, "conc", value) * factor
                     for (line, _), value in zip(rows, conc, strict=True))  # fmt: skip
    return DataSet(x, numbers["y"], sd=numbers.get("sd"), n=numbers.get("n"), conc=conc,
                   kind=kinds, units=reading.y_unit)  # fmt: skip


def _placed(line: int, cell: str, value: float, reading: Reading) -> float:
    """x in M or minutes."""
    if reading.model.x == "any":
        return value
    if reading.x_unit == _LOG:
        return 10.0**value if value < 3 else _not_negative(line, "x in log10 M", nan)
    _not_negative(line, "x", value)
    if reading.x_unit == "cpm":
        return value / (reading.added or nan)
    return value * (TIMES if reading.model.x == "time" else CONCENTRATIONS)[reading.x_unit]


def _not_negative(line: int, name: str, value: float) -> float:
    if value >= 0:
        return value
    raise ParseError(f"{name}: found {value:g}, expected 0 or more", line=line)


def _kinds(rows: Sequence[Row], model: Model) -> tuple[str, ...]:
    for line, cells in rows:
        if cells["kind"].lower() not in model.kinds:
            raise ParseError(
                f"kind: found {_quoted(cells['kind'])}, expected {' or '.join(model.kinds)} "
                f"for {model.name}",
                line=line,
            )
    return tuple(cells["kind"].lower() for _, cells in rows)


def _number(line: int, name: str, cell: str) -> float:
    if name == "y" and cell.lower() in _MISSING:
        return nan
    value = float(cell) if _NUMBER.fullmatch(cell) else nan
    if name in ("sd", "n") and value <= 0:
        raise ParseError(f"{name}: found {_quoted(cell)}, expected more than 0", line=line)
    if isfinite(value):
        return value
    comma = " with a decimal point" if re.fullmatch(r"[+-]?\d+,\d+", cell) else ""
    raise ParseError(f"{name}: found {_quoted(cell)}, expected a number{comma}", line=line)


def _quoted(text: str) -> str:
    return repr(text if len(text) <= _LONGEST else text[:_LONGEST] + "...")


def named_values(pairs: Sequence[str]) -> Mapping[str, str]:
    """``NAME=VALUE`` options; ValueError with a sentence where one is none, or is there twice."""
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = (part.strip() for part in pair.partition("="))
        if not (name and equals and value):
            raise ValueError(f"found {_quoted(pair)}, expected NAME=VALUE such as top=100")
        if name in found:
            raise ValueError(f"found {name} twice, expected it once")
        found[name] = value
    return found


def known_model(name: str) -> Model:
    """The model of this name; ValueError with the names there are."""
    if name not in MODELS:
        raise ValueError(f"model: found {_quoted(name)}, expected one of {', '.join(MODELS)}")
    return MODELS[name]
