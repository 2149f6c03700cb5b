"""Radioactive decay: half-lives with their sources, and what is left after a time.

Background goes off before a count is corrected for decay: it does not decay with the sample.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import exp2, log
from types import MappingProxyType

from labsvc.model.run import Channel

YEAR_DAYS = 365.2422
"""The tropical year, by which half-lives given in years are turned into days."""

_ICRP = "ICRP Publication 107 (2008)"


@dataclass(frozen=True, slots=True)
class Isotope:
    """An isotope of the counting room, named as protocols name it (``3H``)."""

    name: str
    half_life_days: float
    source: str


ISOTOPES: Mapping[str, Isotope] = MappingProxyType(
    {
        one.name: one
        for one in (
            Isotope("3H", 12.32 * YEAR_DAYS, "Lucas and Unterweger 2000 (NIST), 4500 +- 8 d"),
            Isotope("14C", 5700 * YEAR_DAYS, f"{_ICRP}, 5700 y; older tables have 5730 y"),
            Isotope("32P", 14.263, f"{_ICRP}; suppliers 14.29 d"),
            Isotope("33P", 25.34, f"{_ICRP}; suppliers 25.3 to 25.4 d"),
            Isotope("35S", 87.51, f"{_ICRP}; suppliers 87.4 d"),
            Isotope("45Ca", 162.67, _ICRP),
            Isotope("125I", 59.400, _ICRP),
            Isotope("133Ba", 10.52 * YEAR_DAYS, f"{_ICRP} (an external standard)"),
            Isotope("177Lu", 6.647, _ICRP),
        )
    }
)
"""Half-lives in days. An isotope that is not here has none: nothing is decayed by a guess."""


def remaining(isotope: str, days: float) -> float | None:
    """The share of the activity left after ``days`` (negative: before): ``2^(-days/half-life)``.

    None for an isotope without a half-life here.
    """
    known = ISOTOPES.get(isotope)
    return exp2(-days / known.half_life_days) if known else None


def days_between(since: date, until: date) -> float:
    """Days from one date to another, or from one moment to another (both aware or both naive)."""
    return (until - since).total_seconds() / 86400


def decay_corrected(net: float, channel: Channel | None, isotope: str, days: float) -> float | None:
    """A net count rate as it was ``days`` before it was counted: net / remaining.

    The counter's own correction is not repeated: where the channel says ``decay`` the rate comes
    back as it is. ``net``: background is off already. None for an isotope not known here.
    """
    if channel is not None and "decay" in channel.corrected:
        return net
    left = remaining(isotope, days)
    return net / left if left else None


def decay_rate_per_day(isotope: str) -> float | None:
    """ln 2 over the half-life, per day; None for an isotope not known here."""
    known = ISOTOPES.get(isotope)
    return log(2) / known.half_life_days if known else None
