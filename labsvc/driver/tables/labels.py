"""Values that stand beside a label (``Protocol no:`` | ``16``) or after it in the same cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from labsvc.driver.tables.cells import Row, name
from labsvc.driver.tables.figures import Value, spelled
from labsvc.driver.tables.spec import Names
from labsvc.errors import ParseError


def labelled(rows: Iterable[Row], labels: Mapping[str, Names]) -> dict[str, Value]:
    """By field, what its label says; ParseError where it says two different things."""
    found: dict[str, Value] = {}
    for row in rows:
        for field, value in _in_row(row, labels):
            if spelled(found.setdefault(field, value)) != spelled(value):
                raise ParseError(
                    f"found {spelled(value)!r} as the {field}, and {spelled(found[field])!r} "
                    "above; expected one of them",
                    line=row.line,
                )
    return found


def _in_row(row: Row, labels: Mapping[str, Names]) -> Iterator[tuple[str, Value]]:
    for field, names in labels.items():
        for index, cell in enumerate(row.cells):
            value = _value(cell, row.cells[index + 1 :], names)
            if value is not None:
                yield field, value
                break


def _value(cell: Value, beside: Sequence[Value], names: Names) -> Value | None:
    if not isinstance(cell, str):
        return None
    wanted = [name(one) for one in names]
    if name(cell) in wanted:
        return next((one for one in beside if spelled(one)), None)
    # A label inside its cell ends with a colon or an equals sign: 'Run ID' is not 'Run'.
    text = spelled(cell)
    for sign in re.finditer("[:=]", text):
        if name(text[: sign.start()]) in wanted:
            # Printed forms set the next field apart by a gap.
            return re.split(r"\s{3,}", text[sign.end() :].strip())[0] or None
    return None
