"""A result as the tables keep it: its document, and a row for each reading, curve and finding."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Column, Double, Integer, Table

from labsvc.model.document import Json, result_document
from labsvc.model.filing import FiledResult, Kept
from labsvc.model.jsontext import compact_ascii
from labsvc.model.result import Curve, Fit, Interval, Point, Result
from labsvc.store.tables import findings, fits, readings, storable

Row = dict[str, Any]

PARTS = (readings, fits, findings)
_ITSELF = 3
"""The first columns of a part: run, revision and the row's number."""


def keep(filed: FiledResult, document: Json | None = None) -> Kept:
    """What is to be written of a result. It needs no database, so any process may make it.

    ``document`` is that of the result, where it was made already.
    """
    result = filed.result
    whose = storable(result.run_id), filed.revision
    rows = {
        readings: map(_READING, result.points),
        fits: map(itemgetter(*_names(fits)), fit_rows(result)),
        findings: map(itemgetter(*_names(findings)), finding_rows(result)),
    }
    return Kept(
        document_of(filed, document),
        {table.name: _numbered(table, whose, mine) for table, mine in rows.items()},
    )


def _names(table: Table) -> list[str]:
    return [column.name for column in table.columns][_ITSELF:]


_READING = itemgetter(*map(Point._fields.index, _names(readings)))
"""Of a point, which has a field for each column of its table."""


def _numbered(
    table: Table, whose: tuple[str, int], rows: Iterable[tuple[Any, ...]]
) -> list[tuple[Any, ...]]:
    """The rows, in the order of the columns, each value as its column keeps it: column by column,
    since most of them need nothing."""
    kept = map(_as_kept, list(table.columns)[_ITSELF:], zip(*rows, strict=True))
    return [(*whose, number, *row) for number, row in enumerate(zip(*kept, strict=True))]


def _as_kept(column: Column[Any], values: Sequence[Any]) -> Sequence[Any]:
    if isinstance(column.type, Double):
        return [_number(one) if one is not None else None for one in values]
    if isinstance(column.type, Integer):
        return values
    together = "".join(filter(None, values))
    if storable(together) == together:
        return values
    return [one and storable(one) for one in values]


def document_of(filed: FiledResult, document: Json | None = None) -> str:
    """The JSON text kept for a result. ASCII: any text in it survives any database."""
    made = document or result_document(filed.result)
    return compact_ascii({**made, "revision": filed.revision})


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
