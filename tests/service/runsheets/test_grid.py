"""Tables shaped like the plate, in CSV as in a workbook."""

from __future__ import annotations

import pytest

from labsvc.errors import ConfigError
from labsvc.service.runsheets.csvsheet import read_csv
from labsvc.service.runsheets.table import Sheet

WELLS = ["A", "B", "C", "D"]


def grid(corner: str, **held: str) -> str:
    """A table of 24 wells as CSV: ``A2="x"``."""
    rows = [",".join([corner, *map(str, range(1, 7))])]
    rows += [",".join([one, *(held.get(f"{one}{n}", "") for n in range(1, 7))]) for one in WELLS]
    return "\n".join(rows) + "\n"


def read(text: str) -> Sheet:
    return read_csv(text.encode(), file="r.csv")


def test_tables_are_joined_well_by_well() -> None:
    """Compound, concentration, group and mask, each in a table of its own."""
    text = "# plate: P1\n" + "\n".join(
        [grid("compound", A2="X", B2="nsb"), grid("concentration_nM", A2="5"),
         grid("cells", A2="H4"), grid("mask", A2="bubble")]
    )  # fmt: skip
    sheet = read(text)
    assert [(one.position, one.role, one.concentration_m) for one in sheet.rows] == [
        ("A02", "", 5e-9), ("B02", "nsb", None),
    ]  # fmt: skip
    assert sheet.rows[0].columns["cells"] == "H4"
    assert [(row.position, why) for row, why in sheet.masks] == [("A02", "bubble")]
    assert (sheet.size, sheet.faults) == (24, [])


def test_a_form_saved_as_csv_by_a_spreadsheet_is_read() -> None:
    """Its words are in cells of their own, without any #, and blank cells fill the rows."""
    text = "Protocol;our-own;;\nPlate:;NET-1;Operator;A. Miller\n;;;\nslot;compound;top;dilution\n"
    sheet = read(text + "1;X;1 uM;3\n")
    assert sheet.head == {"protocol": "our-own", "plate": "NET-1", "operator": "A. Miller"}
    assert [(one.name, one.dilution) for one in sheet.fills] == [("X", 3.0)]


def test_a_key_with_two_values_is_refused() -> None:
    """Which of them is the plate's name?"""
    (fault,) = read("plate,NET-1,NET-2\n\nslot,compound\n1,\n").faults
    assert (fault.line, "found 'NET-2' after 'NET-1'" in fault.sentence) == (1, True)


def test_a_mask_alone_places_nothing() -> None:
    sheet = read("slot,compound\n1,X\n\n" + grid("mask", C3="no filter"))
    assert sheet.rows == []
    assert [(row.position, why) for row, why in sheet.masks] == [("C03", "no filter")]


def test_a_picture_is_not_read() -> None:
    """With ``layout`` in its corner a table shows people the plate."""
    sheet = read("slot,compound\n1,X\n\n" + grid("layout", A1="T", A2="1"))
    assert (sheet.rows, len(sheet.fills)) == ([], 1)


def test_a_fault_is_on_the_line_of_its_cell() -> None:
    """Not on that of the first table."""
    text = (
        grid("compound", B2="X") + "\n" + grid("concentration_nM", B2="1,5").replace("1,5", '"1,5"')
    )
    assert [one.line for one in read(text).faults] == [9]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (grid("compound").replace("\nC", "\nX"), "r.csv:4: found 'X'; expected row C"),
        (grid("compound") + "position,role\nA1,blank\n", "keep one"),
        (grid("layout"), "has no table"),
    ],
)
def test_what_is_no_plate_is_refused(text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        read(text)
