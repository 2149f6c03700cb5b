"""Westgard's rules against published series whose authors say what each run breaks.

Values and verdicts restated from westgard.com: Patricia L. Barry, "QC: The Levey-Jennings Control
Chart. Answers to the Exercise" (lssn12p2.htm); Sten Westgard, "Break All the Rules", Answers to
Part One (August 2015, break-all-rules-answers1) and Part Two (November 2015,
break-all-rules-answers2). Two controls are read each by itself and both together, run after run.
"""

from __future__ import annotations

from collections.abc import Sequence

from labsvc.core.trends.guides import given, scores
from labsvc.core.trends.series import Guide
from labsvc.core.trends.westgard import RULES, broken, westgard
from tests.core.trends.charted import daily

# Barry: cholesterol on 28 days, controls of 200 (SD 4) and 250 (SD 5) mg/dl.
NORMAL = (
    200, 205, 195, 202, 186, 207, 194, 209, 200, 196, 190, 204, 196, 207,
    200, 205, 209, 197, 196, 198, 197, 195, 198, 199, 191, 197, 190, 202,
)  # fmt: skip
RAISED = (
    247, 250, 255, 243, 254, 263, 251, 264, 253, 244, 261, 254, 239, 236,
    250, 259, 257, 256, 249, 257, 241, 255, 250, 259, 247, 242, 256, 246,
)  # fmt: skip
ACCEPT_WARN_REJECT = "AAAARWARAARAWRAAWAAAAAAAWAWA"

# Westgard, Part One: one control of 47 (SD 3), as far as his 57th value; the values from the
# first to the last that each breach is printed against.
ALONE = (
    42.5, 55.1, 46.4, 47.0, 43.1, 56.9, 41.3, 44.9, 45.5, 41.3, 47.0, 37.7, 41.6, 53.3, 55.4,
    44.6, 47.3, 48.2, 41.3, 42.8, 44.3, 47.6, 44.3, 45.8, 47.6, 39.8, 39.8, 50.9, 49.7, 45.5,
    45.2, 47.3, 47.9, 44.3, 40.1, 48.2, 40.7, 41.9, 43.4, 43.7, 49.7, 42.2, 52.1, 44.6, 45.2,
    45.8, 41.6, 41.3, 44.9, 43.7, 45.2, 50.6, 50.3, 51.2, 51.5, 44.3, 41.6,
)  # fmt: skip
BREACHES = [("1-3s", 6, 6), ("1-3s", 12, 12), ("2-2s", 14, 15), ("2-2s", 26, 27),
            ("4-1s", 37, 40), ("4-1s", 52, 55)]  # fmt: skip

# Westgard, Part Two: controls of 47 (SD 3) and 71 (SD 8), as far as his 26th run.
LOW = (
    51.5, 38.9, 47.6, 46.0, 50.9, 53.9, 52.7, 49.1, 48.5, 37.0, 47.0, 54.0, 53.3,
    40.0, 55.4, 49.4, 46.7, 45.8, 52.7, 51.1, 54.0, 53.0, 49.7, 48.2, 46.4, 54.2,
)  # fmt: skip
HIGH = (
    82.2, 51.0, 74.2, 91.8, 74.2, 69.0, 58.2, 95.5, 65.4, 90.0, 63.0, 82.2, 65.4,
    86.2, 70.2, 88.6, 87.8, 85.0, 76.6, 65.4, 86.2, 71.0, 81.4, 90.2, 80.6, 54.0,
)  # fmt: skip
REJECTED = {
    2: {"2-2s"}, 8: {"1-3s"}, 10: {"1-3s", "R-4s"}, 13: {"2-2s"}, 14: {"R-4s"}, 17: {"2-2s"},
    22: {"2-2s", "4-1s"}, 26: {"R-4s"},
}  # fmt: skip

Control = tuple[Sequence[float], Guide]


