"""Plates whose counts agree better than two plates can: one filter counted or filed twice.

Counted again, each well differs by counting alone: (a - b)^2 / (a + b) is 1 on average. Two plates
differ by their pipetting too: with an error p it is 1 + p^2 m for m counts. Where counts are few
the two cannot be told apart, and only the very same counts are told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

PIPETTING = 0.03
"""The least that two plates pipetted apart can be expected to scatter."""
SAME_SHARE, FEWEST = 0.9, 12
_ERRORS = 3.0


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two counts of ``wells`` positions.

    ``ratio`` is the mean of (a - b)^2 / (a + b), ``apart`` what it would be of two plates;
    ``same`` the share of positions with the very same counts.
    """

    wells: int
    ratio: float
    apart: float
    same: float

    @property
    def twins(self) -> bool:
        """One plate, as sure as three standard errors; by the ratio only where that can tell."""
        if self.wells < FEWEST:
            return False
        error = _ERRORS * sqrt(2 / self.wells)
        told = self.ratio < 1 + error < self.apart * (1 - error)
        return self.same >= SAME_SHARE or told


def agreement(one: Mapping[str, float], other: Mapping[str, float]) -> Agreement | None:
    """Of the counts of two plates by position; None where no position has counts in both."""
    pairs = [
        (count, other[place])
        for place, count in one.items()
        if place in other and count + other[place] > 0
    ]
    if not pairs:
        return None
    ratio = sum((a - b) ** 2 / (a + b) for a, b in pairs) / len(pairs)
    mean = sum(a + b for a, b in pairs) / 2 / len(pairs)
    same = sum(a == b for a, b in pairs) / len(pairs)
    return Agreement(len(pairs), ratio, 1 + PIPETTING**2 * mean, same)
