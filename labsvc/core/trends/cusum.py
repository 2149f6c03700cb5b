"""The tabular CUSUM: what adds up on one side, and since when.

C+(i) = max(0, C+(i-1) + z(i) - K), C-(i) = max(0, C-(i-1) - z(i) - K), a signal above H; z in SD
of the guide set. Page, Biometrika 1954;41:100; Montgomery, Introduction to Statistical Quality
Control, with K 0.5 and H 5. The shift began after the last run at which the sum was zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from labsvc.core.trends.guides import scores
from labsvc.core.trends.lots import LotChange, changed_near, lot_changes
from labsvc.core.trends.notes import NotedAt, noted_near
from labsvc.core.trends.series import Guide, Observation, Signal, runs_of, stretches
from labsvc.core.trends.westgard import named


@dataclass(frozen=True, slots=True)
class Cusum:
    """The sums above and below after each observation, in SD; ``limit`` is H."""

    above: tuple[float, ...]
    below: tuple[float, ...]
    limit: float
    signals: tuple[Signal, ...]


def cusum(
    series: tuple[Observation, ...],
    guide: Guide,
    *,
    slack: float = 0.5,
    limit: float = 5.0,
    notes: Sequence[NotedAt] = (),
) -> Cusum:
    """The sums of ``series``; ``slack`` is K and ``limit`` H, both in SD of the guide.

    A signal names the lots that changed and the ``notes`` that stand near its beginning.
    """
    if slack < 0 or limit <= 0:
        raise ValueError(f"K {slack:g}, H {limit:g}: K of 0 or more and H above 0 are needed")
    z = scores(series, guide)
    above, below = sums(z, slack), sums([-one for one in z], slack)
    changes = lot_changes(series)
    signals = [
        *_signals(series, above, limit, "above", changes, notes),
        *_signals(series, below, limit, "below", changes, notes),
    ]
    return Cusum(tuple(above), tuple(below), limit, tuple(sorted(signals, key=_beginning)))


def sums(z: Sequence[float], slack: float) -> list[float]:
    """The upper sum after each value; of the values with their sign turned, the lower."""
    found, level = [], 0.0
    for one in z:
        level = max(0.0, level + one - slack)
        found.append(level)
    return found


def _signals(
    series: tuple[Observation, ...],
    added: list[float],
    limit: float,
    side: str,
    changes: Sequence[LotChange],
    notes: Sequence[NotedAt],
) -> list[Signal]:
    found = []
    for first, last in stretches([at for at, one in enumerate(added) if one > limit]):
        since = _since(added, first)
        near = changed_near(changes, series, since) + noted_near(notes, since)
        sentence = _sentence(series, since, first, added[first], limit, side) + f"{near}."
        found.append(Signal("CUSUM", since, last, runs_of(series, since, last), sentence))
    return found


def _since(added: list[float], at: int) -> int:
    """The first observation after the last at which the sum was zero."""
    while at > 0 and added[at - 1] > 0:
        at -= 1
    return at


def _sentence(
    series: tuple[Observation, ...], since: int, at: int, level: float, limit: float, side: str
) -> str:
    return (
        f"CUSUM: values have added up {side} the mean since {named(series[since])}; the sum "
        f"passed {limit:g} SD at {named(series[at])} ({level:.3g})"
    )


def _beginning(one: Signal) -> int:
    return one.first
