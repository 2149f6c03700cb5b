"""The models as pure functions: formula, gradient, parameters, units, source.

Sign of the slope, as in GraphPad Prism: ``hill`` is negative where the response falls with
concentration (percent specific, percent of control) and positive where it rises (percent
inhibition). ``top`` is the higher plateau, ``bottom`` the lower one, in both cases. R's drc
writes the same curve (LL.4) with ``b = -hill`` and ``e = ic50``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
A = TypeVar("A", bound=NDArray[Any])

LN10 = float(np.log(10.0))

# log10 of a zero concentration: so low that the curve is exactly its plateau at every slope
# allowed here, and finite, so that 0 x infinity never arises.
LOG_OF_ZERO = -1e6

# exp() stays inside the range of a float up to here.
_LARGEST_EXPONENT = 700.0


@dataclass(frozen=True, slots=True)
class Model:
    """What one model is: its names are those of the fit's JSON.

    ``parameters`` maps a name to its unit; ``response`` stands for the unit of the data.
    """

    name: str
    title: str
    formula: str
    parameters: Mapping[str, str]
    source: str


def distinct(values: A) -> A:
    """Each value once, in order. Asked for no index, numpy loads its masked arrays: 2 MB."""
    return np.unique(values, return_index=True)[0]  # type: ignore[return-value]


def _inhibition_model(name: str, title: str, slope: str) -> Model:
    return Model(
        name=name,
        title=title,
        formula=f"Y = bottom + (top - bottom) / (1 + 10^((log10_ic50 - X) * hill)){slope}",
        parameters=MappingProxyType(
            {
                "ic50": "M",
                "log10_ic50": "log10 M",
                "hill": "",
                "top": "response",
                "bottom": "response",
            }
        ),
        source="GraphPad Prism, log(inhibitor) vs. response; X is log10 of the concentration in M",
    )


MODELS: Mapping[str, Model] = MappingProxyType(
    {
        "inhibition_3pl": _inhibition_model(
            "inhibition_3pl", "Inhibition, standard slope", ", hill = -1 (falling) or +1 (rising)"
        ),
        "inhibition_4pl": _inhibition_model("inhibition_4pl", "Inhibition, variable slope", ""),
    }
)


def log10_molar(concentrations_m: ArrayLike) -> Array:
    """log10 of concentrations in M; a zero concentration becomes ``LOG_OF_ZERO``."""
    molar = np.asarray(concentrations_m, dtype=np.float64)
    return np.where(molar > 0, np.log10(np.where(molar > 0, molar, 1.0)), LOG_OF_ZERO)


def fractions(x: Array, log10_ic50: Array, hill: Array) -> tuple[Array, Array]:
    """The share of ``top`` at x, and the share of ``bottom``: both without cancellation."""
    exponent = LN10 * (log10_ic50 - x) * hill
    odds = np.exp(np.minimum(np.maximum(exponent, -_LARGEST_EXPONENT), _LARGEST_EXPONENT))
    share = 1.0 / (1.0 + odds)
    return share, odds * share


def inhibition(
    x: ArrayLike, log10_ic50: ArrayLike, hill: ArrayLike, top: ArrayLike, bottom: ArrayLike
) -> Array:
    """The curve at x (log10 M): ``bottom + (top-bottom)/(1+10^((log10_ic50-x)*hill))``.

    Arguments broadcast. Source: GraphPad Prism, log(inhibitor) vs. response, variable slope.
    """
    share, rest = fractions(np.asarray(x), np.asarray(log10_ic50), np.asarray(hill))
    return np.asarray(top) * share + np.asarray(bottom) * rest


def inhibition_gradient(
    x: ArrayLike, log10_ic50: ArrayLike, hill: ArrayLike, top: ArrayLike, bottom: ArrayLike
) -> Array:
    """The derivatives by log10_ic50, hill, top and bottom, along a new first axis of 4."""
    return inhibition_with_gradient(x, log10_ic50, hill, top, bottom)[1]


def inhibition_with_gradient(
    x: ArrayLike, log10_ic50: ArrayLike, hill: ArrayLike, top: ArrayLike, bottom: ArrayLike
) -> tuple[Array, Array]:
    """``inhibition`` and ``inhibition_gradient`` at once."""
    at, middle, slope = np.asarray(x), np.asarray(log10_ic50), np.asarray(hill)
    above, below = np.asarray(top), np.asarray(bottom)
    share, rest = fractions(at, middle, slope)
    steepness = -LN10 * (above - below) * share * rest
    gradient = np.array([steepness * slope, steepness * (middle - at), share, rest])
    return above * share + below * rest, gradient
