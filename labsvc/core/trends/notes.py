"""What people noted along a series (a service of the counter, a new detector), by its day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from labsvc.core.trends.lots import NEAR
from labsvc.core.trends.series import Observation


@dataclass(frozen=True, slots=True)
class Note:
    """Something that happened on a day (UTC)."""

    on: date
    text: str


@dataclass(frozen=True, slots=True)
class NotedAt:
    """A note, and the first observation (``place``) that was filed on its day or later."""

    place: int
    text: str


def placed_notes(notes: Iterable[Note], series: Sequence[Observation]) -> tuple[NotedAt, ...]:
    """Those within the series, in its order; what came before or after it is left out."""
    found = []
    for note in sorted(notes, key=lambda one: one.on):
        later = (at for at, one in enumerate(series) if one.at.date() >= note.on)
        place = next(later, None)
        if place is not None and note.on >= series[0].at.date():
            found.append(NotedAt(place, note.text))
    return tuple(found)


def noted_near(notes: Sequence[NotedAt], place: int) -> str:
    """Those within ``NEAR`` runs of ``place``, as the end of a sentence."""
    near = [one.text.rstrip(".") for one in notes if abs(one.place - place) <= NEAR]
    return f"; noted there: {', '.join(near)}" if near else ""
