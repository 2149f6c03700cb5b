"""Plain sentences on a converged inhibition curve: what a chemist would want pointed out.

Limits: hill outside -1.5..-0.7 (one-site binding expects -1); plateaus within 20 % of the control
range (Assay Guidance Manual, radioligand inhibition); at least two concentrations beyond each bend
(Sebaugh, Pharm Stat 2011;10:128).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from math import log10

from labsvc.core.fitting.evidence import Evidence, Question

_STEEP, _SHALLOW = 1.5, 0.7
_CONTROL_MARGIN = 20.0
# Where a logistic curve bends most: log10(4.6805)/|hill| decades from its middle
# (Sebaugh & McCray, Pharm Stat 2003;2:167).
_BEND = log10(4.6805)
_BEYOND_BEND = 2


def remarks(question: Question, seen: Evidence) -> tuple[str, ...]:
    """One sentence for each thing that is out of the ordinary."""
    return (
        *_slope(seen),
        *_range(seen),
        *_plateaus_reached(seen),
        *_controls(question, seen),
    )


def _slope(seen: Evidence) -> Iterator[str]:
    if abs(seen.hill) > _STEEP:
        yield (
            f"The slope is steep (hill {seen.hill:.2f}): aggregation, poor solubility or "
            "depletion of the ligand are possible."
        )
    if abs(seen.hill) < _SHALLOW:
        yield (
            f"The slope is shallow (hill {seen.hill:.2f}): two sites, allostery or "
            "an unfinished equilibrium are possible."
        )


def _range(seen: Evidence) -> Iterator[str]:
    if not seen.lowest <= seen.log10_ic50 <= seen.highest:
        yield (
            f"The IC50 of {10**seen.log10_ic50:.3g} M is outside the tested range of "
            f"{10**seen.lowest:.3g} to {10**seen.highest:.3g} M."
        )


def _plateaus_reached(seen: Evidence) -> Iterator[str]:
    """Only plateaus that were fitted need points on them."""
    reach = _BEND / abs(seen.hill)
    below = bisect_right(seen.tested, seen.log10_ic50 - reach)
    above = len(seen.tested) - bisect_left(seen.tested, seen.log10_ic50 + reach)
    falling = seen.hill < 0
    counts = {"top": below if falling else above, "bottom": above if falling else below}
    for (name, count), free in zip(counts.items(), seen.free[2:], strict=True):
        if free and count < _BEYOND_BEND:
            yield (
                f"The {name} plateau is not reached: {count or 'no'} "
                f"concentration{' lies' if count else 's lie'} beyond its bend, 2 are wanted."
            )


def _controls(question: Question, seen: Evidence) -> Iterator[str]:
    if question.units != "%":
        return
    for name, value, control in (("top", seen.top, 100.0), ("bottom", seen.bottom, 0.0)):
        if name not in question.fixed and abs(value - control) > _CONTROL_MARGIN:
            yield (
                f"The {name} plateau of {value:.1f} % is more than 20 % of the control range "
                f"from {control:.0f} %."
            )
