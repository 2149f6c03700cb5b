"""Levey-Jennings charts judged by Westgard's rules.

Westgard, Barry, Hunt & Groth, Clin Chem 1981;27:493; westgard.com, "Westgard Rules". A limit is
broken beyond it, not on it; a value on the mean belongs to no side. 1-2s warns only. R-4s holds
within one run (two controls, two groups): one value beyond +2 SD and another beyond -2 SD.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from labsvc.core.trends.guides import scores
from labsvc.core.trends.series import Guide, Observation, Signal, runs_of, stretches
from labsvc.model.notation import significant

RULES = ("1-2s", "1-3s", "2-2s", "R-4s", "4-1s", "10x")
_IN_A_ROW = {"2-2s": (2, 2.0), "4-1s": (4, 1.0), "10x": (10, 0.0)}
Places = dict[str, list[int]]


def broken(z: Sequence[float], runs: Sequence[str] | None = None) -> Places:
    """For each rule the places (from 0) at which it is broken, by its last observation.

    ``z``: SD from the mean, in run order. ``runs``: the run of each, for R-4s; None: every
    observation is a run of its own.
    """
    found: Places = {"1-2s": _beyond(z, 2.0), "1-3s": _beyond(z, 3.0)}
    for rule, (length, limit) in _IN_A_ROW.items():
        found[rule] = _in_a_row(z, length, limit)
    found["R-4s"] = _apart(z, runs) if runs is not None else []
    return {rule: found[rule] for rule in RULES}


def _beyond(z: Sequence[float], limit: float) -> list[int]:
    return [place for place, one in enumerate(z) if abs(one) > limit]


def _in_a_row(z: Sequence[float], length: int, limit: float) -> list[int]:
    """Where ``length`` consecutive values or more lie beyond ``limit`` on the same side."""
    found, high, low = [], 0, 0
    for place, one in enumerate(z):
        high = high + 1 if one > limit else 0
        low = low + 1 if one < -limit else 0
        if max(high, low) >= length:
            found.append(place)
    return found


def _apart(z: Sequence[float], runs: Sequence[str]) -> list[int]:
    return [place for place in range(len(z)) if _opposite(z, runs, place) is not None]


def _opposite(z: Sequence[float], runs: Sequence[str], place: int) -> int | None:
    """Of a value beyond 2 SD the nearest before it in its run that is so on the other side."""
    if abs(z[place]) <= 2:
        return None
    side = 1 if z[place] > 0 else -1
    for before in range(place - 1, -1, -1):
        if runs[before] != runs[place]:
            return None
        if z[before] * side < -2:
            return before
    return None


def westgard(series: tuple[Observation, ...], guide: Guide) -> tuple[Signal, ...]:
    """Every rule that is broken, by the place it begins at; what goes on is one signal."""
    z = scores(series, guide)
    places = broken(z, [one.run for one in series])
    found = [signal for rule in RULES for signal in _signals(rule, places[rule], series, z)]
    return tuple(sorted(found, key=lambda one: (one.last, RULES.index(one.rule))))


def _signals(
    rule: str, places: list[int], series: tuple[Observation, ...], z: list[float]
) -> Iterator[Signal]:
    for first, last in _spans(rule, places, series, z):
        sentence = f"{rule}: {_WORDS[rule](series, z, first, last)}."
        runs = runs_of(series, first, last)
        yield Signal(rule, first, last, runs, sentence, warning=rule == "1-2s")


def _spans(
    rule: str, places: list[int], series: tuple[Observation, ...], z: list[float]
) -> Iterator[tuple[int, int]]:
    """The first and the last observation of each breach."""
    if rule in _IN_A_ROW:
        before = _IN_A_ROW[rule][0] - 1
        return ((start - before, last) for start, last in _one_sided(places, z))
    if rule == "R-4s":
        runs = [one.run for one in series]
        found = ((_opposite(z, runs, place), place) for place in places)
        return ((first, last) for first, last in found if first is not None)
    return ((place, place) for place in places)


def _one_sided(places: list[int], z: list[float]) -> Iterator[tuple[int, int]]:
    """Stretches of places on one side: a long run above may be followed at once by one below."""
    for high in (True, False):
        yield from stretches([place for place in places if (z[place] > 0) == high])


def _one(series: tuple[Observation, ...], z: list[float], first: int, last: int) -> str:
    return f"{named(series[last])} is {significant(series[last].value)}, {_away(z[last])}"


def _pair(series: tuple[Observation, ...], z: list[float], first: int, last: int) -> str:
    return (
        f"within {named(series[last])} one value is {_away(z[first])} and another {_away(z[last])}"
    )


def _many(limit: float) -> Callable[[tuple[Observation, ...], list[float], int, int], str]:
    def words(series: tuple[Observation, ...], z: list[float], first: int, last: int) -> str:
        side = "above" if z[last] > 0 else "below"
        reach = f"more than {limit:g} SD {side}" if limit else side
        return (
            f"{last - first + 1} values in a row lie {reach} the mean, "
            f"from {named(series[first])} to {named(series[last])}"
        )

    return words


def _away(score: float) -> str:
    return f"{significant(abs(score), 2)} SD {'above' if score > 0 else 'below'} the mean"


def named(one: Observation) -> str:
    """A run with its day, for people: ``run 1a2b (2026-03-02)``."""
    return f"run {one.run} ({one.at:%Y-%m-%d})"


_WORDS = {
    "1-2s": _one,
    "1-3s": _one,
    "R-4s": _pair,
    **{rule: _many(limit) for rule, (_, limit) in _IN_A_ROW.items()},
}
