"""What may be said of a fitted inhibition curve: its status, its qualifier, its numbers.

The rules (the project's own where no source is named):

* no effect: an F test against a flat line gives p > 0.05;
* ambiguous: a parameter's dependency is above 0.9999 (GraphPad Prism), the standard error of
  log10 IC50 is above 2, or its profile interval is open, wider than 2 decades, or reaches more
  than 1 decade beyond the tested range;
* ``>`` and ``<``: the data only bound the IC50, which is then never given as a number.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, isnan, sqrt
from typing import Literal, NamedTuple

from labsvc.core.fitting.band import bands, flat_band
from labsvc.core.fitting.batch.remarks import remarks
from labsvc.core.fitting.compare import aicc
from labsvc.core.fitting.curves import LN10, MODELS
from labsvc.core.fitting.evidence import Evidence, Question
from labsvc.core.fitting.student import f_limit, f_tail, t_quantile
from labsvc.model.result import Band, Fit, FitStatus, Interval, Parameter

_NO_EFFECT_P = 0.05
_MAX_DEPENDENCY = 0.9999
_MAX_STDERR_DECADES = 2.0
_MAX_WIDTH_DECADES = 2.0
_MAX_BEYOND_DECADES = 1.0
_PLATEAU_KNOWN = 0.25  # stderr of a plateau, as a share of top - bottom
_HALF = 0.5
_SCATTER = 0.5  # of the spread: more than this left over is scatter rather than a curve
_LARGEST_EXPONENT = 700.0
_STEP = 5.0  # a slope from here on may be a step between two concentrations
_NAMES = ("log10_ic50", "hill", "top", "bottom")
_CLEARLY = 0.25  # of the control range: a flat line this near a control is at that control


class Judgement(NamedTuple):
    """A status with its qualifier, and why, in one sentence where there is something to say.

    ``interval``: the limits of the IC50 say something even though its value does not.
    """

    status: FitStatus
    qualifier: Literal[">", "<"] | None = None
    because: str | None = None
    flat: bool = False
    interval: bool = False


def unanswered(question: Question, n_points: int, n_concentrations: int) -> Fit:
    """Too few points or concentrations: no numbers at all."""
    units = MODELS[question.model].parameters
    return Fit(
        model=question.model,
        status="too_few_points",
        n_points=n_points,
        parameters={
            name: Parameter(None, _unit(unit, question), fixed=name in question.fixed)
            for name, unit in units.items()
        },
        remarks=(
            (
                f"Found {n_points} usable points at {n_concentrations} concentrations; "
                "a curve needs at least 5 points, more than parameters, at 4 concentrations."
            ),
        ),
    )


def outcome(question: Question, seen: Evidence) -> Fit:
    """The fit as it may be reported."""
    return outcomes([question], [seen])[0]


def outcomes(questions: Sequence[Question], seen: Sequence[Evidence]) -> list[Fit]:
    """``outcome`` of each; their bands are drawn together."""
    judged = [_judge(question, one) for question, one in zip(questions, seen, strict=True)]
    drawn = iter(bands([one for one, of in zip(seen, judged, strict=True) if not of.flat]))
    return [
        _fit(question, one, of, flat_band(one) if of.flat else next(drawn))
        for question, one, of in zip(questions, seen, judged, strict=True)
    ]


def _fit(question: Question, seen: Evidence, judged: Judgement, drawn: Band) -> Fit:
    df, ss, n = seen.degrees_of_freedom, seen.sum_of_squares, seen.n_points
    bound = {">": seen.highest, "<": seen.lowest}.get(judged.qualifier or "")
    said = (judged.because,) if judged.because else ()
    return Fit(
        model=question.model,
        status=judged.status,
        n_points=n,
        parameters=_parameters(question, seen, judged),
        residual_ss=ss,
        residual_sd=sqrt(ss / df),
        degrees_of_freedom=df,
        r_squared=1 - ss / seen.about_mean if seen.about_mean > 0 else None,
        aicc=aicc(ss, n, sum(seen.free)),
        qualifier=judged.qualifier,
        qualifier_bound=10**bound if bound is not None else None,
        remarks=said + (remarks(question, seen) if judged.status == "converged" else ()),
        band=drawn,
    )


def _judge(question: Question, seen: Evidence) -> Judgement:
    if (p := _flat_p(seen)) is not None:
        return _no_effect(question, seen, p)
    if (seen.bottom > seen.top) or _against(question.direction, seen.hill):
        return Judgement("ambiguous", None, _INVERTED)
    if (beyond := _beyond(question, seen)) is not None:
        return beyond
    if (doubt := _doubt(seen)) is not None:
        return Judgement("ambiguous", None, doubt, interval=seen.limits[0] != seen.limits[1])
    if seen.slope_at_limit:
        return Judgement("at_bound", None, _AT_BOUND.format(abs(seen.hill)), interval=True)
    if not seen.converged:
        return Judgement("not_converged", None, "The search did not come to rest at a minimum.")
    return Judgement("converged")


_INVERTED = "The response goes the other way than inhibition does: no IC50 is given."
_AT_BOUND = "The slope ran to its limit of {:.3g}: no IC50 is given."


def _flat_p(seen: Evidence) -> float | None:
    """p of the F test of the curve against a flat line at the mean; None where below 0.05."""
    if seen.about_mean <= 0:
        return 1.0
    df, between = seen.degrees_of_freedom, max(sum(seen.free) - 1, 1)
    left = seen.sum_of_squares / df
    gained = max(seen.about_mean - seen.sum_of_squares, 0.0) / between
    if gained >= f_limit(between, df, _NO_EFFECT_P) * left:
        return None
    return f_tail(gained / left, between, df)


def _against(direction: str | None, hill: float) -> bool:
    return (direction == "falling" and hill > 0) or (direction == "rising" and hill < 0)


def _inhibited(question: Question, response: float) -> float | None:
    """The share of the control range that this response is inhibited by; None: no controls.

    The controls are the fixed plateaus, or 100 and 0 where the response is in percent. Where the
    direction is not known the response is taken to fall, as percent specific does.
    """
    fixed = question.fixed
    if question.units != "%" and not ("top" in fixed and "bottom" in fixed):
        return None
    top, bottom = fixed.get("top", 100.0), fixed.get("bottom", 0.0)
    share = (top - response) / (top - bottom)
    return 1 - share if question.direction == "rising" else share


def _no_effect(question: Question, seen: Evidence, p: float) -> Judgement:
    """A flat line: no inhibition, complete inhibition, or not to be told."""
    text = f"A flat line describes the points as well (F test, p = {p:.2g})"
    share, at_end = _inhibited(question, seen.mean), _inhibited(question, seen.means[-1])
    if share is None or at_end is None:
        none, full = seen.sum_of_squares > _SCATTER * seen.about_mean, False
    else:
        none = share < _CLEARLY and at_end < _HALF
        full = share > 1 - _CLEARLY and question.direction is not None
    if none:
        return Judgement("ambiguous", ">", f"{text}: no effect at any concentration.", True)
    if full:
        return Judgement("ambiguous", "<", f"{text}: full effect at every concentration.", True)
    return Judgement("ambiguous", None, f"{text}, yet not at a control: no IC50 is given.", True)


def _beyond(question: Question, seen: Evidence) -> Judgement | None:
    """``>`` or ``<`` where the data do not contain the IC50.

    Where the controls are known they decide whether the curve came down by half; otherwise the
    place of the IC50 between the fitted plateaus does.
    """
    low, high = seen.limits
    at_end = _inhibited(question, _curve_at(seen, seen.highest))
    at_start = _inhibited(question, _curve_at(seen, seen.lowest))
    not_down = seen.log10_ic50 > seen.highest if at_end is None else at_end < _HALF
    already = seen.log10_ic50 < seen.lowest if at_start is None else at_start > _HALF
    if not_down and (isnan(high) or high > seen.highest + _MAX_BEYOND_DECADES):
        return Judgement("ambiguous", ">", _NOT_DOWN)
    if already and (isnan(low) or low < seen.lowest - _MAX_BEYOND_DECADES):
        return Judgement("ambiguous", "<", _ALREADY_DOWN)
    return None


_NOT_DOWN = "The effect does not reach half within the tested range: the IC50 is above it."
_ALREADY_DOWN = "The effect is past half at the lowest concentration: the IC50 is below it."


def _curve_at(seen: Evidence, x: float) -> float:
    """``inhibition`` at one concentration, without numpy: it is asked for often."""
    exponent = LN10 * (seen.log10_ic50 - x) * seen.hill
    share = 1 / (1 + exp(min(max(exponent, -_LARGEST_EXPONENT), _LARGEST_EXPONENT)))
    return seen.top * share + seen.bottom * (1 - share)


def _doubt(seen: Evidence) -> str | None:
    """Why the IC50 is not determined, if it is not."""
    low, high = seen.limits
    worst = max(d for d, free in zip(seen.dependency, seen.free, strict=True) if free)
    vague = worst > _MAX_DEPENDENCY or seen.stderr[0] > _MAX_STDERR_DECADES
    if vague and abs(seen.hill) > _STEP:
        return "The curve is a step between two concentrations: its slope and IC50 are not settled."
    if vague:
        return "The parameters cannot be told apart: others fit as well."
    if isnan(low) and isnan(high):
        return "The IC50 has neither a lower nor an upper limit: the plateaus are missing."
    if isnan(low) or isnan(high):
        return f"The IC50 has no {'lower' if isnan(low) else 'upper'} limit: a plateau is missing."
    if high - low > _MAX_WIDTH_DECADES:
        return f"The 95 % interval of the IC50 spans {high - low:.1f} decades."
    if high > seen.highest + _MAX_BEYOND_DECADES or low < seen.lowest - _MAX_BEYOND_DECADES:
        return "The 95 % interval of the IC50 reaches more than a decade beyond the tested range."
    return None


def _unit(unit: str, question: Question) -> str:
    return question.units if unit == "response" else unit


def _parameters(question: Question, seen: Evidence, judged: Judgement) -> dict[str, Parameter]:
    """Numbers where they may be given; None where the data do not hold them."""
    given = {name: _parameter(question, seen, row, judged) for row, name in enumerate(_NAMES)}
    return {"ic50": _ic50(given["log10_ic50"]), **given}


def _parameter(question: Question, seen: Evidence, row: int, judged: Judgement) -> Parameter:
    name = _NAMES[row]
    unit = _unit(MODELS[question.model].parameters[name], question)
    value, stderr = seen.values[row], seen.stderr[row]
    if not seen.free[row]:
        return Parameter(question.fixed.get(name, value), unit, fixed=True)
    if judged.status != "converged":
        return _withheld(seen, row, unit, judged)
    if row == 0:
        return Parameter(value, unit, stderr, _open(seen.limits), "profile")
    return Parameter(value, unit, stderr, _asymptotic(seen, row), "asymptotic")


def _withheld(seen: Evidence, row: int, unit: str, judged: Judgement) -> Parameter:
    """What is left of a parameter when the fit is no answer: an interval, a plateau well seen."""
    value, stderr = seen.values[row], seen.stderr[row]
    if row == 0 and judged.interval:
        return Parameter(None, unit, None, _open(seen.limits), "profile")
    seen_well = stderr < _PLATEAU_KNOWN * abs(seen.top - seen.bottom)
    if row < 2 or judged.flat or not seen_well or seen.dependency[row] > _MAX_DEPENDENCY:
        return Parameter(None, unit)
    return Parameter(value, unit, stderr, _asymptotic(seen, row), "asymptotic")


def _open(limits: tuple[float, float]) -> Interval:
    low, high = limits
    return (None if isnan(low) else low, None if isnan(high) else high)


def _asymptotic(seen: Evidence, row: int) -> Interval:
    half = t_quantile(seen.degrees_of_freedom) * seen.stderr[row]
    return seen.values[row] - half, seen.values[row] + half


def _ic50(logarithm: Parameter) -> Parameter:
    """The IC50 in M from its logarithm: limits exponentiated, stderr by the delta method."""
    value = 10**logarithm.value if logarithm.value is not None else None
    stderr = logarithm.stderr
    ends = logarithm.ci95
    return Parameter(
        value,
        "M",
        LN10 * value * stderr if value is not None and stderr is not None else None,
        (_antilog(ends[0]), _antilog(ends[1])) if ends is not None else None,
        logarithm.ci_method,
    )


def _antilog(end: float | None) -> float | None:
    return 10**end if end is not None else None
