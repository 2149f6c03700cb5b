"""The laboratory's own history of its reference compound, continued by one run.

The history is of the days before: it is then the same for every plate of a day, in whatever order
they are filed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from labsvc.core.trends.chart import Chart, control_chart
from labsvc.core.trends.notes import Note
from labsvc.core.trends.series import Guide, Observation
from labsvc.model.result import Curve, Result

SHOWN = 40
"""So many of the newest runs are shown, and this run."""


@dataclass(frozen=True, slots=True)
class History:
    """What was filed of a compound's ``number`` (``ki``, ``ic50``) before today, as -log10.

    ``guide`` is the guide set, or why there is none; ``simulated``: of simulated runs.
    """

    compound: str
    number: str
    label: str
    series: tuple[Observation, ...]
    guide: Guide | str
    notes: tuple[Note, ...] = ()
    simulated: bool = False


def continued(history: History, result: Result, at: datetime) -> Chart | None:
    """The chart with this run at its end; None where the run has no such number, or is simulated
    and the history is not (or the reverse)."""
    value = _value(history, result)
    if value is None or result.simulated != history.simulated:
        return None
    earlier = tuple(one for one in history.series if one.run != result.run_id)
    this = Observation(result.run_id, at, value, result.lots)
    return control_chart((*earlier[-SHOWN:], this), history.guide, history.notes)


def _value(history: History, result: Result) -> float | None:
    found = [
        molar
        for curve in result.curves
        if curve.compound.casefold() == history.compound.casefold()
        if (molar := _molar(history.number, curve)) is not None and molar > 0
    ]
    return -math.log10(found[0]) if found else None


def _molar(number: str, curve: Curve) -> float | None:
    """The Ki or IC50; a bound is none."""
    if curve.fit is None or curve.fit.qualifier is not None:
        return None
    if number == "ki":
        return curve.ki.value if curve.ki else None
    found = curve.fit.parameters.get(number)
    return found.value if found else None
