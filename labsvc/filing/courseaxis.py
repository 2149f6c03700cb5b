"""The x axes of amounts: minutes, concentrations from zero on, or their logarithm."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from labsvc.filing.axes import Scale, linear_ticks, log_ticks
from labsvc.filing.grid import Label
from labsvc.model.notation import molar, significant

_STEPS = 120
_ZERO_BELOW = 0.7  # decades left of the lowest concentration, where 0 stands on a logarithmic axis
_UNITS = ((1e-3, "mM"), (1e-6, "µM"), (1e-9, "nM"), (1e-12, "pM"))


@dataclass(frozen=True, slots=True)
class Across:
    """An x axis. ``zero`` is where 0 stands on a logarithmic one (log10 M); None: it is linear."""

    scale: Scale
    title: str
    ticks: tuple[Label, ...]
    unit: str
    size: float = 1.0
    zero: float | None = None

    def pixel(self, x: float) -> float:
        """Where a value (M or minutes) stands."""
        if self.zero is None:
            return self.scale(x)
        return self.scale(math.log10(x) if x > 0 else self.zero)

    def says(self, x: float) -> str:
        """A value in words: ``5 min``, ``1 nM``."""
        if self.zero is not None:
            return molar(x)
        return f"{significant(x / self.size)} {self.unit}"

    def along(self, until: float | None = None) -> Any:
        """Values from one end of the axis to the other, or to ``until``: (points,)."""
        if self.zero is None:
            return np.linspace(0.0, self.scale.high if until is None else until, _STEPS)
        return 10.0 ** np.linspace(self.zero, self.scale.high, _STEPS)


def minutes_axis(values: Iterable[float], start: float, end: float) -> Across:
    """From 0 to the last time."""
    scale = Scale(0.0, _most(values) * 1.04, start, end)
    return Across(scale, "time (min)", _linear(scale, 1.0), "min")


def dose_axis(values: Iterable[float], start: float, end: float) -> Across:
    """From 0 to the highest concentration, in the unit that suits it."""
    most = _most(values)
    size, unit = next((one for one in _UNITS if most >= one[0]), _UNITS[-1])
    scale = Scale(0.0, most * 1.04, start, end)
    return Across(scale, f"concentration ({unit})", _linear(scale, size), unit, size)


def log_axis(values: Sequence[float], start: float, end: float) -> Across:
    """Decades, with 0 below the lowest."""
    logs = [math.log10(one) for one in values if one > 0] or [-9.0]
    low, high = min(logs), max(logs) + 0.2
    zero = low - _ZERO_BELOW
    scale = Scale(zero - 0.1, high, start, end)
    ticks = tuple(
        Label(round(scale(tick.value), 1), tick.label)
        for tick in log_ticks(low - 0.2, high) if tick.label
    )  # fmt: skip
    first = (Label(round(scale(zero), 1), "0"),) if 0 in values else ()
    return Across(scale, "unlabelled ligand", (*first, *ticks), "", zero=zero)


def _most(values: Iterable[float]) -> float:
    return max(values, default=0.0) or 1.0


def _linear(scale: Scale, size: float) -> tuple[Label, ...]:
    return tuple(
        Label(round(scale(tick.value * size), 1), tick.label)
        for tick in linear_ticks(0.0, scale.high / size)
    )
