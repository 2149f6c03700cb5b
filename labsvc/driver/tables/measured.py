"""What was measured at one place: figures by channel, and whether it was counted at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from labsvc.driver.tables.cells import name
from labsvc.driver.tables.figures import Value, figure, spelled
from labsvc.driver.tables.spec import ChannelSpec, TableSpec
from labsvc.model.run import Channel, State

Place = tuple[int, str]
"""Which figure: the channel (from 0) and its quantity (``cpm``)."""


@dataclass(frozen=True, slots=True)
class Measured:
    """``marks``: by column or grid, what was printed in place of a figure."""

    channels: tuple[Channel, ...]
    state: State
    marks: Mapping[str, str]


def measured(found: Mapping[Place, tuple[str, Value]], spec: TableSpec, line: int) -> Measured:
    """From the cells (each with the name of its column or grid); ParseError for no figure."""
    figures: dict[Place, float] = {}
    marks: dict[str, str] = {}
    overflowed = False
    for place, (where, value) in found.items():
        text = spelled(value)
        alike = name(text)
        if alike in _alike(spec.overflow):
            overflowed, marks[where] = True, text
        elif alike in _alike(spec.not_counted):
            marks[where] = text
        else:
            figures[place] = figure(value, spec.decimal, line=line, what=where)
    kept = {where: text for where, text in marks.items() if text}
    if overflowed:
        return Measured(_channels(spec, found, figures), State.OVERFLOW, kept)
    if not figures:
        return Measured((), State.NOT_COUNTED, kept)
    return Measured(_channels(spec, found, figures), State.COUNTED, kept)


@cache
def _alike(markers: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(name, markers))


def _channels(
    spec: TableSpec, found: Mapping[Place, object], figures: Mapping[Place, float]
) -> tuple[Channel, ...]:
    there = {channel for channel, _ in found}
    return tuple(
        _channel(one, {q: figures.get((number, q)) for q in one.quantities})
        for number, one in enumerate(spec.channels)
        if number in there
    )


def _channel(spec: ChannelSpec, figures: Mapping[str, float | None]) -> Channel:
    return Channel(
        name=spec.name,
        nuclide=spec.nuclide,
        counts=figures.get("counts"),
        cpm=figures.get("cpm"),
        dpm=figures.get("dpm"),
        error_2sigma_percent=figures.get("error_2sigma_percent"),
        efficiency_percent=figures.get("efficiency_percent"),
        corrected=spec.corrected,
    )
