"""Which of two nested models: the extra sum of squares F test, and AICc.

A model with more parameters always comes nearer to the points. The F test asks whether by more than
chance would have it; AICc, which of the two will predict better.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf, log

from labsvc.core.fitting.student import f_tail
from labsvc.errors import ConfigError
from labsvc.model.result import Fit

_P = 0.05
_SITES_APART = 1.0  # decades
_SHARE = (0.05, 0.95)


@dataclass(frozen=True, slots=True)
class Comparison:
    """``f`` with ``df_between`` and ``df_within`` degrees of freedom, and its ``p``.

    ``aicc_difference`` is that of the full model less that of the simple one (negative: the full
    model is better); ``probability`` that the full one is the right one of the two.
    """

    f: float
    df_between: int
    df_within: int
    p: float
    aicc_difference: float | None
    probability: float | None

    @property
    def prefers_full(self) -> bool:
        """By both: p below 0.05 and a lower AICc."""
        return self.p < _P and self.aicc_difference is not None and self.aicc_difference < 0


def aicc(ss: float, n: int, parameters: int) -> float | None:
    """``n ln(SS/n) + 2K + 2K(K+1)/(n-K-1)``, K = parameters + 1; None where undefined."""
    k = parameters + 1
    if n - k - 1 <= 0 or ss <= 0:
        return None
    return n * log(ss / n) + 2 * k + 2 * k * (k + 1) / (n - k - 1)


def compare_sums(n: int, simple: tuple[float, int], full: tuple[float, int]) -> Comparison:
    """Of two nested models on the same n points, each as (sum of squares, degrees of freedom)."""
    (ss1, df1), (ss2, df2) = simple, full
    if not df1 > df2 > 0:
        raise ConfigError(
            f"compare: found {df1} degrees of freedom of the simple model and {df2} of the full "
            "one, expected the simple one to have more, and both some"
        )
    gained = max(ss1 - ss2, 0.0) / (df1 - df2)
    f = gained / (ss2 / df2) if ss2 > 0 else (inf if gained > 0 else 0.0)
    first, second = aicc(ss1, n, n - df1), aicc(ss2, n, n - df2)
    difference = second - first if first is not None and second is not None else None
    probability = None if difference is None else 1 / (1 + exp(min(difference / 2, 700.0)))
    return Comparison(f, df1 - df2, df2, f_tail(f, df1 - df2, df2), difference, probability)


def compare(simple: Fit, full: Fit) -> Comparison | None:
    """Of two fits of the same points; None where one of them has no sum of squares.

    Both fits must have been made without weights, or with the same ones.
    """
    ends = []
    for one in (simple, full):
        if one.residual_ss is None or one.degrees_of_freedom is None:
            return None
        ends.append((one.residual_ss, one.degrees_of_freedom))
    if simple.n_points != full.n_points:
        raise ConfigError(
            f"compare: found fits of {simple.n_points} and {full.n_points} points, expected two "
            "fits of the same points"
        )
    if not ends[0][1] > ends[1][1] > 0:
        return None
    return compare_sums(simple.n_points, ends[0], ends[1])


def two_sites(one_site: Fit, two_site: Fit) -> tuple[bool, str]:
    """Whether to take two sites instead of one, and why, in a sentence.

    Taken only where the F test has p < 0.05 and AICc is lower and the IC50s are at least a decade
    apart and the share of the high site is between 5 and 95 %.
    """
    found = compare(one_site, two_site)
    if found is None:
        return False, "One site: there are too few points to compare."
    if not found.prefers_full:
        return False, f"One site: two are no better (F test, p = {found.p:.2g})."
    high, low, share = (
        two_site.parameters[name].value
        for name in ("log10_ic50_hi", "log10_ic50_lo", "fraction_hi")
    )
    if two_site.status != "converged" or high is None or low is None or share is None:
        return False, "One site: the data do not settle where the two sites would be."
    if low - high < _SITES_APART:
        return False, f"One site: the two would be {low - high:.2f} decades apart, not 1."
    if not _SHARE[0] < share < _SHARE[1]:
        return False, f"One site: the other would hold {100 * min(share, 1 - share):.2g} %."
    return True, f"Two sites, {low - high:.2f} decades apart (F test, p = {found.p:.2g})."
