"""A minimum as a fit that may be reported: every parameter with its interval, or why not."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan, nan, sqrt

import numpy as np

from labsvc.core.fitting.batch.limits import Numbers
from labsvc.core.fitting.compare import aicc
from labsvc.core.fitting.curves import LN10
from labsvc.core.fitting.general.doubt import Verdict, judge
from labsvc.core.fitting.general.leastsquares import Mask
from labsvc.core.fitting.student import t_quantile
from labsvc.core.models.model import PREFIX, Constants, Derived
from labsvc.model.result import Fit, Interval, Parameter

_NATURAL = (0.0, 1.0)  # bounds that mean something: no non-specific binding, one site alone


def account(seen: Numbers, index: int, units: str, remarks: tuple[str, ...], settled: bool) -> Fit:
    """The fit of one series, as it may be reported."""
    judged = judge(seen, index, settled)
    ss, df, plan = seen.sum_of_squares, seen.df, seen.plan
    parameters = _parameters(seen, index, judged, units)
    qualifier, bound = _qualifier(seen, index, judged)
    return Fit(
        model=plan.model.name,
        status=judged.status,
        n_points=len(plan.series[index].y),
        parameters=parameters,
        residual_ss=ss,
        residual_sd=sqrt(ss / df),
        degrees_of_freedom=df,
        r_squared=_r_squared(seen),
        aicc=aicc(ss, seen.problem.count, int(seen.problem.free.sum())),
        qualifier=qualifier,
        qualifier_bound=bound,
        remarks=judged.because + remarks,
    )


def _r_squared(seen: Numbers) -> float | None:
    """About the weighted mean of all points."""
    task, count = seen.problem, seen.problem.places
    weights = task.root_weights[:count] ** 2
    mean = float(weights @ task.y[:count]) / float(weights.sum())
    scatter = float(task.y[count:] @ task.y[count:])
    about = float(weights @ (task.y[:count] - mean) ** 2) + scatter
    return 1 - seen.sum_of_squares / about if about > 0 else None


def _qualifier(seen: Numbers, index: int, judged: Verdict) -> tuple[str | None, float | None]:
    """``>`` or ``<`` with the limit, where the parameter asked for lies beyond the tested range."""
    model = seen.plan.model
    if model.asked not in model.names or not model.asked.startswith(PREFIX):
        return None, None
    place = seen.plan.slots[model.names.index(model.asked), index]
    low, high = seen.low[place], seen.high[place]
    if judged.given[model.asked] or judged.status != "ambiguous" or not seen.problem.free[place]:
        return None, None
    if isnan(high) and not isnan(low):
        return ">", 10.0 ** float(low)
    if isnan(low) and not isnan(high):
        return "<", 10.0 ** float(high)
    return None, None


def _parameters(seen: Numbers, index: int, judged: Verdict, units: str) -> dict[str, Parameter]:
    found: dict[str, Parameter] = {}
    for row, one in enumerate(seen.plan.model.parameters):
        place = int(seen.plan.slots[row, index])
        unit = one.unit.replace("response", units)
        found |= spelled(one.name, unit, _parameter(seen, place, judged.given[one.name], judged))
    for derived in seen.plan.model.derived:
        if all(need in seen.plan.constants for need in derived.needs):
            found |= spelled(derived.name, derived.unit, _derived(seen, index, derived, judged))
    return found


def spelled(name: str, unit: str, one: Parameter) -> dict[str, Parameter]:
    """A parameter under its name; one fitted as log10 under both names, plain first."""
    if not name.startswith(PREFIX):
        return {name: _with_unit(one, unit)}
    logarithm = _with_unit(one, f"log10 {unit}".strip())
    plain = 10.0**one.value if one.value is not None else None
    stderr = LN10 * plain * one.stderr if plain is not None and one.stderr is not None else None
    ends = one.ci95 and (_antilog(one.ci95[0]), _antilog(one.ci95[1]))
    return {
        name.removeprefix(PREFIX): Parameter(plain, unit, stderr, ends, one.ci_method, one.fixed),
        name: logarithm,
    }


def _antilog(end: float | None) -> float | None:
    return 10.0**end if end is not None else None


def _with_unit(one: Parameter, unit: str) -> Parameter:
    return Parameter(one.value, unit, one.stderr, one.ci95, one.ci_method, one.fixed)


def _parameter(seen: Numbers, place: int, given: bool, judged: Verdict) -> Parameter:
    value = float(seen.minimum.values[place])
    if not seen.problem.free[place]:
        return Parameter(value, "", fixed=True)
    if seen.minimum.at_bound[place]:
        return Parameter(value if value in _NATURAL and any(judged.given.values()) else None, "")
    ends = _open(float(seen.low[place]), float(seen.high[place]))
    told = judged.status in ("converged", "ambiguous", "at_bound") and any(judged.given.values())
    method = seen.method if ends else None
    if not given:
        return Parameter(None, "", None, ends if told else None, method if told else None)
    return Parameter(value, "", float(seen.stderr[place]), ends, method)


def _open(low: float, high: float) -> Interval | None:
    if isnan(low) and isnan(high):
        return None
    return (None if isnan(low) else low, None if isnan(high) else high)


def _derived(seen: Numbers, index: int, derived: Derived, judged: Verdict) -> Parameter:
    """Its value; its interval mapped from the one parameter it follows, else asymptotic."""
    plan = seen.plan
    values = plan.named(seen.minimum.values, index)
    slopes = _slopes(derived, values, plan.constants)
    value = _real(derived, values, plan.constants)
    if not slopes:
        return Parameter(value, "", fixed=True)
    if value is None or not all(judged.given[name] for name in slopes):
        return Parameter(None, "")
    stderr = _spread(seen, index, slopes)
    if derived.of in slopes:
        ends = _mapped(seen, index, derived, values)
        ends = ends[::-1] if ends and slopes[derived.of] < 0 else ends
        return Parameter(value, "", stderr, ends, seen.method if ends else None)
    half = t_quantile(seen.df) * stderr
    return Parameter(value, "", stderr, (value - half, value + half), "asymptotic")


def _slopes(
    derived: Derived, values: Mapping[str, float], constants: Constants
) -> dict[str, float]:
    """Its derivatives by the parameters that it depends on."""
    found = {}
    with np.errstate(all="ignore"):
        for name, value in values.items():
            moved = {**values, name: value + 1e-50j}
            slope = complex(derived.value(moved, constants)).imag / 1e-50
            if slope != 0:
                found[name] = slope
    return found


def _spread(seen: Numbers, index: int, slopes: Mapping[str, float]) -> float:
    plan = seen.plan
    along = np.array([slopes.get(name, 0.0) for name in plan.model.names])
    places = plan.slots[:, index]
    free: Mask = seen.problem.free[places]
    inner = places[free]
    covariance = seen.certainty.unscaled[np.ix_(inner, inner)]
    variance = float(along[free] @ covariance @ along[free])
    return sqrt(max(variance, 0.0) * seen.sum_of_squares / seen.df)


def _mapped(
    seen: Numbers, index: int, derived: Derived, values: Mapping[str, float]
) -> Interval | None:
    name = derived.of or ""
    place = seen.plan.slots[seen.plan.model.names.index(name), index]
    ends = []
    for end in (float(seen.low[place]), float(seen.high[place])):
        there = _real(derived, {**values, name: end}, seen.plan.constants)
        ends.append(nan if isnan(end) or there is None else there)
    return _open(*ends)


def _real(derived: Derived, values: Mapping[str, float], constants: Constants) -> float | None:
    """Its value; None where there is none (the logarithm of something negative)."""
    with np.errstate(all="ignore"):
        found = complex(derived.value(values, constants))
    return found.real if found.imag == 0 and np.isfinite(found.real) else None
