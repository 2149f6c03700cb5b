"""The axes of a panel: their scales, ticks and labels, drawn once for all that share them.

They are written here and not by a template: a plate's own responses ask for new ones each time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from labsvc.filing.axes import Scale, log_range, log_ticks, response_ticks
from labsvc.filing.place import Place

_ZERO_ROOM = 34.0  # pixels left of the broken axis, where concentration 0 stands
_MARGIN_LEFT, _MARGIN_RIGHT, _MARGIN_BOTTOM = 56.0, 16.0, 30.0


class Label(NamedTuple):
    """A tick in pixels; a minor tick says nothing."""

    at: float
    says: str


class Room(NamedTuple):
    """The size of a panel and what it shares with its neighbours; ``header`` is for its texts."""

    width: float
    height: float
    header: float
    responses: tuple[float, float]
    percent: bool


@dataclass(frozen=True, slots=True)
class Grid:
    """Axes with ticks and labels, in pixels from the panel's corner.

    ``svg`` draws them, to be written once in a figure; ``drawn`` is what each panel says instead.
    """

    place: Place
    x_labels: tuple[Label, ...]
    y_labels: tuple[Label, ...]
    svg: str
    drawn: str


@lru_cache(maxsize=64)  # the panels of a page mostly share one dilution series
def grid(room: Room, molars: frozenset[float | None]) -> Grid:
    """The axes of a panel that shows these concentrations, a zero left of a break."""
    left, right = _MARGIN_LEFT, room.width - _MARGIN_RIGHT
    foot = room.height - _MARGIN_BOTTOM
    zero = left + _ZERO_ROOM / 2 if 0 in molars else None
    across = Scale(*log_range(molars), left + (_ZERO_ROOM if 0 in molars else 0.0), right)
    up = Scale(*room.responses, foot, room.header)
    x_labels, x_svg = _across(across, foot, zero)
    y_labels, y_svg = _up(up, left, right, percent=room.percent)
    svg = f"{y_svg}{x_svg}"
    # One look, one name: several figures may stand in one page, each with its axes.
    name = f"axes-{hashlib.sha256(svg.encode()).hexdigest()[:12]}"
    return Grid(
        Place(across, up, zero), x_labels, y_labels,
        svg=f'<g id="{name}">\n{svg}</g>\n', drawn=f'<use xlink:href="#{name}"/>\n',
    )  # fmt: skip


@lru_cache(maxsize=64)  # the same for all plates of one dilution series
def _across(across: Scale, foot: float, zero: float | None) -> tuple[tuple[Label, ...], str]:
    """The concentration axis: its labels, and as SVG."""
    ticks = _concentrations(across)
    if zero is not None:
        ticks.insert(0, Label(zero, "0"))
    labels = tuple([one for one in ticks if one.says])
    marks = "".join([f"M{one.at:g} {foot:g}v{5 if one.says else 3}" for one in ticks])
    below = f'y="{foot + 18:g}"'
    said = "".join([f'<text x="{one.at:g}" {below}>{one.says}</text>\n' for one in labels])
    return labels, (
        f'<path d="{marks}" stroke="#6b7280" fill="none"/>\n{_break(zero, foot)}'
        f'<g font-size="11" fill="#374151" text-anchor="middle">\n{said}</g>\n'
    )


def _concentrations(across: Scale) -> list[Label]:
    # A label such as "100 nM" needs some 46 pixels to stand clear of the next.
    most = max(int((across.end - across.start) / 46), 2)
    ticks = log_ticks(across.low, across.high, most=most)
    return [Label(round(across(one.value), 1), one.label) for one in ticks]


def _break(zero: float | None, foot: float) -> str:
    """Where the axis is broken, between concentration 0 and the first decade."""
    if zero is None:
        return ""
    stroke = f"{foot + 5:g}l4 -10m4 0l-4 10"
    return (
        f'<path d="M{zero + 11:g} {stroke}" stroke="#ffffff" stroke-width="5"/>\n'
        f'<path d="M{zero + 9:g} {stroke}" stroke="#6b7280" fill="none"/>\n'
    )


def _up(up: Scale, left: float, right: float, *, percent: bool) -> tuple[tuple[Label, ...], str]:
    """The response axis with its lines across the panel: its labels, and as SVG."""
    ticks = [
        Label(round(up(one.value), 1), one.label)
        for one in response_ticks(up.low, up.high, percent=percent)
    ]
    labels = tuple([one for one in ticks if one.says])
    return labels, (
        f'<path d="{_lines(labels, left, right)}" stroke="#e5e7eb" fill="none"/>\n'
        f'<path d="M{left:g} {up.end:g}V{up.start:g}H{right:g}{_ticks(ticks, left)}" '
        'stroke="#6b7280" fill="none"/>\n'
        f'<g font-size="11" fill="#374151" text-anchor="end">\n{_said(labels, left - 8)}</g>\n'
    )


def _lines(labels: Sequence[Label], left: float, right: float) -> str:
    return "".join([f"M{left:g} {one.at:g}H{right:g}" for one in labels])


def _ticks(ticks: Sequence[Label], left: float) -> str:
    """Long where a tick says something, short where it does not."""
    return "".join([f"M{left:g} {one.at:g}h{-5 if one.says else -3}" for one in ticks])


def _said(labels: Sequence[Label], x: float) -> str:
    texts = [f'<text x="{x:g}" y="{one.at + 4:g}">{one.says}</text>\n' for one in labels]
    return "".join(texts)
