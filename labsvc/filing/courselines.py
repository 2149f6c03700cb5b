"""The fitted lines of a curve of amounts, each with its colour and name.

Colours are Okabe and Ito's, darkened where text must stand beside them. The specific line is the
fitted total less the fitted non-specific one; no point is subtracted from another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from labsvc.core.assays import homologous, kinetic
from labsvc.core.assays.saturable import NAMES, NONSPECIFIC, TOTAL
from labsvc.core.assays.timecourse import minutes_of
from labsvc.core.models import MODELS, Columns
from labsvc.model.result import Curve, Fit, Point

INKS = {
    "total": "#0072b2",
    "non-specific": "#767676",
    "specific (fitted)": "#00664b",
    "linear phase": "#0072b2",
    "association": "#0072b2",
    "dissociation": "#a0468a",
    "bound": "#0072b2",
    "non-specific (fitted)": "#767676",
}
"""The colour of each line, by the name that the legend gives it."""

_BY_TIME = (*kinetic.MODELS, "linear")


@dataclass(frozen=True, slots=True)
class Trace:
    """A fitted line: y of x (points,). ``until`` is where it ends; None: with the axis."""

    name: str
    curve: Callable[[Any], Any]
    until: float | None = None


def is_course(curve: Curve) -> bool:
    """Whether the curve is one of amounts, and not of inhibition against log concentration."""
    if curve.fit is not None:
        return curve.fit.model in (*NAMES, *_BY_TIME, homologous.MODEL)
    controls = any(one.role in (*TOTAL, *NONSPECIFIC) for one in curve.points)
    return bool(curve.points) and (controls or by_time(curve))


def by_time(curve: Curve) -> bool:
    """Whether its x are minutes: by its fit, or by its points where it has none."""
    if curve.fit is not None:
        return curve.fit.model in _BY_TIME
    return all(minutes_of(one) is not None for one in curve.points)


def ink_of(point: Point, fit: Fit | None) -> str:
    """The colour of a point: that of the line it belongs to."""
    if fit is not None and fit.model in kinetic.MODELS:
        return INKS.get(kinetic.phase_of(point), INKS["association"])
    return INKS["non-specific" if point.role in NONSPECIFIC else "total"]


def traces(curve: Curve) -> tuple[Trace, ...]:
    """The lines of the fit; none where a parameter was not to be had."""
    fit = curve.fit
    if fit is None or any(
        fit.parameters[one.name].value is None for one in MODELS[fit.model].parameters
    ):
        return ()
    if fit.model == "linear":
        return (Trace("linear phase", lambda x: value_at(fit, x), _last(curve, fit)),)
    if fit.model in kinetic.MODELS:
        return _kinetics(curve, fit)
    return _homologous(curve, fit) if fit.model == homologous.MODEL else _saturation(fit)


def value_at(fit: Fit, x: Any, kind: str | None = None, conc: float | None = None) -> Any:
    """The fitted response at x (points,), of the points of one kind and second concentration."""
    model = MODELS[fit.model]
    p = {one.name: np.array([[fit.parameters[one.name].value]], dtype=np.float64)
         for one in model.parameters}  # fmt: skip
    kinds = None if kind is None else np.full(len(x), kind)
    hot = None if conc is None else np.full(len(x), conc)
    return np.asarray(model.curve(p, Columns(x, hot, kinds), {}))[0]


def _last(curve: Curve, fit: Fit) -> float:
    """The last time of the linear phase: its fit has the first points."""
    times = [minutes_of(one) or 0.0 for one in curve.points if one.masked is None]
    return sorted(times)[min(fit.n_points, len(times)) - 1] if times else 0.0


def _saturation(fit: Fit) -> tuple[Trace, ...]:
    other = NAMES[fit.model][2]
    return (
        Trace("total", lambda x: value_at(fit, x, "total")),
        Trace("non-specific", lambda x: value_at(fit, x, other)),
        Trace("specific (fitted)", lambda x: value_at(fit, x, "total") - value_at(fit, x, other)),
    )


def _homologous(curve: Curve, fit: Fit) -> tuple[Trace, ...]:
    slope = fit.parameters["ns"].value or 0.0
    bound = [_bound(fit, conc) for conc in _hot(curve.points)]
    floors = [_floor(slope * conc) for conc in _hot(curve.points)]
    return (*bound, *floors)


def _bound(fit: Fit, conc: float) -> Trace:
    return Trace("bound", lambda x: value_at(fit, x, None, conc))


def _floor(level: float) -> Trace:
    return Trace("non-specific (fitted)", lambda x: np.full(len(x), level))


def _hot(points: Sequence[Point]) -> list[float]:
    """The labelled concentrations that the points name themselves."""
    found = (homologous.hot_of(one) for one in points)
    return sorted({one for one in found if one is not None})


def _kinetics(curve: Curve, fit: Fit) -> tuple[Trace, ...]:
    if fit.model != kinetic.JOINT:
        (phase,) = kinetic.MODELS[fit.model]
        return (Trace(phase, lambda x: value_at(fit, x)),)
    held = {(kinetic.phase_of(one), one.concentration_m) for one in curve.points}
    known = sorted((phase, conc) for phase, conc in held if conc is not None and phase in INKS)
    return tuple(_phase(fit, phase, conc) for phase, conc in known)


def _phase(fit: Fit, phase: str, conc: float) -> Trace:
    return Trace(phase, lambda x: value_at(fit, x, phase, conc))
