"""Seals: the digest of a row or a label as it was written, so that any change of it shows.

A seal is no secret. One in the audit trail is chained, and cannot be made anew without breaking
the chain; one that stands beside what it seals shows accidents and careless edits.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Table

from labsvc.model.filing import Alert
from labsvc.store.tables import LATER, outbox, storable

SEAL = "seal"
_LEFT_OUT = ("sequence", "document", SEAL)
"""What the database numbers by itself, and the document, which has a digest of its own."""


def result_key(run_id: str, revision: int) -> str:
    return f"{run_id} revision {revision}"


def digest(document: str) -> str:
    return hashlib.sha256(document.encode()).hexdigest()


def seal_of_row(table: Table, values: Mapping[Any, Any]) -> str:
    """The seal of a row of ``table``; a column that ``values`` lacks is NULL.

    A column that came later has no part in it while it is NULL: older rows keep their seal.
    """
    told = {name: _plain(values.get(name)) for name in _names(table)}
    for name in _later(table):
        if told[name] is None:
            del told[name]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def sealed(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with its seal beside it."""
    return {**row, SEAL: seal_of_row(table, row)}


@lru_cache(maxsize=32)
def _names(table: Table) -> tuple[str, ...]:
    """In order, so that the seal is that of ``seal_of``; each filing asks for them."""
    return tuple(sorted({column.name for column in table.columns} - set(_LEFT_OUT)))


@lru_cache(maxsize=32)
def _later(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.columns if column.info == LATER)


def seal_of_alert(values: Mapping[Any, Any]) -> str:
    """The seal of an alert's own words, which never change. How its sending stands does."""
    return seal_of_row(outbox, {name: values[name] for name in Alert.__dataclass_fields__})


def seal_of(fields: Mapping[str, Any]) -> str:
    """The seal of what JSON can hold: SHA-256 of its text, names in order."""
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def _plain(value: Any) -> Any:
    """The value as both databases give it back, in a form that JSON can hold."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return hashlib.sha256(value).hexdigest() if isinstance(value, bytes) else value
