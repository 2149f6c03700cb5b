"""A Filing as rows, and the rows into the database: what one commit writes."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from labsvc.errors import ArchiveConflict
from labsvc.model.assay import BenchEvent
from labsvc.model.document import result_document
from labsvc.model.filing import Alert, CaptureState, FiledResult, Filing
from labsvc.model.jsontext import compact_ascii
from labsvc.model.result import Curve, Fit, Interval, Result
from labsvc.store.audit import FILED, Deed, digest, result_key
from labsvc.store.tables import bench_events, captures, findings, fits, outbox, readings, results

Row = dict[str, Any]

# Built once: each execution then only looks its text up.
_STATE = select(captures.c.state).where(captures.c.sha256 == bindparam("sha256"))
_FILED = select(results.c.sha256, results.c.readings_digest, results.c.document).where(
    results.c.run_id == bindparam("run_id"), results.c.revision == bindparam("revision")
)
_INSERTS = {table: insert(table) for table in (captures, results, readings, fits, findings)}


def write_filing(connection: Connection, filing: Filing) -> list[Deed]:
    """Insert what is not there yet; the deeds that were done, none when all was there.

    ArchiveConflict when a (run, revision) is there with another content: it never changes.
    """
    deeds = [*_write_capture(connection, filing)]
    for filed in filing.results:
        deeds += _write_result(connection, filing, filed)
    deeds += write_events(connection, filing.events)
    deeds += write_alerts(connection, filing.alerts)
    return deeds


def _write_capture(connection: Connection, filing: Filing) -> Iterator[Deed]:
    state = connection.execute(_STATE, {"sha256": filing.sha256}).scalar_one_or_none()
    row = {
        "state": filing.state.value,
        "folder": filing.folder,
        "driver": filing.driver,
        "filed_at": filing.filed_at,
        "reason": filing.reason,
    }
    if state is None:
        same = {
            "sha256": filing.sha256,
            "name": filing.name,
            "source": filing.source,
            "received_at": filing.received_at,
            "size": filing.size,
        }
        connection.execute(_INSERTS[captures], {**same, **row})
    elif state == CaptureState.QUARANTINED != filing.state:
        # Understood after all: a driver was mended, and a person released the bytes.
        connection.execute(update(captures).where(captures.c.sha256 == filing.sha256).values(**row))
    else:
        return
    yield Deed(f"capture {filing.state.value}", filing.sha256, filing.reason or filing.name)


def _write_result(connection: Connection, filing: Filing, filed: FiledResult) -> list[Deed]:
    result = filed.result
    document = document_of(filed)
    key = result_key(result.run_id, filed.revision)
    whose = {"run_id": result.run_id, "revision": filed.revision}
    there = connection.execute(_FILED, whose).one_or_none()
    if there is not None:
        if tuple(there) != (filing.sha256, filed.readings_digest, document):
            raise ArchiveConflict(
                f"the result '{key}' is in the database with other contents: it is never "
                f"overwritten; file '{filing.name}' as the next revision"
            )
        return []
    connection.execute(_INSERTS[results], _result_row(filing, filed, document))
    for table, rows in (
        (readings, reading_rows(result)),
        (fits, fit_rows(result)),
        (findings, finding_rows(result)),
    ):
        numbered = [{**whose, "ordinal": n, **row} for n, row in enumerate(rows)]
        if numbered:
            connection.execute(_INSERTS[table], numbered)
    vouched = {
        "verdict": result.verdict.value,
        "document": digest(document),
        "folder": filed.folder,
        "reason": filed.reason,
    }
    return [Deed(FILED, key, json.dumps(vouched))]


def document_of(filed: FiledResult) -> str:
    """The JSON text kept for a result. ASCII: any text in it survives any database."""
    return compact_ascii({**result_document(filed.result), "revision": filed.revision})


def _result_row(filing: Filing, filed: FiledResult, document: str) -> Row:
    result = filed.result
    return {
        "run_id": result.run_id,
        "revision": filed.revision,
        "sha256": filing.sha256,
        "source": filing.source,
        "run_key": result.run_key,
        "instrument": result.instrument,
        "plate": result.plate,
        "plate_id": result.plate_id,
        "protocol": result.protocol,
        "protocol_version": result.protocol_version,
        "protocol_digest": result.protocol_digest,
        "verdict": result.verdict.value,
        "title": result.title,
        "folder": filed.folder,
        "readings_digest": filed.readings_digest,
        "filed_at": filing.filed_at,
        "simulated": result.simulated,
        "reason": filed.reason,
        "document": document,
    }


def reading_rows(result: Result) -> list[Row]:
    return [
        {
            "position": point.position,
            "rack": point.rack,
            "role": point.role,
            "compound": point.compound,
            "concentration_m": _number(point.concentration_m),
            "counts": _number(point.counts),
            "cpm": _number(point.cpm),
            "dpm": _number(point.dpm),
            "specific": _number(point.specific),
            "response": _number(point.response),
            "masked": point.masked,
        }
        for point in result.points
    ]


def fit_rows(result: Result) -> list[Row]:
    """One row for each curve; its numbers are NULL where nothing was fitted."""
    return [
        {
            "compound": curve.compound,
            "role": curve.role,
            "reportable": curve.reportable,
            **_fit_columns(curve.fit),
            **_ki_columns(curve),
        }
        for curve in result.curves
    ]


def _fit_columns(fit: Fit | None) -> Row:
    low, high = _ends(fit, "ic50")
    return {
        "model": fit.model if fit else None,
        "status": fit.status if fit else None,
        "n_points": int(fit.n_points) if fit else None,
        "ic50": _value(fit, "ic50"),
        "ic50_low": low,
        "ic50_high": high,
        "hill": _value(fit, "hill"),
        "top": _value(fit, "top"),
        "bottom": _value(fit, "bottom"),
        "r_squared": _number(fit.r_squared) if fit else None,
        "qualifier": fit.qualifier if fit else None,
        "qualifier_bound": _number(fit.qualifier_bound) if fit else None,
    }


def _ki_columns(curve: Curve) -> Row:
    """Ki derived from the IC50, or fitted itself."""
    if curve.ki is None:
        low, high = _ends(curve.fit, "ki")
        return {"ki": _value(curve.fit, "ki"), "ki_low": low, "ki_high": high}
    low, high = _finite(curve.ki.ci95)
    return {"ki": _number(curve.ki.value), "ki_low": low, "ki_high": high}


def _value(fit: Fit | None, name: str) -> float | None:
    parameter = fit.parameters.get(name) if fit else None
    return _number(parameter.value) if parameter else None


def _ends(fit: Fit | None, name: str) -> Interval:
    parameter = fit.parameters.get(name) if fit else None
    return _finite(parameter.ci95 if parameter else None)


def _finite(interval: Interval | None) -> Interval:
    low, high = interval or (None, None)
    return _number(low), _number(high)


def _number(value: float | None) -> float | None:
    """A plain float; NULL for what is not finite, as in the document."""
    return float(value) if value is not None and math.isfinite(value) else None


def finding_rows(result: Result) -> list[Row]:
    return [
        {
            "check_name": finding.check,
            "status": finding.status.value,
            "value": _number(finding.value),
            "limits": finding.limits,
            "sentence": finding.sentence,
        }
        for finding in result.findings
    ]


def write_events(
    connection: Connection, events: Sequence[tuple[str, BenchEvent]]
) -> Iterator[Deed]:
    """Insert the bench events that are not there: run key, plate and step make one itself."""
    for key, event in events:
        itself = {"event_key": key, "plate_id": event.plate_id, "step": event.step}
        where = [bench_events.c[name] == value for name, value in itself.items()]
        if connection.execute(select(bench_events.c.step).where(*where)).first():
            continue
        connection.execute(
            insert(bench_events).values(
                **itself,
                at=event.at,
                source=event.source,
                ended_at=event.ended_at,
                orientation=event.orientation,
            )
        )
        yield Deed("bench event", f"{event.plate_id} {event.step}", event.at.isoformat())


def write_alerts(connection: Connection, alerts: Sequence[Alert]) -> Iterator[Deed]:
    """Owe the alerts whose keys are not owed or sent already."""
    for alert in alerts:
        if connection.execute(select(outbox.c.key).where(outbox.c.key == alert.key)).first():
            continue
        connection.execute(insert(outbox).values(**_outbox_row(alert)))
        yield Deed("alert owed", alert.key, alert.subject)


def _outbox_row(alert: Alert) -> Mapping[str, Any]:
    return {
        "key": alert.key,
        "kind": alert.kind,
        "subject": alert.subject,
        "text": alert.text,
        "html": alert.html,
        "figure_png": alert.figure_png,
        "created_at": alert.created_at,
        "attempts": 0,
        "next_attempt_at": alert.created_at,
        "dead": False,
    }
