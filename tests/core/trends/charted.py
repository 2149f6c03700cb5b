"""Series for the tests of control charts: one value a day, and a guide set of mean 0 and SD 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from labsvc.core.trends.guides import given
from labsvc.core.trends.series import Observation

STANDARD = given(0.0, 1.0)
FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)

# Montgomery, Introduction to Statistical Quality Control: twenty values of mean 10 and SD 1, then
# ten of mean 11. He takes mean 10 and SD 1 as known.
MONTGOMERY = (
    9.45, 7.99, 9.29, 11.66, 12.16, 10.18, 8.04, 11.46, 9.2, 10.34,
    9.03, 11.47, 10.51, 9.4, 10.08, 9.37, 10.62, 10.31, 8.52, 10.84,
    10.9, 9.33, 12.29, 11.5, 10.6, 11.08, 10.38, 11.62, 11.31, 10.52,
)  # fmt: skip


def daily(
    values: Sequence[float], *, runs: Sequence[str] = (), lots: Sequence[Mapping[str, str]] = ()
) -> tuple[Observation, ...]:
    """One run a day: run ``r0`` on 1 January 2026, ``r1`` on the next."""
    return tuple(
        Observation(
            runs[at] if runs else f"r{at}",
            FIRST_DAY + timedelta(days=at),
            value,
            lots[at] if lots else {},
        )
        for at, value in enumerate(values)
    )
