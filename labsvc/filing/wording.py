"""How the report says things: names as words, fits and times as short text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from labsvc.filing.axes import is_number
from labsvc.model.notation import NOTHING, molar, molar_interval, with_interval
from labsvc.model.result import Curve, Fit, Point

_UNITS = (("_uM", "µM"), ("_nM", "nM"), ("_percent", "%"))
_SPOKEN = {"dmso": "DMSO", "ic50": "IC50", "log10 ic50": "log10 IC50", "z prime": "Z′", "ki": "Ki",
           "kd": "Kd", "km": "Km", "bmax": "Bmax", "vmax": "Vmax"}  # fmt: skip

STATUS_WORDS = {
    "converged": "converged",
    "at_bound": "fit stopped at a bound",
    "not_converged": "the fit did not converge",
    "too_few_points": "too few points for a fit",
    "ambiguous": "ambiguous: the data do not settle the fit",
}


def well(point: Point) -> str:
    """``B07`` on a plate, ``3-12`` in rack 3."""
    return f"{point.rack}-{point.position}" if point.rack else point.position


def note(curve: Curve) -> str:
    """What a reader must know before believing the curve; empty when all is well."""
    if not any(is_number(point.response) for point in curve.points):
        return "no points to show"
    if curve.fit is None:
        return "" if curve.reportable == "not fitted" else "not fitted"
    return "" if curve.fit.status == "converged" else STATUS_WORDS[curve.fit.status]


def words(name: str) -> str:
    """``concentration_uM`` -> ``concentration, µM``; ``sd_fraction`` -> ``SD of fraction``."""
    for ending, unit in _UNITS:
        if name.endswith(ending):
            return f"{words(name.removesuffix(ending))}, {unit}"
    if name.startswith("sd_"):
        return f"SD of {words(name.removeprefix('sd_'))}"
    spoken = name.replace("_", " ")
    return _SPOKEN.get(spoken, spoken)


def moment(at: datetime) -> str:
    """``2025-03-04 08:02 UTC``; a time without a zone is said as it stands."""
    if at.tzinfo is None:
        return f"{at:%Y-%m-%d %H:%M}"
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def given(value: float | str | None) -> str:
    """An input of an operation: text as it is, numbers to six figures."""
    if isinstance(value, str):
        return value
    return NOTHING if value is None else f"{value:.6g}".replace("e-0", "e-")


def keys(values: Mapping[str, str]) -> str:
    """``{"cells": "HEK"}`` -> ``cells: HEK``."""
    return ", ".join(f"{words(name)}: {text}" for name, text in values.items())


def ic50(fit: Fit | None) -> str:
    """The IC50 with its interval, or the bound when the data only bound it."""
    if fit is None:
        return NOTHING
    if fit.qualifier:
        return f"{fit.qualifier} {molar(fit.qualifier_bound)}"
    one = fit.parameters.get("ic50")
    return molar_interval(one.value, one.ci95) if one is not None else NOTHING


def parameter(fit: Fit | None, name: str) -> str:
    """A fitted parameter with its interval; a fixed one says so."""
    one = fit.parameters.get(name) if fit is not None else None
    if one is None:
        return NOTHING
    said = with_interval(one.value, one.ci95)
    return f"{said} (fixed)" if one.fixed else said
