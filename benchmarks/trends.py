"""Control charts: how fast, and how often a steady series is called shifted or a shift is missed.

    python benchmarks/trends.py [--json] [--points 10000] [--series 2000]

Makes its own series from a seed: normal scatter round a guide set whose mean and SD are known.
``chart_ms`` is every rule with its sentences over ``--points`` observations, of which the last
tenth is shifted by a SD (the best of ten runs, in one process). ``false_*_percent`` is the share
of steady series of 50 runs in which the rule says anything; ``found_*_percent`` that of series in
which it does within 20 runs of a shift by 1.5 SD.
"""

from __future__ import annotations

import argparse
import json
import time
from datetime import UTC, datetime, timedelta

import numpy as np

from labsvc.core.trends.chart import Chart, control_chart
from labsvc.core.trends.guides import given
from labsvc.core.trends.series import Observation

START, GUIDE = datetime(2026, 1, 1, tzinfo=UTC), given(8.0, 0.1)
STEADY, AFTER, RULES = 50, 20, ("1-3s", "2-2s", "4-1s", "10x", "EWMA", "CUSUM")


def series(scores: np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[Observation, ...]:
    """Observations a day apart at these distances from the mean, with a new lot every 50 runs."""
    return tuple(
        Observation(f"r{at}", START + timedelta(days=at), 8.0 + 0.1 * float(score),
                    {"membranes": f"M{at // 50}"})
        for at, score in enumerate(scores)
    )  # fmt: skip


def chart_ms(points: int, rounds: int = 10) -> float:
    """The shortest of ``rounds`` runs."""
    scores = np.random.default_rng(1).normal(0, 1, points) + (np.arange(points) > 0.9 * points)
    made, times = series(scores), []
    for _ in range(rounds):
        started = time.perf_counter()
        control_chart(made, GUIDE)
        times.append(time.perf_counter() - started)
    return min(times) * 1e3


def said(chart: Chart, first: int) -> set[str]:
    """The rules with a signal that reaches the run ``first`` or a later one."""
    return {one.rule for one in chart.signals if one.last >= first}


def rates(count: int, shift: float) -> dict[str, float]:
    """For each rule the share of series, in percent, in which it speaks."""
    rng = np.random.default_rng(2)
    length, first = (STEADY + AFTER, STEADY) if shift else (STEADY, 0)
    spoken = [
        said(control_chart(series(rng.normal(0, 1, length) + shift * (np.arange(length) >= STEADY)),
                           GUIDE), first)
        for _ in range(count)
    ]  # fmt: skip
    return {rule: round(100 * sum(rule in one for one in spoken) / count, 1) for rule in RULES}


def measured(points: int, count: int) -> dict[str, float]:
    false, found = rates(count, 0.0), rates(count, 1.5)
    return {
        "chart_ms": round(chart_ms(points), 1),
        **{f"false_{rule}_percent": false[rule] for rule in RULES},
        **{f"found_{rule}_percent": found[rule] for rule in RULES},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--points", type=int, default=10_000)
    parser.add_argument("--series", type=int, default=2_000)
    asked = parser.parse_args()
    figures = measured(asked.points, asked.series)
    if asked.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:<22} {value:>9.1f}")


if __name__ == "__main__":
    main()
