"""Changes of lots along a series, and which of them stands near the start of a shift."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from labsvc.core.trends.series import Observation

NEAR = 3
"""A change point is known to a few runs only: this many to either side are named."""


@dataclass(frozen=True, slots=True)
class LotChange:
    """From the observation at ``place`` on another lot of ``what`` was used."""

    place: int
    what: str
    before: str
    after: str


def lot_changes(series: Sequence[Observation]) -> tuple[LotChange, ...]:
    """Every change, in order. A run whose lot was not written down changes nothing."""
    known: dict[str, str] = {}
    found: list[LotChange] = []
    before: Mapping[str, str] = {}
    for place, one in enumerate(series):
        if one.lots == before:  # nearly always
            continue
        found += _changes(place, known, one.lots)
        known.update({what: lot for what, lot in one.lots.items() if lot})
        before = one.lots
    return tuple(found)


def _changes(place: int, known: Mapping[str, str], lots: Mapping[str, str]) -> list[LotChange]:
    return [
        LotChange(place, what, known[what], lot)
        for what, lot in lots.items()
        if lot and known.get(what, lot) != lot
    ]


def changed_near(changes: Sequence[LotChange], series: Sequence[Observation], place: int) -> str:
    """Those of ``changes`` within ``NEAR`` runs of ``place``, as the end of a sentence."""
    told = [
        f"the {one.what} changed from {one.before} to {one.after} at run {series[one.place].run}"
        for one in changes
        if abs(one.place - place) <= NEAR
    ]
    return f"; {', '.join(told)}" if told else ""
