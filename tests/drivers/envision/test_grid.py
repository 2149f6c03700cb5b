"""The grid export by its grammar."""

from pathlib import Path

from labsvc.driver import decode
from labsvc_drivers.envision.grid import (
    assay_entries,
    ends_whole,
    entries,
    is_grid,
    read_grids,
    unwrapped,
)

TEXT = decode((Path(__file__).parent / "data" / "two_plates.csv").read_bytes())


def test_every_block_has_its_plate_and_its_grids() -> None:
    """Calculated results come in a block of their own, before what they are made of."""
    export = read_grids(TEXT)
    assert [block.cells["Plate"] for block in export.blocks] == ["1", "1", "2"]
    assert [grid.title[:10] for block in export.blocks for grid in block.grids] == [
        "Calculated", "Results fo", "Results fo",
    ]  # fmt: skip


def test_a_cell_is_found_by_row_and_column() -> None:
    """A blank cell stays blank."""
    grid = read_grids(TEXT).blocks[1].grids[0]
    cells = dict(zip(grid.shape.wells(), grid.cells, strict=True))
    assert (cells["A01"], cells["D05"], cells["D06"]) == ("3000", "80", "")


def test_a_bar_code_is_unwrapped() -> None:
    """It is written as a spreadsheet's text; an empty one is empty."""
    assert unwrapped('="NET-0007"') == "NET-0007"
    assert unwrapped('=""') == ""
    found = entries("Plate,Repeat,Barcode,Measurement date,", '1,1,"=""X,1""",now,', 3)
    assert found["Barcode"] == "X,1"


def test_the_assay_s_entries_are_found_by_name() -> None:
    """Behind four commas."""
    found = assay_entries(read_grids(TEXT).assay)
    assert (found["Assay ID"], found["Serial#"]) == ("118", "1040001")


def test_an_export_ends_with_the_name_of_its_program() -> None:
    """And the end of that line."""
    assert ends_whole(TEXT)
    assert not ends_whole(TEXT.rstrip())


def test_an_export_is_known_by_its_first_two_lines() -> None:
    """Plate information and the names of its entries."""
    assert is_grid(TEXT)
    assert not is_grid("Plate information\n1,1,X,\n")
    assert not is_grid("Plate;Repeat;Barcode\n")
