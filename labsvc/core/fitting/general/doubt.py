"""Whether a fit is an answer: its status, and which of its parameters are known.

The rules are those of inhibition curves (``outcome``): nothing is given that the data do not hold.
A parameter is left out where others make up for it (dependency above 0.9999), its log10 has a
standard error above 2 or an interval above 2 decades, neither end of its interval is there, or it
ran to the end of where it is looked for. Where one end is open the fit is ambiguous; the value is
given with its half-open interval if it lies in the tested range, else ``>`` or ``<`` stand instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan

from labsvc.core.fitting.batch.limits import Numbers
from labsvc.core.models.model import PREFIX
from labsvc.core.models.shapes import BEYOND
from labsvc.model.result import FitStatus

_NO_EFFECT_P = 0.05
_MAX_DEPENDENCY = 0.9999
_MAX_DECADES = 2.0
_HALF = "Half open: "


@dataclass(frozen=True, slots=True)
class Verdict:
    """Of one series: its status and the reasons; ``given`` says which parameters have values."""

    status: FitStatus
    given: Mapping[str, bool]
    because: tuple[str, ...]


def judge(seen: Numbers, index: int, settled: bool) -> Verdict:
    plan, model = seen.plan, seen.plan.model
    values = plan.named(seen.minimum.values, index)
    nothing = dict.fromkeys(model.names, False)
    if seen.flat_p is not None and seen.flat_p > _NO_EFFECT_P:
        text = f"No effect describes the points as well (F test, p = {seen.flat_p:.2g})."
        return Verdict("ambiguous", nothing, (text,))
    if (text := model.nonsense(values) or "") and not plan.held.keys() >= set(model.names):
        return Verdict("ambiguous", nothing, (text,))
    if not (seen.minimum.converged and settled):
        return Verdict("not_converged", nothing, ("The search did not come to rest.",))
    found = {name: _doubt(seen, index, name) for name in model.names}
    pressed = _pressed(seen, index)
    given = {name: doubt is None or doubt.startswith(_HALF) for name, doubt in found.items()}
    because = tuple(doubt for doubt in found.values() if doubt)
    if pressed:
        return Verdict("at_bound", given, because)
    return Verdict("ambiguous" if because else "converged", given, because)


def _pressed(seen: Numbers, index: int) -> bool:
    free = seen.problem.free[seen.plan.slots[:, index]]
    return bool((seen.minimum.at_bound[seen.plan.slots[:, index]] & free).any())


def _doubt(seen: Numbers, index: int, name: str) -> str | None:
    """Why this parameter is not settled, if it is not."""
    place = seen.plan.slots[seen.plan.model.names.index(name), index]
    if not seen.problem.free[place]:
        return None
    if seen.minimum.at_bound[place]:
        return f"{name} ran to its limit of {seen.minimum.values[place]:.3g}."
    if seen.certainty.dependency[place] > _MAX_DEPENDENCY:
        return f"{name} cannot be told: other parameters make up for any change of it."
    return _doubt_of_ends(seen, index, name, int(place))


def _doubt_of_ends(seen: Numbers, index: int, name: str, place: int) -> str | None:
    low, high, log = seen.low[place], seen.high[place], name.startswith(PREFIX)
    if isnan(low) and isnan(high):
        return f"{name} has neither a lower nor an upper limit."
    if log and seen.stderr[place] > _MAX_DECADES:
        return f"{name} has a standard error of {seen.stderr[place]:.1f} decades."
    if isnan(low) or isnan(high):
        side = "lower" if isnan(low) else "upper"
        half = _HALF if _tested(seen, index, name, float(seen.minimum.values[place])) else ""
        return f"{half}{name} has no {side} limit."
    if log and high - low > _MAX_DECADES:
        return f"The 95 % interval of {name} spans {high - low:.1f} decades."
    return None


def _tested(seen: Numbers, index: int, name: str, value: float) -> bool:
    """Whether the parameter asked for lies in the tested range; the others go by it."""
    model, spans = seen.plan.model, seen.plan.ranges[index]
    if name != model.asked and model.asked in spans:
        place = seen.plan.slots[model.names.index(model.asked), index]
        name, value = model.asked, float(seen.minimum.values[place])
    if name not in spans or not name.startswith(PREFIX):
        return True
    return spans[name].low + BEYOND <= value <= spans[name].high - BEYOND
