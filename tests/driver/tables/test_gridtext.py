"""The rows of a file of grids, from a run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labsvc.driver.tables.gridtext import grid_table
from labsvc.driver.tables.spelling import Spelling
from labsvc.model.run import Channel, CountRun, Instrument, Reading
from tests.driver.tables.examples import driver

SPEC = driver("microbeta2-grid").spec


def run(*positions: str) -> CountRun:
    readings = tuple(
        Reading(one, n, (Channel("1", cpm=float(n)),), plate=1)
        for n, one in enumerate(positions, 1)
    )
    return CountRun("k", Instrument("x"), readings)


@pytest.mark.parametrize(("last", "wide"), [("A06", 6), ("A07", 8), ("H12", 12), ("P24", 24)])
def test_the_plate_is_the_smallest_that_holds_the_wells(last: str, wide: int) -> None:
    rows = grid_table([run("A01", last)], SPEC, Spelling(SPEC), twice=False)
    assert ["", *map(str, range(1, wide + 1))] in [list(row) for row in rows]


def test_each_quantity_has_its_grid_below_its_title() -> None:
    rows = grid_table([run("A01")], SPEC, Spelling(SPEC), twice=False)
    assert [row[0] for row in rows if len(row) == 1] == ["Plate 1", "CCPM1", "CCPM1%"]
    assert rows[3] == ["A", "1", "-", "-", "-", "-", "-"]


def test_a_marker_that_cannot_be_spelled_is_an_error() -> None:
    spec = replace(SPEC, plate_marker="^Cassette")
    with pytest.raises(ValueError, match="marker of plate 1"):
        grid_table([run("A01")], spec, Spelling(spec), twice=False)
    with pytest.raises(ValueError, match="one run, not 2"):
        grid_table([run("A01"), run("A01")], SPEC, Spelling(SPEC), twice=False)
