"""Streams written here are read by others."""

import xlrd

from labsvc_drivers.ls6500.biff4 import read_cells
from labsvc_drivers.ls6500.workbook import write_cells


def test_another_reader_sees_the_same_cells() -> None:
    """xlrd knows BIFF4 since long before us."""
    content = write_cells({(0, 0): "Sam", (1, 4): 4095.0, (2, 1): 0.96, (2, 2): "µ"})
    book = xlrd.open_workbook(file_contents=content)
    sheet = book.sheet_by_index(0)
    assert (book.biff_version, sheet.nrows, sheet.ncols) == (40, 3, 5)
    assert [cell.value for cell in sheet.row(0)] == ["Sam", "", "", "", ""]
    assert [cell.value for cell in sheet.row(1)] == ["", "", "", "", 4095.0]
    assert [cell.value for cell in sheet.row(2)] == ["", 0.9599999785423279, "µ", "", ""]


def test_figures_become_floats_of_32_bits_and_the_denormal_stays() -> None:
    """As in the counter's own files."""
    cells = read_cells(write_cells({(0, 0): 140119.8, (0, 1): 1.69759663277e-313, (0, 2): -3.5}))
    assert cells == {(0, 0): 140119.796875, (0, 1): 1.69759663277e-313, (0, 2): -3.5}
