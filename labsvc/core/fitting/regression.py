"""Any model of ``labsvc models`` on any data set: the public door of the general fitter.

    fit("saturation_specific", DataSet(x=(1e-10, 1e-9, ...), y=(120.0, 830.0, ...), units="cpm"))

Odd data never raise: they end in a fit with a status. What raises ConfigError is a question that
cannot be asked: an unknown model, parameter or weight, a constant that is missing.

Inhibition curves (3PL, 4PL) of their own, without weights by prediction, go to ``core.fit``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import cast

import numpy as np

from labsvc.core.fit import CurveData, InhibitionModel, fit_inhibition
from labsvc.core.fitting.batch.limits import numbers
from labsvc.core.fitting.curves import MODELS as CURVES
from labsvc.core.fitting.curves import Array
from labsvc.core.fitting.general.account import account, spelled
from labsvc.core.fitting.general.joint import Layout, Series, layout
from labsvc.core.fitting.general.leastsquares import Mask
from labsvc.core.fitting.general.question import Question, ask
from labsvc.core.fitting.general.reweight import Weights, fit_weighted
from labsvc.core.models import Columns, Model
from labsvc.core.models.model import PREFIX
from labsvc.errors import ConfigError
from labsvc.model.result import Fit, Parameter

_FEWEST_PLACES = 3
_LARGEST = 1e100
_FEW = 2_000  # points: the places of more are not kept


@dataclass(frozen=True, slots=True)
class DataSet:
    """The points of one curve, as tuples of one length.

    ``x``: concentrations in M (0.0 allowed), or minutes where the model is of time. ``y``: in
    ``units``; NaN is a missing or masked point. ``sd``: the standard deviation of each y (for the
    weights ``sd``). ``n``: how many counts each y is the mean of (multiplies every weight).
    ``conc``: a second concentration in M, ``kind``: what each point is of, where the model says.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]
    sd: tuple[float, ...] | None = None
    n: tuple[float, ...] | None = None
    conc: tuple[float, ...] | None = None
    kind: tuple[str, ...] | None = None
    units: str = "response"


def fit(
    model: str,
    points: DataSet,
    *,
    fixed: Mapping[str, float] | None = None,
    constants: Mapping[str, float] | None = None,
    weights: Weights = "none",
    free: Sequence[str] = (),
) -> Fit:
    """One model on one data set.

    ``fixed`` holds parameters at values, by plain or log10 name; ``free`` lets go those that are
    usually held (hill of saturation_specific). ``constants`` in the units that ``labsvc models``
    lists. ``weights``: ``1/y``, ``1/y2`` and ``poisson`` by the predicted value; ``sd`` is
    1/sd**2. Standard errors always take the scatter of the residuals as the measure.
    """
    return fit_series(
        model, {"": points}, fixed=fixed, constants=constants, weights=weights, free=free
    )[""]


def fit_series(
    model: str,
    series: Mapping[str, DataSet],
    *,
    share: Sequence[str] = (),
    fixed: Mapping[str, float] | None = None,
    constants: Mapping[str, float] | None = None,
    weights: Weights = "none",
    free: Sequence[str] = (),
) -> dict[str, Fit]:
    """One model on several data sets; what ``share`` names is one parameter for all of them.

    With ``share`` sum of squares, degrees of freedom, R2 and AICc are those of the joint fit.
    """
    question = ask(model, fixed or {}, constants or {}, weights, free, share)
    read = {name: series_of(question, name, points) for name, points in series.items()}
    units = {name: points.units for name, points in series.items()}
    if question.shared and len(read) > 1:
        return _together(question, list(read.values()), units)
    return {name: _single(question, one, series[name], units[name]) for name, one in read.items()}


def series_of(question: Question, name: str, points: DataSet) -> Series:
    """The usable points; ConfigError where columns are missing or of different lengths."""
    points = _filled(question, points)
    _check_columns(question.model, points)
    conc = None if points.conc is None else tuple(points.conc)
    kind = None if points.kind is None else tuple(points.kind)
    find = _kept if len(points.x) <= _FEW else _placed
    at, placed = find(tuple(points.x), conc, kind, question.model.x == "any")
    y, share, usable = _measured(np.array(points.y, dtype=np.float64)), np.ones(len(placed)), placed
    with np.errstate(all="ignore"):
        if points.n is not None:
            share *= np.array(points.n, dtype=np.float64)
        if question.weights == "sd":
            share /= np.array(points.sd, dtype=np.float64) ** 2
        if points.n is not None or question.weights == "sd":
            usable = usable & np.isfinite(share) & (share > 0)
        usable = usable & np.isfinite(y)
    if usable.all():
        return Series(name, at, y, share)
    return Series(name, at.take(usable), y[usable], share[usable])


def _placed(
    x: tuple[float, ...], conc: tuple[float, ...] | None, kind: tuple[str, ...] | None, any_x: bool
) -> tuple[Columns, Mask]:
    """Where the points lie, and which of those places are usable."""
    at = np.array(x, dtype=np.float64)
    usable = np.isfinite(_measured(at)) & ((at >= 0) | any_x)
    second = None if conc is None else np.array(conc, dtype=np.float64)
    if second is not None:
        usable &= np.isfinite(second) & (second >= 0)
    return Columns(at, second, None if kind is None else np.array(kind, dtype=np.str_)), usable


# Plate after plate has the same layout: what follows from it is made once.
_kept = lru_cache(maxsize=64)(_placed)


