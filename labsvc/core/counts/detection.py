"""Counting errors and limits of detection, in counts and counts per minute.

Counts are Poisson: the variance of a count is the count.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt


@dataclass(frozen=True, slots=True)
class Rate:
    """A count rate per minute with its standard deviation from counting alone."""

    cpm: float
    sd: float

    @property
    def two_sigma_percent(self) -> float | None:
        """The 2-sigma error in percent of the rate, as counters print it; None at zero."""
        return 200 * self.sd / abs(self.cpm) if self.cpm else None


@dataclass(frozen=True, slots=True)
class Detection:
    """Currie's limits, in counts.

    ``critical``: a net count above it is a signal (5 % false ones). ``detection``: a true net
    count that is found in 95 % of cases.
    """

    critical: float
    detection: float


def two_sigma_percent(counts: float) -> float | None:
    """200 / sqrt(N), the 2-sigma error of a gross count in percent; None without counts."""
    return 200 / sqrt(counts) if counts > 0 else None


def net_rate(
    counts: float, minutes: float, background_counts: float, background_minutes: float
) -> Rate | None:
    """Gross less background: variance ``Cs/ts^2 + Cb/tb^2``; None without counting time."""
    if minutes <= 0 or background_minutes <= 0 or counts < 0 or background_counts < 0:
        return None
    cpm = counts / minutes - background_counts / background_minutes
    variance = counts / minutes**2 + background_counts / background_minutes**2
    return Rate(cpm, sqrt(variance))


def currie(blank_counts: float) -> Detection | None:
    """Limits beside a paired blank counted as long: Lc = 2.33 sqrt(B), Ld = 2.71 + 4.65 sqrt(B).

    Source: Currie 1968, Anal Chem 40:586, with his rounded constants. None below zero counts.
    """
    if blank_counts < 0:
        return None
    root = sqrt(blank_counts)
    return Detection(2.33 * root, 2.71 + 4.65 * root)


def without_dead_time(measured_cps: float, dead_time_s: float) -> float | None:
    """The true rate of a nonparalysable counter: ``n = m / (1 - m tau)``, counts per second.

    Not for a channel whose ``corrected`` has ``dead_time``. None where the counter was saturated:
    ``m tau`` reaches 1.
    """
    dead = measured_cps * dead_time_s
    return measured_cps / (1 - dead) if 0 <= dead < 1 else None


def live_seconds(real_seconds: float, dead_time_factor: float) -> float | None:
    """Live time where the counter prints dead time as a factor of 1 or more: ``Time / DTime``.

    Source: Hidex 300 SL. None for a factor below 1.
    """
    return real_seconds / dead_time_factor if dead_time_factor >= 1 else None
