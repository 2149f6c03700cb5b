"""The axes of a panel: their scales, ticks and labels, drawn once for all that share them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup

from labsvc.filing.axes import Scale, log_ticks, response_ticks
from labsvc.filing.place import Place
from labsvc.filing.render import render
from labsvc.filing.text import ours

_ZERO_ROOM = 34.0  # pixels left of the broken axis, where concentration 0 stands
_MARGIN_LEFT, _MARGIN_RIGHT, _MARGIN_BOTTOM = 56.0, 16.0, 30.0


@dataclass(frozen=True, slots=True)
class Label:
    """A tick in pixels; a minor tick says nothing."""

    at: float
    says: str


@dataclass(frozen=True, slots=True)
class Room:
    """The size of a panel and what it shares with its neighbours; ``header`` is for its texts."""

    width: float
    height: float
    header: float
    responses: tuple[float, float]
    percent: bool
    x_title: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """Axes with ticks and labels, in pixels from the panel's corner; ``svg`` draws them."""

    place: Place
    x_labels: tuple[Label, ...]
    y_labels: tuple[Label, ...]
    svg: Markup


@lru_cache(maxsize=64)  # the panels of a page mostly share one dilution series
def grid(room: Room, logs: tuple[float, float], *, has_zero: bool) -> Grid:
    """The axes of a panel that shows ``logs``, its range of log10 molar, and perhaps a zero."""
    left, right = _MARGIN_LEFT, room.width - _MARGIN_RIGHT
    top, bottom = room.header, room.height - _MARGIN_BOTTOM
    zero = left + _ZERO_ROOM / 2 if has_zero else None
    across = Scale(*logs, left + (_ZERO_ROOM if has_zero else 0.0), right)
    up = Scale(*room.responses, bottom, top)
    x_ticks = _concentrations(across)
    if zero is not None:
        x_ticks.insert(0, Label(zero, "0"))
    y_ticks = [
        Label(round(up(one.value), 1), one.label)
        for one in response_ticks(*room.responses, percent=room.percent)
    ]
    x_labels = tuple(one for one in x_ticks if one.says)
    y_labels = tuple(one for one in y_ticks if one.says)
    svg = render(
        "grid.svg.j2", left=left, right=right, top=top, bottom=bottom, zero=zero,
        ticks=_ticks(x_ticks, y_ticks, left, bottom), x_labels=x_labels, y_labels=y_labels,
        x_title=room.x_title,
    )  # fmt: skip
    return Grid(Place(across, up, zero), x_labels, y_labels, ours(svg))


def _concentrations(across: Scale) -> list[Label]:
    # A label such as "100 nM" needs some 46 pixels to stand clear of the next.
    most = max(int((across.end - across.start) / 46), 2)
    ticks = log_ticks(across.low, across.high, most=most)
    return [Label(round(across(one.value), 1), one.label) for one in ticks]


def _ticks(x_ticks: Sequence[Label], y_ticks: Sequence[Label], left: float, bottom: float) -> str:
    """Every tick in one path: long where it says something, short where it does not."""
    across = [f"M{one.at:.1f} {bottom}v{5 if one.says else 3}" for one in x_ticks]
    up = [f"M{left} {one.at:.1f}h{-5 if one.says else -3}" for one in y_ticks]
    return "".join(across + up)
