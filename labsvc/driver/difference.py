"""Records as JSON says them, and where two such documents part."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from labsvc.model.recorddocument import record_document
from labsvc.model.run import Record


def documents(records: Sequence[Record]) -> Any:
    """The records as JSON says them (tuples become lists, as in a golden)."""
    return json.loads(json.dumps([record_document(record) for record in records]))


def first_difference(expected: Any, found: Any, where: str = "records") -> str | None:
    """Where two JSON values part, in words; None when they are equal."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in sorted(expected.keys() | found.keys()):
            if key not in expected or key not in found:
                side = "found" if key in found else "expected"
                return f"{where}.{key} is only in what was {side}"
            if difference := first_difference(expected[key], found[key], f"{where}.{key}"):
                return difference
        return None
    if isinstance(expected, list) and isinstance(found, list):
        if len(expected) != len(found):
            return f"{where}: expected {len(expected)} of them, found {len(found)}"
        pairs = enumerate(zip(expected, found, strict=True))
        return next(
            (d for i, (e, f) in pairs if (d := first_difference(e, f, f"{where}[{i}]"))), None
        )
    if expected == found:
        return None
    return f"{where}: expected {expected!r}, found {found!r}"
