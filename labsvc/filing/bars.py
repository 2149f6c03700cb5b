"""Uptake tables as horizontal bars: one for each group of replicates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from labsvc.filing.axes import Scale, finite, linear_ticks
from labsvc.filing.grid import Label
from labsvc.filing.text import one_line, shorten
from labsvc.filing.wording import words
from labsvc.model.notation import significant
from labsvc.model.result import Group, Result

_WIDTH, _TOP, _ROW, _HEADING = 1070.0, 64.0, 20.0, 24.0
_LABELS, _VALUES = 300.0, 60.0  # pixels for the labels on the left and the figures on the right
_PREFERRED = ("fraction_of_vehicle", "fraction_of_added")
_ON_THE_BAR = ("compound", "concentration", "concentration_uM", "dmso_percent")


@dataclass(frozen=True, slots=True)
class Bar:
    """One group, ready to be drawn."""

    y: float
    label: str
    says: str
    known: bool
    x: float = 0.0
    width: float = 0.0
    spread: bool = False
    low: float = 0.0
    high: float = 0.0
    value: str = ""
    value_x: float = 0.0


def shown_value(groups: Sequence[Group]) -> str | None:
    """The value the bars show: fraction of vehicle, else of added, else the first there is."""
    names = [
        name
        for group in groups
        for name, value in group.values.items()
        if not name.startswith("sd_") and finite([value])
    ]
    return next((name for name in (*_PREFERRED, *names) if name in names), None)


def groups_values(result: Result, name: str) -> dict[str, Any]:
    """All that ``groups.svg.j2`` draws of the value ``name``."""
    groups = result.groups
    axis = Scale(*_range(groups, name), _LABELS, _WIDTH - _VALUES)
    varying = [key for key in _keys(groups) if len({one.keys.get(key) for one in groups}) > 1]
    bars, headings, y = [], [], _TOP + 4
    above: str | None = None
    for group in groups:
        heading = _heading(group, varying)
        if heading and heading != above:
            headings.append(Label(y + 17, shorten(heading, _WIDTH - 16, 12)))
            y += _HEADING
            above = heading
        bars.append(_bar(group, name, axis, y, _label(group, varying)))
        y += _ROW
    return {
        "title": f"{words(name)}, {one_line(result.title)[:200]}",
        "heading": f"{words(name)}{_spread_said(groups, name)}",
        "shared": shorten(_shared(groups), _WIDTH - 16, 12),
        "width": _WIDTH,
        "height": y + 30,
        "top": _TOP,
        "bottom": y + 4,
        "ticks": [Label(round(axis(tick.value), 1), tick.label)
                  for tick in linear_ticks(axis.low, axis.high, most=7)],
        "zero": round(axis(0.0), 1),
        "zero_label": _LABELS - 8,
        "whole": _whole(axis, name),
        "headings": headings,
        "bars": bars,
        "simulated": result.simulated,
    }  # fmt: skip


def _spread_said(groups: Sequence[Group], name: str) -> str:
    """Single wells have no SD, and no figure that speaks of one."""
    known = any(finite([group.values.get(f"sd_{name}")]) for group in groups)
    return ", mean ± SD of replicates" if known else ""


def _keys(groups: Sequence[Group]) -> list[str]:
    return list(dict.fromkeys(key for group in groups for key in group.keys))


def _range(groups: Sequence[Group], name: str) -> tuple[float, float]:
    ends = []
    for group in groups:
        value, spread = group.values.get(name), group.values.get(f"sd_{name}")
        ends += [(value or 0.0) + sign * (spread or 0.0) for sign in (-1, 1)] if value else []
    seen = [end for end in ends if math.isfinite(end)]
    low, high = min([0.0, *seen]), max([0.0, *seen])
    return (low, high * 1.02) if high > low else (0.0, 1.0)


def _bar(group: Group, name: str, axis: Scale, y: float, label: str) -> Bar:
    value, spread = group.values.get(name), group.values.get(f"sd_{name}")
    says = one_line(", ".join(f"{words(key)}: {text}" for key, text in group.keys.items()))[:600]
    if value is None or not math.isfinite(value):
        return Bar(y=y, label=label, says=f"{says}; no value", known=False, x=round(axis(0.0), 1))
    reach = spread if spread is not None and math.isfinite(spread) else 0.0
    start, end = sorted((axis(0.0), axis(value)))
    high = round(axis(value + reach), 1)
    return Bar(
        y=y, label=label, known=True, x=round(start, 1), width=round(end - start, 1),
        says=f"{says}; {words(name)} {significant(value)}, SD {significant(spread)}, n = {group.n}",
        spread=reach > 0, low=round(axis(value - reach), 1), high=high,
        value=significant(value), value_x=max(high, round(end, 1)) + 6,
    )  # fmt: skip


def _label(group: Group, varying: Sequence[str]) -> str:
    on_bar = [key for key in varying if key in _ON_THE_BAR] or list(varying)
    return shorten(", ".join(_said(group, key) for key in on_bar), _LABELS - 16, 12)


def _heading(group: Group, varying: Sequence[str]) -> str:
    if not any(key in _ON_THE_BAR for key in varying):
        return ""
    return " · ".join(_said(group, key) for key in varying if key not in _ON_THE_BAR)


def _said(group: Group, key: str) -> str:
    text = group.keys.get(key, "–")
    unit = {"concentration_uM": " µM", "dmso_percent": " % DMSO"}.get(key, "")
    return f"{text}{unit}"


def _shared(groups: Sequence[Group]) -> str:
    same = [key for key in _keys(groups) if len({one.keys.get(key) for one in groups}) == 1]
    return ", ".join(f"{words(key)}: {groups[0].keys[key]}" for key in same)


def _whole(axis: Scale, name: str) -> float | None:
    return round(axis(1.0), 1) if name == "fraction_of_vehicle" and axis.holds(1.0) else None
