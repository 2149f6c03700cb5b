"""The table written again, as the spec says it is spelled; with faults on request."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from labsvc.driver.tables.figures import Value
from labsvc.driver.tables.gridtext import grid_table
from labsvc.driver.tables.listtext import list_table
from labsvc.driver.tables.sheetfile import write_workbook
from labsvc.driver.tables.spec import SEPARATORS, TableSpec
from labsvc.driver.tables.spelling import Spelling
from labsvc.model.run import CountRun, Record

FAULTS = ("truncated", "duplicated", "decimal_comma")


def write_table(records: Sequence[Record], spec: TableSpec, fault: str | None) -> bytes:
    """The bytes of a file that holds the readings of ``records``; ValueError when none can."""
    if fault is not None and fault not in FAULTS:
        raise ValueError(f"unknown fault {fault!r}; expected one of {', '.join(FAULTS)}")
    runs = [record for record in records if isinstance(record, CountRun)]
    if len(runs) != len(records) or not any(run.readings for run in runs):
        raise ValueError("a table holds the readings of count runs")
    spelling = Spelling(spec, flipped=fault == "decimal_comma")
    write = list_table if spec.shape == "list" else grid_table
    rows = write(runs, spec, spelling, twice=fault == "duplicated")
    if spec.file == "workbook":
        content = write_workbook(rows, spec.sheet or "Sheet1")
        return content[: -len(content) // 3] if fault == "truncated" else content
    return _text(rows, spec, cut=fault == "truncated")


def _text(rows: Sequence[Sequence[Value]], spec: TableSpec, *, cut: bool) -> bytes:
    text = "".join(_line(row, spec) for row in rows)
    if cut:
        last = _line(rows[-1], spec)
        text = text[: len(text) - (len(last) + 1) // 2 - 1]
    codec = {"auto": "utf-8"}.get(spec.encoding, spec.encoding)
    return text.encode(codec)


def _line(row: Sequence[Value], spec: TableSpec) -> str:
    separator = SEPARATORS.get(spec.separator, ";" if spec.decimal == "comma" else ",")
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\r\n").writerow(row)
    return out.getvalue()
