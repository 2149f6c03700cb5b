"""The interval of Ki with the uncertainty of all that goes into it, on the log scale.

``ln Ki = ln IC50 - ln(1 + [L]/Kd)``. With ``f = [L]/Kd`` the second term varies by
``f/(1+f) (d ln [L] - d ln Kd)``. Its half width, 1.96 of its standard deviations, and the distance
of each limit of ln IC50 are joined in quadrature, each side by itself, so that an asymmetric
profile interval stays asymmetric (MOVER: Zou and Donner 2008, Stat Med 27:1693).
"""

from __future__ import annotations

from math import copysign, exp, hypot, log, log1p, sqrt

from labsvc.model.protocol import Cited
from labsvc.model.result import Interval

METHOD = "limits of IC50 joined on the log scale with 1.96 SD of ln(1 + [L]/Kd) (MOVER)"
_Z = 1.959963984540054


def log_sd(cited: Cited) -> float:
    """The SD of the logarithm of a positive number: ``sqrt(ln(1 + (sd/value)^2))``; 0 if exact."""
    if not cited.sd or cited.value <= 0:
        return 0.0
    return sqrt(log1p((cited.sd / cited.value) ** 2))


def log_factor_sd(ligand: Cited, affinity: Cited) -> float:
    """The SD of ``ln(1 + [L]/Kd)`` to first order. [L] and Kd in M and independent."""
    ratio = ligand.value / affinity.value
    return ratio / (1 + ratio) * hypot(log_sd(ligand), log_sd(affinity))


def widened(value: float, interval: Interval | None, factor: float, scatter: float
            ) -> Interval | None:  # fmt: skip
    """The interval of ``value / factor``, where ln(factor) has the SD ``scatter``.

    None without the interval of ``value``; an open end stays open.
    """
    if interval is None:
        return None
    low, high = interval
    half = _Z * scatter
    return _limit(value, low, factor, -half), _limit(value, high, factor, half)


def _limit(value: float, end: float | None, factor: float, half: float) -> float | None:
    """One end, ``half`` (negative below) joined to its distance from ``value`` on the log scale."""
    if end is None or half == 0 or end <= 0:
        return end / factor if end is not None else None
    return value / factor * exp(copysign(hypot(log(end / value), half), half))
