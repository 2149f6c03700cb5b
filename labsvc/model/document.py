"""Results and fits as plain JSON values, in the shape of the contract (docs/reference/json.md)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from labsvc.model.result import Curve, Fit, Group, Parameter, Point, Result

Json = dict[str, Any]


_WHOLE = 2.0**53
"""From here on a float no longer tells one whole number from the next."""


def figure(value: float | None) -> float | int | None:
    """A number for JSON: whole floats as integers, anything not finite as null."""
    if value is None or not math.isfinite(value):
        return None
    return int(value) if value % 1 == 0 and -_WHOLE < value < _WHOLE else value


def moment(value: datetime | None) -> str | None:
    return value.isoformat() if value is not None else None


def parameter_document(parameter: Parameter) -> Json:
    return {
        "value": figure(parameter.value),
        "unit": parameter.unit,
        "stderr": figure(parameter.stderr),
        "ci95": _interval(parameter.ci95),
        "ci_method": parameter.ci_method,
        "fixed": parameter.fixed,
    }


def _interval(pair: tuple[float | None, float | None] | None) -> list[float | None] | None:
    return [figure(end) for end in pair] if pair is not None else None


def fit_document(fit: Fit) -> Json:
    """One fit as ``labsvc fit --json`` prints it."""
    return {
        "model": fit.model,
        "status": fit.status,
        "n_points": fit.n_points,
        "parameters": {name: parameter_document(value) for name, value in fit.parameters.items()},
        "residual_ss": figure(fit.residual_ss),
        "residual_sd": figure(fit.residual_sd),
        "degrees_of_freedom": fit.degrees_of_freedom,
        "r_squared": figure(fit.r_squared),
        "aicc": figure(fit.aicc),
        "qualifier": fit.qualifier,
        "qualifier_bound": figure(fit.qualifier_bound),
        "remarks": list(fit.remarks),
    }


def _curve_document(curve: Curve) -> Json:
    ki = curve.ki
    return {
        "compound": curve.compound,
        "role": curve.role,
        "fit": fit_document(curve.fit) if curve.fit else None,
        "ki": {
            "value": figure(ki.value),
            "ci95": _interval(ki.ci95),
            "unit": "M",
            "formula": ki.formula,
            "inputs": _plain(ki.inputs),
        }
        if ki
        else None,
        "reportable": curve.reportable,
    }


def _plain(values: Mapping[str, float | str | None]) -> Json:
    return {key: figure(value) if isinstance(value, float) else value
            for key, value in values.items()}  # fmt: skip


def _point_document(point: Point) -> Json:
    return {
        "position": point.position,
        "rack": point.rack,
        "role": point.role,
        "compound": point.compound,
        "concentration_m": figure(point.concentration_m),
        "group": dict(point.group),
        "counts": figure(point.counts),
        "cpm": figure(point.cpm),
        "dpm": figure(point.dpm),
        "specific": figure(point.specific),
        "percent": figure(point.response),
        "percent_sd": figure(point.response_sd),
        "masked": point.masked,
    }


def _group_document(group: Group) -> Json:
    return {
        **group.keys,
        "n": group.n,
        **{name: figure(value) for name, value in group.values.items()},
        "masked": list(group.masked),
    }


def result_document(result: Result) -> Json:
    """One result as ``labsvc analyse --json`` and ``labsvc runs show --json`` print it.

    The shell adds what it alone knows: raw files, software, revision.
    """
    return {
        "id": result.run_id,
        "verdict": result.verdict.value,
        "title": result.title,
        "protocol": {
            "name": result.protocol,
            "version": result.protocol_version,
            "digest": result.protocol_digest,
        }
        if result.protocol
        else None,
        "runsheet": {"name": result.runsheet, "digest": result.runsheet_digest}
        if result.runsheet
        else None,
        "instrument": result.instrument,
        "run_key": result.run_key,
        "plate": result.plate,
        "plate_id": result.plate_id,
        "operator": result.operator,
        "lots": dict(result.lots),
        "counted_at_text": result.counted_at_text,
        "simulated": result.simulated,
        "match": {
            "why": [f"{one.name}: {one.why}" for one in result.candidates if one.taken],
            "rejected": [
                {"protocol": one.name, "why": one.why} for one in result.candidates if not one.taken
            ],
        },
        "held_because": result.held_because,
        "released_by": result.released_by,
        "waits_for": list(result.waits_for),
        "timeline": [
            {
                "step": entry.step,
                "at": moment(entry.at),
                "source": entry.source,
                "finding": entry.finding,
                "washes": entry.washes,
                "wash_ml": figure(entry.wash_ml),
            }
            for entry in result.timeline
        ],
        "constants": [
            {"name": one.name, "value": figure(one.value), "unit": one.unit, "source": one.source}
            for one in result.constants
        ],
        "operations": [
            {"name": one.name, "sentence": one.sentence, "inputs": _plain(one.inputs)}
            for one in result.operations
        ],
        "masks": [
            {
                "position": one.position,
                "rack": one.rack,
                "reason": one.reason,
                "by": one.by,
                "at": moment(one.at),
            }
            for one in result.masks
        ],
        "response": result.response_label,
        "points": [_point_document(point) for point in result.points],
        "curves": [_curve_document(curve) for curve in result.curves],
        "groups": [_group_document(group) for group in result.groups],
        "findings": [
            {
                "check": one.check,
                "status": one.status.value,
                "value": figure(one.value),
                "limits": one.limits,
                "sentence": one.sentence,
            }
            for one in result.findings
        ],
    }