def _filled(question: Question, points: DataSet) -> DataSet:
    """With the constant ``conc`` as a column, where there is no column."""
    if "conc" not in question.constants or points.conc is not None:
        return points
    return replace(points, conc=(question.constants["conc"],) * len(points.y))


def _measured(values: Array) -> Array:
    """Numbers that a square can be taken of: NaN beyond 1e100, 0 below 1e-100."""
    size = np.abs(values)
    if size.max(initial=1.0) <= _LARGEST and size.min(initial=1.0) >= 1 / _LARGEST:
        return values
    return np.where(size > _LARGEST, np.nan, np.where(size < 1 / _LARGEST, 0.0, values))


def _check_columns(model: Model, points: DataSet) -> None:
    given = {"x": points.x, "y": points.y, "sd": points.sd, "n": points.n, "conc": points.conc,
             "kind": points.kind}  # fmt: skip
    for name in model.columns:
        if given[name] is None:
            raise ConfigError(f"{model.name}: found no column {name}, expected one; see its notes")
    lengths = {len(column) for column in given.values() if column is not None}
    if len(lengths) > 1:
        raise ConfigError(
            f"points: found columns of {', '.join(map(str, sorted(lengths)))} values, expected "
            "one of each for every point"
        )
    unknown = sorted(set(points.kind or ()) - set(model.kinds))
    if points.kind is not None and model.kinds and unknown:
        raise ConfigError(
            f"kind: found {unknown[0]!r}, expected {' or '.join(model.kinds)} for {model.name}"
        )


def _single(question: Question, one: Series, points: DataSet, units: str) -> Fit:
    by_prediction = question.weights in ("1/y", "1/y2", "poisson")
    if question.model.name in CURVES and not by_prediction and not question.freed:
        return _inhibition(question, points, units)
    return _together(question, [one], {one.name: units})[one.name]


def _inhibition(question: Question, points: DataSet, units: str) -> Fit:
    """By the fitter that is made for inhibition curves."""
    weights = None
    if question.weights == "sd" or points.n is not None:
        spread = points.sd if question.weights == "sd" and points.sd else (1.0,) * len(points.y)
        counts = points.n or (1.0,) * len(points.y)
        weights = tuple(
            many / sd**2 if sd > 0 and many > 0 else 0.0
            for many, sd in zip(counts, spread, strict=True)
        )
    usually = {one.name for one in question.model.parameters if one.usually is not None}
    given = {name: value for name, value in question.held.items() if name not in usually}
    if "log10_ic50" in given:
        raise ConfigError("fix: found ic50, expected one of top, bottom, hill: ic50 is the answer")
    y = tuple(_measured(np.array(points.y, dtype=np.float64)).tolist())
    data = CurveData(points.x, y, weights=weights, fixed=given, units=units)
    return fit_inhibition(cast("InhibitionModel", question.model.name), [data])[0]


def planned(question: Question, series: list[Series]) -> Layout:
    """Which parameters are searched for, with those held that the model usually holds."""
    held = dict(question.held)
    usual = question.model.usual(series[0].at, series[0].y) if len(series[0].y) else {}
    held |= {name: value for name, value in usual.items() if name not in question.freed}
    return layout(question.model, series, question.constants, held, question.shared)


def _together(question: Question, series: list[Series], units: Mapping[str, str]) -> dict[str, Fit]:
    plan = planned(question, series)
    if (why := too_few(plan)) is not None:
        return {one.name: _unanswered(plan, one, why, units[one.name]) for one in series}
    found = fit_weighted(plan, question.weights)
    seen = numbers(plan, found)
    remarks = _remarks(question, plan, seen.sum_of_squares / seen.df)
    return {
        one.name: account(seen, index, units[one.name], remarks, found.settled)
        for index, one in enumerate(series)
    }


def too_few(plan: Layout) -> str | None:
    """Why there is no answer to be had from so few points; None where there may be one."""
    free = sum(len(plan.places(name)) for name in plan.model.names if name not in plan.held)
    count = sum(len(one.y) for one in plan.series)
    places = sum(one.size for one in plan.spots)
    least = free if plan.model.x == "any" else max(free, _FEWEST_PLACES * len(plan.series))
    if count > free and places >= least and all(len(one.y) for one in plan.series):
        return None
    return (
        f"Found {count} usable points at {places} places; {plan.model.name} needs more points than "
        f"its {free} free parameters, at {least} different places at the least."
    )


def _unanswered(plan: Layout, one: Series, why: str, units: str) -> Fit:
    parameters: dict[str, Parameter] = {}
    for each in plan.model.parameters:
        value = plan.held.get(each.name)
        unit = each.unit.replace("response", units)
        parameters |= spelled(each.name, unit, Parameter(value, "", fixed=value is not None))
    return Fit(
        model=plan.model.name,
        status="too_few_points",
        n_points=len(one.y),
        parameters=parameters,
        remarks=(why,),
    )


def _remarks(question: Question, plan: Layout, variance: float) -> tuple[str, ...]:
    said = []
    if plan.shared and len(plan.series) > 1:
        names = ", ".join(sorted(name.removeprefix(PREFIX) for name in plan.shared))
        said.append(
            f"Fitted together with {len(plan.series) - 1} other series, sharing {names}: sum of "
            "squares, degrees of freedom, R2 and AICc are those of all of them."
        )
    if question.weights == "poisson":
        said.append(f"The scatter is {variance**0.5:.2g} times that of counting alone.")
    return tuple(said)
