"""Westgard's rules, case by case: z-scores in, places out."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsvc.core.trends.westgard import RULES, broken, westgard
from tests.core.trends.charted import STANDARD, daily


def flags(z: list[float], runs: list[str] | None = None) -> list[str]:
    return [f"{rule}@{at}" for rule, places in broken(z, runs).items() for at in places]


@pytest.mark.parametrize(
    ("z", "said"),
    [
        ([0.3, -0.8, 1.1, -0.2, 0.9, -1.2], []),
        ([0.3, 2.3, 0.4], ["1-2s@1"]),
        ([0.1, -3.01, 0.2], ["1-2s@1", "1-3s@1"]),
        ([2.0, -2.0, 3.0], ["1-2s@2"]),
        ([0.1, 2.1, 2.4, 0.3], ["1-2s@1", "1-2s@2", "2-2s@2"]),
        ([0.2, 1.1, 1.3, 1.05, 1.6, 0.2], ["4-1s@4"]),
        ([1.1, 1.3, -1.2, 1.6], []),
        ([0.1] * 9 + [-0.2], []),
        ([0.1] * 10, ["10x@9"]),
        ([0.1] * 4 + [0.0] + [0.1] * 6, []),
        ([-0.1] * 11, ["10x@9", "10x@10"]),
    ],
)
def test_each_rule_is_broken_where_its_definition_says(z: list[float], said: list[str]) -> None:
    """Beyond a limit, not on it; a value on the mean breaks a run (westgard.com)."""
    assert flags(z) == said


def test_r_4s_holds_within_one_run_only() -> None:
    """The same two values in two runs are no R-4s."""
    assert broken([2.2, -2.2], ["a", "a"])["R-4s"] == [1]
    assert broken([2.2, -2.2], ["a", "b"])["R-4s"] == []


def test_the_reference_cases(shared: Path) -> None:
    """All of them; R-4s is asked of two values of one run."""
    cases = json.loads((shared / "truth/data/qc/westgard_cases.json").read_bytes())["cases"]
    assert len(cases) == 13
    for case in cases:
        one_run = "same run" in str(case["flags"])
        wanted = {flag.split(" ")[0].replace("_", "-") for flag in case["flags"]}
        assert set(flags(case["z"], ["a"] * len(case["z"]) if one_run else None)) == wanted, case


@pytest.mark.parametrize(("controls", "published"), [(1, 0.05), (2, 0.09), (3, 0.14), (4, 0.18)])
def test_1_2s_rejects_steady_runs_at_the_published_rates(controls: int, published: float) -> None:
    """5, 9, 14 and 18 % of runs with 1 to 4 controls (westgard.com, "Westgard Rules": why 1-2s
    is no rule to reject by), which take a control as 5 % where the normal law has 4.55."""
    z = np.random.default_rng(11).normal(0, 1, 20_000 * controls)
    runs = {place // controls for place in broken(list(z))["1-2s"]}
    assert len(runs) / 20_000 == pytest.approx(published, abs=0.018)


def test_a_shift_of_1_5_sd_is_found_and_a_steady_series_is_not_called_shifted() -> None:
    """2-2s, 4-1s or 10x within fifteen runs of the shift; the fault is planted at 40."""
    steady = np.random.default_rng(3).normal(0, 1, 60)
    shifted = steady + np.where(np.arange(60) >= 40, 1.5, 0.0)
    rules = ("2-2s", "4-1s", "10x")
    assert [broken(list(steady))[rule] for rule in rules] == [[], [], []]
    first = min(at for rule in rules for at in broken(list(shifted))[rule])
    assert 40 < first < 55


def test_a_signal_names_rule_runs_and_reason() -> None:
    """1-2s only warns."""
    warned, rejected = westgard(daily([0.1, 2.5, 3.2, 0.0]), STANDARD)[:2]
    assert (warned.rule, warned.runs, warned.warning) == ("1-2s", ("r1",), True)
    assert rejected.rule == "1-2s"
    found = westgard(daily([0.1, -3.25, 0.0]), STANDARD)[-1]
    assert (found.rule, found.warning) == ("1-3s", False)
    assert found.sentence == (
        "1-3s: run r1 (2026-01-02) is \u22123.25, 3.2 SD below the mean."
    )  # fmt: skip


def test_what_goes_on_is_one_signal() -> None:
    """Thirty values above the mean are one 10x over thirty runs, and not twenty-one."""
    (found,) = westgard(daily([0.5] * 30), STANDARD)
    assert (found.first, found.last, len(found.runs)) == (0, 29, 30)
    assert found.sentence == (
        "10x: 30 values in a row lie above the mean, "
        "from run r0 (2026-01-01) to run r29 (2026-01-30)."
    )


def test_two_sides_are_two_signals() -> None:
    """Ten above, then ten below, at once."""
    signals = westgard(daily([0.5] * 10 + [-0.5] * 10 + [-0.5]), STANDARD)
    assert [(one.first, one.last) for one in signals] == [(0, 9), (10, 20)]


def test_two_values_of_a_run_far_apart_are_told() -> None:
    """With both distances."""
    signals = westgard(daily([2.5, -2.25], runs=["a", "a"]), STANDARD)
    (found,) = [one for one in signals if one.rule == "R-4s"]
    assert found.sentence == (
        "R-4s: within run a (2026-01-02) one value is 2.5 SD above the mean "
        "and another 2.2 SD below the mean."
    )


def test_r_4s_is_found_between_any_two_values_of_a_run() -> None:
    """The rule speaks of one value of the run and another, whatever was counted between them."""
    assert broken([2.5, 0.1, -2.25], ["a"] * 3)["R-4s"] == [2]
    assert broken([2.5, 0.1, -2.25], ["a", "a", "b"])["R-4s"] == []
    signals = westgard(daily([0.0, 2.5, 0.1, -2.25], runs=["z", "a", "a", "a"]), STANDARD)
    (found,) = [one for one in signals if one.rule == "R-4s"]
    assert (found.first, found.last, found.runs) == (1, 3, ("a",))
    assert "2.5 SD above the mean and another 2.2 SD below" in found.sentence


@given(st.lists(st.floats(-5, 5), max_size=60))
def test_turned_round_the_mean_the_same_places_break(z: list[float]) -> None:
    """No rule prefers a side, and each names places of the series."""
    places = broken(z)
    assert places == broken([-one for one in z])
    assert list(places) == list(RULES)
