"""Quantiles and tail probabilities of Student's t and Fisher's F.

``scipy.special`` is imported where it is used: a service that only listens need not load it.
"""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=512)
def t_quantile(degrees_of_freedom: int, probability: float = 0.975) -> float:
    """Student's t at this probability: 0.975 gives the half width of a 95 % interval."""
    from scipy.special import stdtrit  # noqa: PLC0415 - costs time and memory at import

    return float(stdtrit(degrees_of_freedom, probability))


def f_tail(f: float, df_between: int, df_within: int) -> float:
    """The probability of an F at least this large when there is no effect."""
    from scipy.special import fdtrc  # noqa: PLC0415 - costs time and memory at import

    return float(fdtrc(df_between, df_within, f))
