"""The covariance of any fit's parameters, and the 95 % confidence band of its curve.

By the delta method, from the covariance ``(J'J)^-1 s^2``: the band of GraphPad Prism and of R's
``predict(interval = "confidence")`` on a linear model. Inhibition curves of ``core.fit`` bring
theirs along.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from labsvc.core.fitting.curves import Array
from labsvc.core.fitting.general.certainty import certainty
from labsvc.core.fitting.general.joint import Layout, Series, predictor
from labsvc.core.fitting.general.leastsquares import Problem, look
from labsvc.core.fitting.general.question import ask
from labsvc.core.fitting.general.reweight import Weights, fit_weighted
from labsvc.core.fitting.regression import DataSet, planned, series_of, too_few
from labsvc.core.fitting.student import t_quantile
from labsvc.core.models import Columns


@dataclass(frozen=True, slots=True, eq=False)
class ErrorBand:
    """The curve at the places asked for: ``value``, ``low`` and ``high`` (places,), response units.

    ``covariance`` (parameters, parameters) is that of ``names``, as they are fitted (``log10_kd``):
    those that are free and at no bound.
    """

    value: Array
    low: Array
    high: Array
    names: tuple[str, ...]
    covariance: Array


def error_band(
    model: str,
    points: DataSet,
    x: Sequence[float],
    *,
    conc: Sequence[float] | None = None,
    kind: Sequence[str] | None = None,
    fixed: Mapping[str, float] | None = None,
    constants: Mapping[str, float] | None = None,
    weights: Weights = "none",
    free: Sequence[str] = (),
) -> ErrorBand | None:
    """The band of ``regression.fit`` asked the same, at ``x`` (with ``conc`` and ``kind``).

    None where there are too few points, or the data do not determine every parameter. Raises
    ConfigError as ``fit`` does.
    """
    question = ask(model, fixed or {}, constants or {}, weights, free, ())
    plan = planned(question, [series_of(question, "", points)])
    if too_few(plan) is not None:
        return None
    task, minimum, _ = fit_weighted(plan, question.weights)
    moving = np.asarray(task.free & ~minimum.at_bound)
    unscaled = certainty(minimum.look.jacobian, moving).unscaled[np.ix_(moving, moving)]
    if not np.isfinite(unscaled).all():
        return None
    df = task.count - int(task.free.sum())
    covariance = unscaled * (minimum.sum_of_squares / df)
    seen = look(_elsewhere(task, plan, x, conc, kind), minimum.values)
    gradient = seen.jacobian[:, moving]
    half = t_quantile(df) * np.sqrt(np.einsum("ni,ij,nj->n", gradient, covariance, gradient))
    names = tuple(
        name for name, place in zip(plan.model.names, plan.slots[:, 0], strict=True)
        if moving[place]
    )  # fmt: skip
    return ErrorBand(
        seen.residuals, seen.residuals - half, seen.residuals + half, names, covariance
    )


def _elsewhere(
    task: Problem, plan: Layout, x: Sequence[float], conc: Sequence[float] | None,
    kind: Sequence[str] | None,
) -> Problem:  # fmt: skip
    """The same curve at other places: with responses of 0 its residuals are its values."""
    count = len(x)
    if conc is None and "conc" in plan.constants:
        conc = (plan.constants["conc"],) * count
    columns = Columns(
        np.array(x, dtype=np.float64),
        None if conc is None else np.array(conc, dtype=np.float64),
        None if kind is None else np.array(kind, dtype=np.str_),
    )
    there = replace(plan, series=(Series("", columns, np.zeros(count), np.ones(count)),))
    ones = np.ones(count)
    return replace(
        task, predict=predictor(there), derive=None, y=np.zeros(count), root_weights=ones
    )
