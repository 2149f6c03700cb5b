"""Controls of several plates: which they are, in words and in numbers."""

from __future__ import annotations

import pytest

from labsvc.core.assays.pooling import (
    POOLED,
    Beside,
    apart,
    controls_filed,
    controls_told,
    own_controls,
    plate_name,
    pooled,
    setting,
)
from labsvc.core.assays.replicates import Spread
from labsvc.model.result import Operation, Point
from tests.core.bench import assay, unit

HERE = (Point("A01", "total", cpm=10.0), Point("C01", "sample", cpm=5.0))
THERE = Beside(
    "P2", (Point("A01", "total", cpm=20.0), Point("B01", "nonspecific", cpm=1.0)), assay()
)


def test_the_points_of_a_plate_stand_before_those_beside_it() -> None:
    assert [one.cpm for one in pooled(HERE, [THERE])] == [10.0, 5.0, 20.0, 1.0]


def test_some_of_the_controls_may_be_chosen() -> None:
    """Positions of two plates have the same name: they are told apart by what they are."""
    assert THERE.among({id(THERE.points[1])}).points == THERE.points[1:]


def test_only_what_sets_a_response_is_taken_from_another_plate() -> None:
    roles = {one.role for one in setting(assay().wells)}
    assert roles == {"total", "nonspecific"}


def test_a_plate_without_a_name_is_called_by_its_number() -> None:
    assert plate_name(unit()) == "plate 1"


def test_the_distance_is_a_share_of_the_runs_window() -> None:
    own, whole = Spread(1090.0, 20.0, 4), Spread(1000.0, 60.0, 12)
    assert apart(own, whole, 900.0) == pytest.approx(10.0)
    assert own_controls(own, whole, "100 %") == (
        "100 % control 1090 of 4 positions, the run's 1000 of 12"
    )
    assert "of 1 position," in own_controls(Spread(1090.0, None, 1), whole, "100 %")


def test_what_is_told_of_pooled_controls_is_compared_with_what_was_filed() -> None:
    """Nothing of a result whose controls are its own."""
    alone = [Operation("total", "Total: mean 1."), Operation("normalisation", "x")]
    assert controls_told(alone) == []
    together = [Operation(POOLED, "All."), *alone]
    assert controls_told(together) == ["All.", "Total: mean 1."]
    filed = {"operations": [{"name": one.name, "sentence": one.sentence} for one in together]}
    assert controls_filed(filed) == controls_told(together)
