"""What makes a result itself, and what makes readings the same."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from labsvc.model.assay import Unit
from labsvc.model.document import Json
from labsvc.model.jsontext import compact
from labsvc.model.recorddocument import reading_document


def run_id(unit: Unit) -> str:
    """Twelve hex digits that name the unit for ever: from its run key, plate and cycle."""
    again = f"\ncycle {unit.cycle}" if unit.cycle > 1 else ""
    named = f"{unit.run.run_key}\n{unit.plate or ''}{again}"
    return hashlib.sha256(named.encode()).hexdigest()[:12]


def readings_digest(unit: Unit, documents: Sequence[Json] | None = None) -> str:
    """SHA-256 of the unit's readings: equal for the same run exported twice.

    ``documents`` are those of its readings, in their order, where they were made already.
    """
    made = documents if documents is not None else [reading_document(one) for one in unit.readings]
    return hashlib.sha256(compact(made).encode()).hexdigest()
