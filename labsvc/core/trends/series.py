"""What a control chart is made of: the observations, the guide set, and what the rules say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Observation:
    """One filed number of one run. ``accepted``: the run may serve in a guide set."""

    run: str
    at: datetime
    value: float
    lots: Mapping[str, str] = field(default_factory=dict)
    accepted: bool = True


@dataclass(frozen=True, slots=True)
class Guide:
    """The mean and SD (above zero) that a series is held against. ``source`` says whose they are.

    ``runs`` are those it was made of; none when it was given.
    """

    mean: float
    sd: float
    source: str
    runs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Signal:
    """What one rule says of consecutive observations.

    ``first`` and ``last`` are their places in the series, from 0; ``runs`` the runs there, each
    once. ``warning``: to be looked at, no reason to reject.
    """

    rule: str
    first: int
    last: int
    runs: tuple[str, ...]
    sentence: str
    warning: bool = False


def runs_of(series: tuple[Observation, ...], first: int, last: int) -> tuple[str, ...]:
    """The runs of the observations from ``first`` to ``last``, each once, in order."""
    return tuple(dict.fromkeys(one.run for one in series[first : last + 1]))


def stretches(places: list[int]) -> list[tuple[int, int]]:
    """Ascending places as stretches of consecutive ones: 3, 4, 5, 9 is (3, 5) and (9, 9)."""
    found: list[tuple[int, int]] = []
    for place in places:
        if found and place == found[-1][1] + 1:
            found[-1] = (found[-1][0], place)
        else:
            found.append((place, place))
    return found
