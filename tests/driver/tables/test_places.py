"""From grids to readings."""

from __future__ import annotations

import pytest

from labsvc.driver.tables.cells import Sheet, text_rows
from labsvc.driver.tables.grid import read_grids
from labsvc.driver.tables.places import grid_readings
from labsvc.errors import ParseError
from labsvc.model.run import Reading, State
from tests.driver.tables.examples import GRIDS, driver

SPEC = driver("microbeta2-grid").spec


def read(text: str) -> list[Reading]:
    sheet = Sheet(tuple(text_rows(text, "\t")), closed=True)
    return list(grid_readings(read_grids(sheet, SPEC)[0], SPEC))


def test_a_well_has_a_figure_of_each_of_its_plates_grids() -> None:
    readings = {(one.plate, one.position): one for one in read(GRIDS)}
    first, other = readings[1, "C01"], readings[3, "C01"]
    assert (first.channels[0].cpm, first.channels[0].error_2sigma_percent) == (640.25, 1.8)
    assert (other.channels[0].cpm, other.plate_id) == (1640, "NET-0411-3")
    assert readings[1, "A05"].state is State.NOT_COUNTED


def test_readings_run_along_the_rows_plate_by_plate() -> None:
    readings = read(GRIDS)
    assert [one.order for one in readings] == list(range(1, 49))
    assert [one.position for one in readings[:7]][-2:] == ["A06", "B01"]


def test_a_grid_of_unknown_title_is_kept_unread() -> None:
    """Under its title, as text."""
    known = GRIDS[: GRIDS.index("CCPM1%")]
    (first, *_) = read(known + GRIDS[GRIDS.index("CCPM1%") : GRIDS.index("Plate 3")].replace(
        "CCPM1%", "Height"))  # fmt: skip
    assert first.extras == {"Height": "1.3"}
    assert first.channels[0].error_2sigma_percent is None


def test_a_grid_twice_on_one_plate_is_refused() -> None:
    """Two plates whose marker is lost would else be one."""
    with pytest.raises(ParseError, match="plate 1 has the grid 'CCPM1' twice"):
        read(GRIDS.replace("Plate 3", "Plate 1"))
