"""The rows of the database against what vouches for them: the audit trail, or a seal of their own.

The trail has the seal of each capture, result, bench event and alert as it was written. What a
result's readings, fits and findings must be stands in its document, whose digest is in the trail.
How far the sending of an alert is, and the files that were taken, change without a word in the
trail: those rows carry their seal themselves.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Table, select

from labsvc.model.filing import CaptureState
from labsvc.store.seals import SEAL, digest, result_key, seal_of_alert, seal_of_row
from labsvc.store.tables import (
    acknowledgements,
    audit,
    bench_events,
    captures,
    findings,
    fits,
    outbox,
    readings,
    results,
    seen_files,
    sendings,
    storable,
)

Values = dict[str, Any]
Key = tuple[str, int]

FILED = "result filed"
ACKNOWLEDGED = "alert acknowledged"
CAPTURES = [f"capture {one.value}" for one in CaptureState]

_POINT = {"position": "position", "rack": "rack", "role": "role", "compound": "compound",
          "concentration_m": "concentration_m", "counts": "counts", "cpm": "cpm", "dpm": "dpm",
          "specific": "specific", "response": "percent", "masked": "masked"}  # fmt: skip
_FINDING = {"check_name": "check", "status": "status", "value": "value", "limits": "limits",
            "sentence": "sentence"}  # fmt: skip
_FIT = ("model", "status", "n_points", "r_squared", "qualifier", "qualifier_bound")
_FITTED = ("ic50", "hill", "top", "bottom")


def faults_of_rows(connection: Connection) -> Iterator[str]:
    """One sentence for each row that is not as it was written, is gone, or was added."""
    yield from _vouched(connection, captures, CAPTURES, lambda row: str(row.sha256))
    yield from _vouched(connection, results, [FILED], _key_of)
    yield from _vouched(connection, acknowledgements, [ACKNOWLEDGED], lambda row: str(row.key))
    yield from _faults_of_parts(connection)
    yield from _faults_of_events(connection)
    yield from _faults_of_alerts(connection)
    yield from _faults_of_sealed(connection)


def _told(connection: Connection, deeds: Sequence[str], word: str) -> dict[str, str]:
    """One word of the detail of the last such deed to each key: a trail of years is long."""
    wanted = select(audit.c.key, audit.c.detail).where(audit.c.what.in_(deeds))
    rows = connection.execute(wanted.order_by(audit.c.sequence))
    return {row.key: _word(row.detail, word) for row in rows}


def _word(detail: str, word: str) -> str:
    """Empty where the deed is from before there were seals."""
    return str(json.loads(detail).get(word, "")) if detail.startswith("{") else ""


def _vouched(
    connection: Connection, table: Table, deeds: Sequence[str], key_of: Callable[[Row[Any]], str]
) -> Iterator[str]:
    """The rows of a table, each against the seal that the trail has of it."""
    missing = _told(connection, deeds, SEAL)
    # A document is long, and has a digest of its own.
    columns = [column for column in table.columns if column.name != "document"]
    for row in connection.execute(select(*columns)):
        seal = missing.pop(key_of(row), None)
        if seal is None:
            yield f"'{key_of(row)}' is in '{table.name}' of the database and was never filed"
        elif seal and seal != seal_of_row(table, row._mapping):
            yield f"the row '{key_of(row)}' of '{table.name}' is not as it was filed"
    for key in missing:
        yield f"'{key}' was filed and is gone from '{table.name}' of the database"


def _key_of(row: Any) -> str:
    return result_key(row.run_id, row.revision)


def _faults_of_parts(connection: Connection) -> Iterator[str]:
    """One result after the other: a database of years does not fit into memory."""
    tables = ((readings, _points), (fits, _fits), (findings, _findings))
    told, known = _told(connection, [FILED], "document"), set()
    for run_id, revision in connection.execute(select(results.c.run_id, results.c.revision)).all():
        known.add((run_id, revision))
        mine = (results.c.run_id == run_id, results.c.revision == revision)
        owner = connection.execute(select(results).where(*mine)).one()
        if told.get(_key_of(owner)) != digest(owner.document):
            yield f"the result '{_key_of(owner)}' in the database is not the one that was filed"
            continue
        document = json.loads(owner.document)
        for table, expect in tables:
            yield from _faults_of_part(connection, table, owner, expect(document))
    for table, _ in tables:
        yield from _ownerless(connection, table, known)


def _faults_of_part(
    connection: Connection, table: Table, owner: Row[Any], expected: list[Values]
) -> Iterator[str]:
    mine = (table.c.run_id == owner.run_id, table.c.revision == owner.revision)
    stored = connection.execute(select(table).where(*mine).order_by(table.c.ordinal)).all()
    if [row.ordinal for row in stored] != list(range(len(expected))):
        yield f"rows of '{table.name}' of the result '{_key_of(owner)}' are missing or were added"
        return
    for row, values in zip(stored, expected, strict=True):
        if changed := _changed(row._mapping, values):
            yield (
                f"'{changed}' in row {row.ordinal} of '{table.name}' of the result "
                f"'{_key_of(owner)}' is not as it was filed"
            )


def _ownerless(connection: Connection, table: Table, known: set[Key]) -> Iterator[str]:
    for row in connection.execute(select(table.c.run_id, table.c.revision).distinct()):
        if (row.run_id, row.revision) not in known:
            yield f"'{table.name}' has rows of '{_key_of(row)}', a result that is not there"


def _changed(stored: Mapping[Any, Any], expected: Values) -> str | None:
    """The first column that differs."""
    for name, value in expected.items():
        wanted = storable(value) if isinstance(value, str) else value
        if stored[name] != wanted:
            return name
    return None


def _points(document: Values) -> list[Values]:
    return [{name: one[told] for name, told in _POINT.items()} for one in document["points"]]


def _findings(document: Values) -> list[Values]:
    return [{name: one[told] for name, told in _FINDING.items()} for one in document["findings"]]


def _fits(document: Values) -> list[Values]:
    return [_fit(curve) for curve in document["curves"]]


def _fit(curve: Values) -> Values:
    fit = curve["fit"] or {}
    parameters = fit.get("parameters", {})
    ki = curve["ki"] or parameters.get("ki") or {}
    return {
        **{name: curve[name] for name in ("compound", "role", "reportable")},
        **{name: fit.get(name) for name in _FIT},
        **{name: parameters.get(name, {}).get("value") for name in _FITTED},
        **_ends("ic50", parameters.get("ic50") or {}),
        "ki": ki.get("value"),
        **_ends("ki", ki),
    }


def _ends(name: str, told: Values) -> Values:
    low, high = told.get("ci95") or (None, None)
    return {f"{name}_low": low, f"{name}_high": high}


def _faults_of_events(connection: Connection) -> Iterator[str]:
    """A plate may have the same step twice, told by two harvesters: seals are counted."""
    deeds = select(audit.c.key, audit.c.detail).where(audit.c.what == "bench event")
    told = Counter((row.key, _word(row.detail, SEAL)) for row in connection.execute(deeds))
    stored = Counter(
        (f"{row.plate_id} {row.step}", seal_of_row(bench_events, row._mapping))
        for row in connection.execute(select(bench_events))
    )
    sealed = Counter({one: told[one] for one in told if one[1]})
    unsealed = _keys(told - sealed)
    added = _keys(stored - sealed)
    for key in sorted(_keys(sealed - stored) | (added - unsealed) | (unsealed - added)):
        yield f"the bench event '{key}' in the database is not as it was recorded"


def _keys(counted: Counter[tuple[str, str]]) -> Counter[str]:
    return Counter(key for key, _ in counted.elements())


def _faults_of_alerts(connection: Connection) -> Iterator[str]:
    missing = _told(connection, ["alert owed"], SEAL)
    marked = select(audit.c.key).where(audit.c.what == "alert sent")
    sent = set(connection.execute(marked).scalars())
    for row in connection.execute(select(outbox)):
        seal = missing.pop(row.key, None)
        if seal is None:
            yield f"the alert '{row.key}' is in the database and was never owed"
        elif (row.key in sent) != (row.sent_at is not None) or (
            seal and seal != seal_of_alert(row._mapping)
        ):
            yield f"the alert '{row.key}' in the database is not as it was owed or sent"
    for key in missing:
        yield f"the alert '{key}' was owed and is gone from the database"


def _faults_of_sealed(connection: Connection) -> Iterator[str]:
    for table, name in ((outbox, "key"), (seen_files, "path"), (sendings, "key")):
        # An empty seal is that of a row from before there were seals.
        for row in connection.execute(select(table).where(table.c.seal != "")):
            if row.seal != seal_of_row(table, row._mapping):
                yield f"the row '{row._mapping[name]}' of '{table.name}' was changed by hand"