def said(*controls: Control) -> dict[int, set[str]]:
    """The rules that each run (from 1) breaks: along each control, and along all run after run."""
    found: dict[int, set[str]] = {}
    z = [scores(daily(values), guide) for values, guide in controls]
    numbers = range(1, len(z[0]) + 1)
    across = [one for run in zip(*z, strict=True) for one in run]
    both = [number for number in numbers for _ in controls]
    for series, runs in [*((along, [*numbers]) for along in z), (across, both)]:
        for rule, places in broken(series, [str(run) for run in runs]).items():
            for place in places:
                found.setdefault(runs[place], set()).add(rule)
    return found


def days(found: dict[int, set[str]], rule: str) -> list[int]:
    return sorted(run for run, rules in found.items() if rule in rules)


def verdict(rules: set[str]) -> str:
    """By the four rules of Barry's exercise."""
    return "R" if rules & {"1-3s", "2-2s", "R-4s"} else "W" if "1-2s" in rules else "A"


def cholesterol() -> dict[int, set[str]]:
    return said((NORMAL, given(200, 4)), (RAISED, given(250, 5)))


def part_two(low: Sequence[float], high: Sequence[float]) -> dict[int, set[str]]:
    """Without the warnings, which Part Two does not print."""
    found = said((low, given(47, 3)), (high, given(71, 8)))
    return {run: rules - {"1-2s"} for run, rules in sorted(found.items()) if rules - {"1-2s"}}


def test_each_day_of_the_cholesterol_exercise_is_judged_as_its_author_judges_it() -> None:
    """Accepted, warned of or rejected, on 28 days."""
    found = cholesterol()
    assert "".join(verdict(found.get(day, set())) for day in range(1, 29)) == ACCEPT_WARN_REJECT


def test_each_rejected_day_of_the_exercise_is_so_by_the_rule_its_author_gives() -> None:
    """Nine days by 1-2s and one by 1-3s; both high on day 8, opposite on 11, two days low on 14."""
    found = cholesterol()
    assert days(found, "1-2s") == [5, 6, 8, 11, 13, 14, 17, 25, 27]
    assert (days(found, "1-3s"), days(found, "R-4s")) == ([5], [11])
    assert days(found, "2-2s") == [8, 14]


def test_the_rules_that_the_exercise_does_not_ask_speak_of_two_days_more() -> None:
    """Four in a row above 1 SD on days 16 and 17; days 18 to 27 below 200, her "negative shift"."""
    found = cholesterol()
    assert (days(found, "4-1s"), days(found, "10x")) == ([17], [27])


def test_each_breach_of_part_one_begins_and_ends_where_its_author_prints_it() -> None:
    """And nothing else is broken: his eight in a row on one side (44 to 51) are no 10x."""
    signals = westgard(daily(ALONE), given(47, 3))
    rejections = [(one.rule, one.first + 1, one.last + 1) for one in signals if not one.warning]
    assert rejections == BREACHES


def test_each_run_of_part_two_breaks_what_its_author_says_but_for_two_definitions() -> None:
    """Run 14 is R-4s to him "by calc", and run 22 is 2-2s with a value on the limit."""
    wanted = REJECTED | {22: {"4-1s"}}
    del wanted[14]
    assert part_two(LOW, HIGH) == wanted


def test_the_two_runs_are_broken_as_published_once_they_are_beyond_the_limit() -> None:
    """86.2 is 1.9 SD out and 53.0 is 2 SD: with both beyond 2 SD the verdicts are the author's."""
    low, high = list(LOW), list(HIGH)
    low[21], high[13] = 53.1, 87.1
    found = part_two(low, high)
    assert (found[14], found[22]) == (REJECTED[14], REJECTED[22])


def test_a_distance_of_4_sd_is_no_r_4s_by_itself() -> None:
    """+2.8 and -1.3 SD in a run: R-4s in Bio-Rad's Unity (its help, "R-4s"), which goes by the
    distance; so does run 14 of Part Two, in either order of its controls."""
    for pair in ([2.8, -1.3], [-1.3, 2.8], [-7 / 3, 1.9], [1.9, -7 / 3]):
        assert [rule for rule in RULES if broken(pair, ["1", "1"])[rule]] == ["1-2s"]
