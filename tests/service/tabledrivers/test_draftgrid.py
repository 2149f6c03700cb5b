"""What a file of grids shows of itself."""

from __future__ import annotations

from labsvc.driver.tables.cells import text_rows
from labsvc.service.tabledrivers.draftgrid import grid_part
from labsvc.service.tabledrivers.drafttext import Part
from tests.driver.tables.examples import GRID_HEAD, GRIDS


def part(text: str) -> Part:
    return grid_part(list(text_rows(text, "\t")))


def test_titles_markers_labels_and_end() -> None:
    found = part(GRID_HEAD + GRIDS)
    assert found.titled
    assert found.channels[0].quantities == {"cpm": "CCPM1"}
    assert (found.plate_marker, found.end) == ("^Plate *([0-9]+)", "^END$")
    assert found.labels["plate_id"] == "Barcode:"
    assert "CCPM1%" in " ".join(found.notes)


def test_a_bare_grid_leaves_its_quantity_and_its_instrument_open() -> None:
    found = part("\n" + GRIDS[GRIDS.index("\t1\t") : GRIDS.index("\nCCPM1%")])
    said = " ".join(found.notes)
    assert not found.titled
    assert "cpm is a proposal" in said
    assert "take words of your instrument" in said
    assert "no last line shows the end" in said
