"""Effects of a place: planted ones are found, scatter is left alone."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from labsvc.core.qc.plateeffects import (
    MANY_ERRORS,
    ONE_ERRORS,
    Effect,
    Key,
    Likes,
    PlacedWell,
    column_of,
    drift,
    effects,
    highest,
    likes,
    lowest,
    outer_of,
    row_of,
    scatter,
    tile,
    worst,
)

Fault = Callable[[int, int], float]


def plate(fault: Fault = lambda row, column: 0.0, *, seed: int = 1, sd: float = 0.04) -> Likes:
    """96 wells in ln: 24 samples in quadruplicate, in four rows and four columns each."""
    rng = np.random.default_rng(seed)
    return likes(
        PlacedWell(row, column, (column + 3 * row) % 24, 7 + rng.normal(0, sd) + fault(row, column))
        for row in range(8)
        for column in range(1, 13)
    )


def found(groups: Likes, key: Key) -> list[Effect]:
    return effects(groups, key, scatter(groups))


def furthest(groups: Likes, key: Key) -> Effect:
    one = worst(found(groups, key))
    assert one is not None
    return one


OUTER = outer_of(8, 12)


def test_like_wells_are_those_that_hold_the_same() -> None:
    """One alone has nothing to be compared with."""
    wells = [PlacedWell(0, 1, "a", 1.0), PlacedWell(1, 1, "b", 2.0), PlacedWell(2, 2, "a", 3.0)]
    assert likes(wells) == [[wells[0], wells[2]]]


def test_scatter_is_the_sd_of_a_well() -> None:
    """Of 96 wells with SD 0.04, within a fifth; one wild well does not change that."""
    wild = plate(lambda row, column: 3.0 if (row, column) == (3, 5) else 0.0)
    assert scatter(plate()) == pytest.approx(0.04, rel=0.2)
    assert scatter(wild) == pytest.approx(0.04, rel=0.25)
    assert scatter([]) == 0.0


def test_an_effect_is_the_median_difference_from_like_wells_elsewhere() -> None:
    """By hand: duplicates 1.0 and 1.3, 2.0 and 2.1, 3.0 and 3.2, the second of each in row B."""
    wells = [
        PlacedWell(row, 1, like, value)
        for like, pair in (("a", (1.0, 1.3)), ("b", (2.0, 2.1)), ("c", (3.0, 3.2)))
        for row, value in enumerate(pair)
    ]
    row_a, row_b = effects(likes(wells), row_of, 0.1)
    assert (row_b.place, row_b.size, row_b.wells) == ("row B", pytest.approx(0.2), 3)
    assert row_a.size == -row_b.size
    # Each difference of two wells has twice the variance of one; three of them, and a median.
    assert row_b.error == pytest.approx(0.1 * math.sqrt(math.pi / 2 * 6) / 3)


def test_triplicates_are_compared_with_the_middle_of_the_others() -> None:
    """By hand: row C against the mean of A and B, which are two."""
    wells = [
        PlacedWell(row, 1, like, value)
        for like in "abc"
        for row, value in enumerate((1.0, 1.2, 0.6))
    ]
    low = lowest(effects(likes(wells), row_of, 0.1))
    assert low is not None
    assert (low.place, low.size) == ("row C", pytest.approx(-0.5))
    assert low.error == pytest.approx(0.1 * math.sqrt(math.pi / 2 * 3 * 1.5) / 3)


def test_two_wells_are_too_few_for_an_effect() -> None:
    """A median of two is moved by a single wild well."""
    wells = [PlacedWell(row, 1, like, 1.0) for like in "ab" for row in (0, 1)]
    assert effects(likes(wells), row_of, 0.1) == []


def test_like_wells_in_one_row_tell_nothing_of_rows() -> None:
    """Triplicates beside each other: no row can be compared, columns can."""
    wells = [PlacedWell(row, column, row, 1.0) for row in range(8) for column in (1, 2, 3)]
    assert found(likes(wells), row_of) == []
    assert len(found(likes(wells), column_of)) == 3


@pytest.mark.parametrize(
    ("fault", "named", "size"),
    [
        (lambda row, column: -0.5 if row == 2 else 0.0, "row C", -0.5),
        (lambda row, column: 0.4 if row == 7 else 0.0, "row H", 0.4),
    ],
)
def test_a_row_that_is_off_is_named_with_its_size(fault: Fault, named: str, size: float) -> None:
    one = furthest(plate(fault), row_of)
    assert (one.place, one.real(MANY_ERRORS)) == (named, True)
    assert one.size == pytest.approx(size, abs=0.06)


def test_a_column_pipetted_twice_is_named() -> None:
    """ln 2, and no row is blamed for it."""
    groups = plate(lambda row, column: math.log(2) if column == 5 else 0.0)
    column = furthest(groups, column_of)
    assert (column.place, column.size) == ("column 5", pytest.approx(math.log(2), abs=0.06))
    assert not furthest(groups, row_of).real(MANY_ERRORS)


def test_an_edge_that_evaporated_is_found() -> None:
    """The outer 36 wells a quarter lower."""
    groups = plate(lambda r, c: -0.29 if r in (0, 7) or c in (1, 12) else 0.0)
    (outer,) = found(groups, OUTER)
    assert (outer.place, outer.size) == ("outer wells", pytest.approx(-0.29, abs=0.05))
    assert outer.real(ONE_ERRORS)


def test_drift_is_told_from_the_first_to_the_last_column() -> None:
    """0.02 a column is 0.22 over twelve; down the rows there is none."""
    groups = plate(lambda row, column: 0.02 * column)
    across = drift(groups, scatter(groups), 12, lambda one: one.column, "across")
    assert across is not None
    assert across.size == pytest.approx(0.22, abs=0.06)
    assert across.real(ONE_ERRORS)


def test_drift_is_the_slope_that_half_of_the_distance_agrees_with() -> None:
    """By hand: a well of each group a column further on is 1, 2 and 9 higher: 2 a column, in the
    middle; the sum of squares about the mean is 0.5 a group."""
    steps = (("a", 1.0), ("b", 2.0), ("c", 9.0))
    wells = [
        PlacedWell(0, column, like, (column - 1) * step)
        for like, step in steps
        for column in (1, 2)
    ]
    across = drift(likes(wells), 0.1, 12, lambda one: one.column, "across")
    assert across is not None
    assert across.size == pytest.approx(2 * 11)
    assert across.error == pytest.approx(0.1 * math.sqrt(math.pi / 2 / 1.5) * 11)


def test_drift_without_like_wells_apart_is_none() -> None:
    wells = [PlacedWell(row, 3, row // 2, 1.0) for row in range(8)]
    assert drift(likes(wells), 0.1, 12, lambda one: one.column, "across") is None


def test_of_duplicates_that_differ_the_low_row_is_named() -> None:
    """Rows A and B hold the same: which is right the counts do not tell, and lost counts are
    the commoner fault."""
    wells = [PlacedWell(row, column, column, -0.5 * row) for column in range(1, 7)
             for row in (0, 1)]  # fmt: skip
    one = furthest(likes(wells), row_of)
    assert (one.place, one.size) == ("row B", -0.5)


def test_the_lowest_and_the_highest_place_are_asked_for_by_name() -> None:
    """A row that reads high is no loss."""
    groups = plate(lambda row, column: {1: -0.3, 6: 0.6}.get(row, 0.0))
    low, high = lowest(found(groups, row_of)), highest(found(groups, row_of))
    assert low is not None
    assert high is not None
    assert (low.place, high.place) == ("row B", "row G")
    assert low.size < 0 < high.size


def test_a_detector_of_a_head_of_six_is_found_by_its_tile() -> None:
    """Number 5 of 2 x 3: the second row, the middle column, wherever the head stands."""
    number = tile(2, 3)
    groups = plate(
        lambda row, column: -0.4 if number(PlacedWell(row, column, 0, 0)) == "number 5" else 0.0
    )
    one = furthest(groups, number)
    assert (one.place, one.real(MANY_ERRORS)) == ("number 5", True)


def test_one_wild_well_moves_no_place() -> None:
    """A bubble that read eight times too much."""
    groups = plate(lambda row, column: 2.0 if (row, column) == (4, 4) else 0.0)
    assert not any(furthest(groups, key).real(MANY_ERRORS) for key in (row_of, column_of))


def test_clean_plates_seldom_show_an_effect() -> None:
    """Of 100 clean plates none but one or two has any real effect of edge, row or column."""
    shown = 0
    for seed in range(100):
        groups = plate(seed=seed)
        shown += any(furthest(groups, key).real(MANY_ERRORS) for key in (row_of, column_of))
        shown += furthest(groups, OUTER).real(ONE_ERRORS)
    assert shown <= 2
