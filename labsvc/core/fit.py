"""Inhibition curves in, fits out. Not converging, no effect, no end in sight are results.

Replicates are points: N counts them all. Standard errors belong to the parametrisation with
log10 IC50; the interval of the IC50 is the profile-likelihood interval of its logarithm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Literal, NamedTuple

from labsvc.core.fitting.batch.attempt import Key, Task, attempt
from labsvc.core.fitting.batch.collapse import Points, points
from labsvc.core.fitting.batch.outcome import outcomes, unanswered
from labsvc.core.fitting.curves import LOG_OF_ZERO, MODELS
from labsvc.core.fitting.evidence import Evidence, Question
from labsvc.errors import ConfigError
from labsvc.model.result import Fit

InhibitionModel = Literal["inhibition_3pl", "inhibition_4pl"]
Direction = Literal["falling", "rising"]

_FEWEST_CONCENTRATIONS = 4
_FEWEST_POINTS = 5
_MAY_BE_FIXED = ("top", "bottom", "hill")


class CurveData(NamedTuple):
    """The points of one curve.

    Concentrations in M, one per point, replicates listed separately; 0.0 is allowed and sits on
    the plateau. A NaN response is a masked or missing point. ``weights`` multiply the squared
    residuals. ``fixed`` holds ``top``, ``bottom`` (response units) or ``hill`` (negative for
    falling curves). ``direction`` says which way inhibition goes in these units, where known:
    percent specific falls, percent inhibition rises.
    """

    concentrations_m: tuple[float, ...]
    responses: tuple[float, ...]
    weights: tuple[float, ...] | None = None
    fixed: Mapping[str, float] = {}
    units: str = "%"
    direction: Direction | None = None


def fit_inhibition(model: InhibitionModel, curves: Sequence[CurveData]) -> tuple[Fit, ...]:
    """Fit every curve; the fits come in the order of the curves.

    Each is, to the bit, what it would be if the curve were fitted alone.

    Raises ConfigError where a ``fixed`` parameter is not one of the model's or not usable: no
    data, however odd, raise anything.
    """
    for curve in curves:
        _check(model, curve)
    read = [_points(curve) for curve in curves]
    tried: dict[int, dict[int, Evidence]] = {}
    for key, tasks in _grouped(model, curves, read).items():
        for task, evidence in zip(tasks, attempt(key, tasks, read), strict=True):
            tried.setdefault(task.curve, {})[task.sign] = evidence
    answered = sorted(tried)
    questions = [_question(model, curve) for curve in curves]
    seen = [_lower(tried[row]) for row in answered]
    fits = dict(zip(answered, outcomes([questions[row] for row in answered], seen), strict=True))
    return tuple(
        fits[row] if row in fits else _unanswered(question, read[row])
        for row, question in enumerate(questions)
    )


def _lower(tried: Mapping[int, Evidence]) -> Evidence:
    """Of falling (-1) and rising what comes nearer to the points; of equals the falling one."""
    best, *others = (tried[sign] for sign in sorted(tried))
    for one in others:
        best = one if one.sum_of_squares < best.sum_of_squares * (1 - 1e-9) else best
    return best


def _check(model: str, curve: CurveData) -> None:
    if model not in MODELS:
        raise ConfigError(f"model: found {model!r}, expected one of {', '.join(sorted(MODELS))}")
    for name, value in curve.fixed.items():
        if name not in _MAY_BE_FIXED:
            raise ConfigError(
                f"fixed: found {name!r}, expected one of {', '.join(_MAY_BE_FIXED)} for {model}"
            )
        if not isfinite(value) or (name == "hill" and value == 0):
            raise ConfigError(f"fixed: found {name} = {value!r}, expected a number that is usable")
    if "top" in curve.fixed and curve.fixed["top"] == curve.fixed.get("bottom"):
        raise ConfigError(f"fixed: found top = bottom = {curve.fixed['top']!r}: that is no curve")
    lengths = {
        len(curve.concentrations_m),
        len(curve.responses),
        len(curve.weights or curve.responses),
    }
    if len(lengths) > 1:
        raise ConfigError(
            f"curve: found {len(curve.concentrations_m)} concentrations and "
            f"{len(curve.responses)} responses, expected one response and one weight for each"
        )


def _points(curve: CurveData) -> Points:
    weights = curve.weights if curve.weights is not None else (1.0,) * len(curve.responses)
    return points(curve.concentrations_m, curve.responses, weights)


def _question(model: str, curve: CurveData) -> Question:
    return Question(model, curve.fixed, curve.units, _direction(curve))


def _unanswered(question: Question, read: Points) -> Fit:
    x = read.layout.x
    return unanswered(question, len(x), len(set(x)))


def _direction(curve: CurveData) -> Direction | None:
    """Which way inhibition goes: as given, else as the sign of a fixed slope says."""
    if curve.direction is not None or "hill" not in curve.fixed:
        return curve.direction
    return "falling" if curve.fixed["hill"] < 0 else "rising"


def _answerable(read: Points, parameters: int) -> bool:
    """Whether there are enough points at enough concentrations to fit anything at all."""
    x = read.layout.x
    places = set(x)
    return (
        len(x) >= max(_FEWEST_POINTS, parameters + 1)
        and len(places) >= _FEWEST_CONCENTRATIONS
        and len(places - {LOG_OF_ZERO}) >= _FEWEST_CONCENTRATIONS - 1
    )


def _grouped(
    model: str, curves: Sequence[CurveData], read: Sequence[Points]
) -> dict[Key, list[Task]]:
    """The attempts, by what lets them be solved together."""
    groups: dict[Key, list[Task]] = {}
    for row, curve in enumerate(curves):
        for task in _tasks(model, row, curve):
            free = 1 + (task.low is None) + (task.high is None) + (task.slope is None)
            if not _answerable(read[row], free):
                continue
            key = Key(
                read[row].layout, task.sign, task.low is not None, task.high is not None, task.slope
            )
            groups.setdefault(key, []).append(task)
    return groups


def _tasks(model: str, row: int, curve: CurveData) -> list[Task]:
    """One attempt where both plateaus are free: top and bottom are then named by the data.

    Where a plateau is fixed, falling and rising curves are different curves: both are tried,
    unless the direction is known.
    """
    top, bottom, hill = (curve.fixed.get(name) for name in ("top", "bottom", "hill"))
    slope = abs(hill) if hill is not None else 1.0 if model == "inhibition_3pl" else None
    sign = {"falling": -1, "rising": 1, None: 0}[_direction(curve)]
    if hill is not None:
        sign = -1 if hill < 0 else 1
    signs = [sign] if sign or (top is None and bottom is None) else [-1, 1]
    return [
        Task(row, each, *((bottom, top) if each > 0 else (top, bottom)), slope) for each in signs
    ]
