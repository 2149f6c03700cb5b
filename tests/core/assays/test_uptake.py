"""Fractions of what was added."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt

import pytest

from labsvc.core.assays.uptake import fractions
from labsvc.model.protocol import Reduction, Role
from labsvc.model.result import Group, Point

PLAN = Reduction("fraction_of_added", 5.0, ("compound",), ("cells",))


def tube(position: str, role: Role, cpm: float, compound: str, **more: object) -> Point:
    cells = {} if role == "total_added" else {"cells": str(more.pop("cells", "H4"))}
    return Point(position, role, "1", compound, None, cells, cpm=cpm, **more)  # type: ignore[arg-type]


RUN = (
    tube("1", "total_added", 990.0, "vehicle"), tube("2", "total_added", 1010.0, "vehicle"),
    tube("3", "total_added", 800.0, "inhibitor"), tube("4", "total_added", 800.0, "inhibitor"),
    tube("5", "vehicle", 480.0, "vehicle"), tube("6", "vehicle", 520.0, "vehicle"),
    tube("7", "sample", 90.0, "inhibitor"), tube("8", "sample", 110.0, "inhibitor"),
)  # fmt: skip


def rows(*points: Point, unit: str = "cpm") -> dict[str, Group]:
    return {group.keys["compound"]: group for group in fractions(points, PLAN, unit)[0]}


def value(group: Group, name: str) -> float | None:
    values: Mapping[str, float | None] = group.values
    return values[name]


def test_a_row_is_cells_over_added_over_vehicle() -> None:
    """Inhibitor: 100 / (5 x 800) = 0.025; vehicle: 500 / (5 x 1000) = 0.1; so a quarter."""
    found = rows(*RUN)["inhibitor"]
    assert found.n == 2
    assert value(found, "added_cpm") == 4000.0
    assert value(found, "cell_cpm_mean") == 100.0
    assert value(found, "fraction_of_added") == pytest.approx(0.025)
    assert value(found, "fraction_of_vehicle") == pytest.approx(0.25)


def test_the_sd_is_that_of_the_cells_on_the_same_scale() -> None:
    """SD of 90 and 110 is 10 root 2; over 4000 and over 0.1."""
    found = rows(*RUN)["inhibitor"]
    assert value(found, "sd_fraction_of_vehicle") == pytest.approx(10 * sqrt(2) / 4000 / 0.1)


def test_the_vehicle_is_one_of_itself() -> None:
    """With its own scatter."""
    found = rows(*RUN)["vehicle"]
    assert value(found, "fraction_of_vehicle") == pytest.approx(1.0)
    assert value(found, "sd_fraction_of_vehicle") == pytest.approx(20 * sqrt(2) / 500)


def test_the_way_is_told_in_words() -> None:
    """Formula, factor and by which columns things are compared."""
    _, (added, vehicle) = fractions(RUN, PLAN)
    assert added.sentence == (
        "Mean cpm of the cells / (5 x mean cpm of the mix with the same compound), for 2 rows."
    )
    assert "vehicle control with the same cells; the SD is that of the cells" in vehicle.sentence


def test_a_row_without_its_mix_has_no_fraction() -> None:
    """Not that of another mix."""
    found = rows(*RUN[:2], *RUN[4:])["inhibitor"]
    assert (value(found, "added_cpm"), value(found, "fraction_of_added")) == (None, None)
    assert value(found, "cell_cpm_mean") == 100.0
    assert value(found, "sd_fraction_of_vehicle") is None


def test_a_row_without_its_vehicle_has_only_a_fraction_of_added() -> None:
    """Other cells have another vehicle."""
    wild = [tube("9", "sample", 90.0, "inhibitor", cells="wild")]
    found = rows(*RUN[:6], *wild)["inhibitor"]
    assert value(found, "fraction_of_added") == pytest.approx(90 / 4000)
    assert value(found, "fraction_of_vehicle") is None


def test_one_tube_has_no_sd() -> None:
    """Never 0."""
    found = rows(*RUN[:7])["inhibitor"]
    assert (found.n, value(found, "sd_fraction_of_vehicle")) == (1, None)
    assert value(found, "fraction_of_vehicle") == pytest.approx(90 / 4000 / 0.1)


@pytest.mark.parametrize("level", [0.0, -20.0])
def test_a_vehicle_that_took_nothing_up_is_no_denominator(level: float) -> None:
    """Net counts at or below nothing: no fraction of it, rather than one of any size or sign."""
    dead = [tube("5", "vehicle", level, "vehicle"), tube("6", "vehicle", level, "vehicle")]
    found = rows(*RUN[:4], *dead, *RUN[6:])["inhibitor"]
    assert value(found, "fraction_of_added") == pytest.approx(0.025)
    assert value(found, "fraction_of_vehicle") is None


def test_a_mix_without_counts_is_no_denominator() -> None:
    """0 cpm added is a mistake, not an infinite uptake."""
    empty = [tube("3", "total_added", 0.0, "inhibitor")]
    assert value(rows(*RUN[:2], *empty, *RUN[4:])["inhibitor"], "fraction_of_added") is None


def test_left_out_tubes_are_named_in_their_row_also_those_of_its_mix() -> None:
    """With rack, position and reason; the other mix tube alone tells what was added."""
    flagged = tube("4", "total_added", 2.0, "inhibitor", masked="flagged by the counter")
    spilt = tube("8", "sample", 1.0, "inhibitor", masked="spilt")
    found = rows(*RUN[:3], flagged, *RUN[4:7], spilt)["inhibitor"]
    assert found.masked == (
        "rack 1 position 4: flagged by the counter", "rack 1 position 8: spilt",
    )  # fmt: skip
    assert (value(found, "added_cpm"), value(found, "cell_cpm_mean")) == (4000.0, 90.0)


def test_several_vehicle_rows_of_one_kind_are_averaged() -> None:
    """Fractions 0.1 and 0.2 of two vehicle mixes: compared with 0.15, not with the last."""
    more = [tube("9", "total_added", 1000.0, "DMSO"), tube("10", "vehicle", 1000.0, "DMSO")]
    found = rows(*RUN, *more)
    assert value(found["inhibitor"], "fraction_of_vehicle") == pytest.approx(0.025 / 0.15)
    assert value(found["DMSO"], "fraction_of_vehicle") == pytest.approx(0.2 / 0.15)


def test_a_sample_named_like_the_vehicle_is_a_row_of_its_own() -> None:
    """It is not averaged into its control."""
    odd = tube("9", "sample", 250.0, "vehicle")
    groups, _ = fractions((*RUN, odd), PLAN)
    assert sorted(group.n for group in groups) == [1, 2, 2]


def test_dpm_are_compared_where_the_protocol_says_so() -> None:
    """The keys tell the unit."""
    points = [Point(one.position, one.role, one.rack, one.compound, None, one.group, cpm=1.0,
                    dpm=one.cpm) for one in RUN]  # fmt: skip
    found = rows(*points, unit="dpm")["inhibitor"]
    assert value(found, "added_dpm") == 4000.0
    assert value(found, "fraction_of_vehicle") == pytest.approx(0.25)
