"""A straight line: the linear phase of a time course, a standard curve."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from labsvc.core.fitting.curves import Array
from labsvc.core.models.model import Columns, Constants, Model, Numbers, Parameter, Values


def _line(p: Values, at: Columns, c: Constants) -> Numbers:
    return np.asarray(p["intercept"] + p["slope"] * at.x)


def _line_slopes(p: Values, at: Columns, c: Constants) -> tuple[Array, Mapping[str, Any]]:
    return p["intercept"] + p["slope"] * at.x, {"slope": at.x, "intercept": 1.0}


LINEAR = Model(
    name="linear",
    title="Straight line",
    formula="Y = intercept + slope * X",
    source="least squares",
    x="any",
    parameters=(
        Parameter("slope", "response/x", "change of Y for each unit of X", linear=True),
        Parameter("intercept", "response", "Y at X = 0", linear=True),
    ),
    curve=_line,
    slopes=_line_slopes,
    search=lambda at, y, c: {},
    asked="slope",
    notes=("A slope of 0 is an answer: no F test against a flat line is made.",),
)

MODELS = (LINEAR,)
