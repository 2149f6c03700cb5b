"""Run sheets in workbooks: what a spreadsheet program saves is read, or refused by its cell."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import pytest
from openpyxl import Workbook as Book
from openpyxl.styles import PatternFill

from labsvc.errors import ConfigError
from labsvc.model.protocol import Protocol
from labsvc.model.runsheet import RunSheet
from labsvc.service.authoring.linting import lint_runsheet_file
from labsvc.service.authoring.shipped import shipped
from labsvc.service.protocols.text import parse_protocol
from labsvc.service.runsheets.text import lint_runsheet, parse_runsheet
from labsvc.service.runsheets.xlsxsheet import read_xlsx

Rows = Sequence[Sequence[Any]]
PROTOCOLS: dict[str, Protocol] = {
    path.stem: parse_protocol(path.read_bytes(), file=path.name)
    for path in shipped("protocols").glob("net-*.yaml")
}
SLOTS: Rows = [
    ["Protocol", "net-nisoxetine-binding"],
    ["plate", "NET-0147"],
    ["lot nisoxetine", "007"],
    ["time harvest", "2026-03-02 11:06"],
    ["radioligand", "1.04 nM", "counted aliquot"],
    [],
    ["slot", "compound", "top", "dilution"],
    [1, "imipramine", "10 uM", "half-log"],
    [2, "LAB-1", "1 uM", 3],
    [3, None, None, None],
]


def workbook(*sheets: Rows) -> bytes:
    """A workbook with a sheet for each list of rows, coloured as laboratories do."""
    book = Book()
    book.remove(book.worksheets[0])
    for number, rows in enumerate(sheets, start=1):
        sheet = book.create_sheet(f"page {number}")
        for row in rows:
            sheet.append(row)
        sheet["A1"].fill = PatternFill("solid", start_color="FFFFCC00")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def parse(content: bytes) -> RunSheet:
    return parse_runsheet(content, file="NET.xlsx", timezone="UTC", protocols=PROTOCOLS.get)


def told(content: bytes) -> list[str]:
    return [
        one.sentence
        for one in lint_runsheet(content, file="r.xlsx", timezone="UTC", protocols=PROTOCOLS.get)
    ]


def plate(corner: str, held: dict[str, Any]) -> Rows:
    """A table shaped like the plate of 96."""
    rows: list[list[Any]] = [[corner, *range(1, 13)]]
    rows += [[letter, *(held.get(f"{letter}{n}") for n in range(1, 13))] for letter in "ABCDEFGH"]
    return rows


SCREEN: Rows = [["protocol", "net-nisoxetine-screen"], ["plate", "SCR-1"], []]


def test_compounds_in_slots_are_read_with_their_dilutions_expanded() -> None:
    """Ten points of half a logarithm; a slot left blank stays unused; text stays as written."""
    sheet = parse(workbook(SLOTS))
    assert [one.name for one in sheet.compounds] == ["imipramine", "LAB-1"]
    assert sheet.compounds[0].role == "reference"
    assert sheet.compounds[1].concentrations_m[:2] == (1e-6, 3.33333333333333e-7)
    assert (sheet.plate_id, sheet.lots["nisoxetine"]) == ("NET-0147", "007")
    assert sheet.radioligand_concentration is not None
    assert sheet.radioligand_concentration.source == "counted aliquot"


def test_what_is_kept_reads_again_as_the_same_run_sheet() -> None:
    """The words as CSV: head, slots and wells; only the place they came from is lost."""
    masked = [*SLOTS, [], *plate("mask", {"B7": "air bubble"})]
    sheet = parse(workbook(masked))
    again = parse_runsheet(
        sheet.text.encode(), file="NET.csv", timezone="UTC", protocols=PROTOCOLS.get
    )
    assert again == sheet
    assert [(one.position, one.reason) for one in again.masks] == [("B07", "air bubble")]


def test_a_sheet_shaped_like_the_plate() -> None:
    """Compounds on one page, concentrations on the next; a control by its role's name."""
    names = {"A2": "LAB-1", "B2": "LAB-2", "C2": "empty"}
    held = plate("compound", names), plate("concentration_uM", {"A2": 10, "B2": 2.5})
    sheet = parse(workbook([*SCREEN, *held[0]], held[1]))
    found = {one.position: (one.role, one.concentration_m) for one in sheet.placements}
    assert found == {"A02": ("sample", 1e-5), "B02": ("sample", 2.5e-6), "C02": ("unused", None)}


@pytest.mark.parametrize(
    ("row", "column", "written", "said"),
    [
        (0, 1, "net-nisoxetin", "'page 1', cell B1: protocol 'net-nisoxetin' is not in force"),
        (0, 0, "protocl", "cell A1: 'protocl' is not a key here; did you mean 'protocol'?"),
        (3, 1, "2.3.26", "cell B4: '2.3.26' is no time"),
        (3, 0, "time harvset", "did you mean 'harvest'?"),
        (4, 1, "1.04", "cell B5: radioligand: '1.04' has no unit"),
        (4, 2, None, "has no source"),
        (6, 1, "compond", "did you mean 'compound'?"),
        (6, 3, "dilutoin", "cell D7: the column 'dilutoin' is not known; did you mean 'dilution'?"),
        (7, 0, 9, "cell A8: protocol net-nisoxetine-binding has no slot '9'; it has: 1, 2, 3, 4"),
        (7, 2, "10", "cell C8: '10' has no unit"),
        (7, 2, "=A1*2", "cell C8: found a formula"),
        (8, 0, 1, "slot 1 holds imipramine already"),
        (8, 3, "three", "cell D9: 'three' is not a dilution"),
        (9, 2, "1 uM", "cell C10: slot 3 has '1 uM' and no compound"),
    ],
)
def test_a_mistake_names_sheet_and_cell(row: int, column: int, written: Any, said: str) -> None:
    """The cell that is wrong, not the row alone."""
    rows: list[list[Any]] = [[*one] for one in SLOTS]
    rows[row][column] = written
    found = told(workbook(rows))
    assert any(said in one for one in found), found


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (plate("concentration_uM", {"A2": "1,5"}), "'page 2', cell C2: '1,5 uM' has a comma"),
        (plate("concentration_um", {"A2": 1}), "cell A1: 'concentration_um' names no unit"),
        (plate("compound", {"A2": "LAB-9"}), "cell C2: compound of A02 is given twice"),
        (plate("concentration_uM", {"B2": 1}), "position B02 is a sample and needs its compound"),
        (plate("concentration_uM", {})[:4], "cell A5: found nothing; expected row D of the table"),
        ([["compound", 1, 2, 3, 4, 5, 6], *([x] for x in "ABCD")], "24 wells, the one before 96"),
        (plate("role", {"A2": "smple"}), "cell C2: 'smple' is no role; did you mean 'sample'?"),
        ([["position", "role"], ["A3", "sample"]], "found a list of positions and a table"),
    ],
)
def test_a_mistake_in_a_plate_names_sheet_and_cell(held: Rows, said: str) -> None:
    """On the page where it stands."""
    found = told(workbook([*SCREEN, *plate("compound", {"A2": "LAB-1"})], held))
    assert any(said in one for one in found), found


def test_a_plate_of_another_protocol_is_refused() -> None:
    """Tables of 96 wells for vials cannot be meant."""
    rows = [["protocol", "net-ne-uptake"], *plate("compound", {"A2": "x"})]
    assert any("counts vials: list their positions" in one for one in told(workbook(rows)))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04 cut", "cut short or damaged"),
        (b"name: x", "no .xlsx workbook"),
        (b"PK\x03\x04" + b"x" * 1_000_001, "at most 1000000 are read"),
        (workbook([["a remark"]]), "has no table"),
        (workbook([[n] for n in range(5002)]), "more than 5000 rows"),
        (workbook(*[[["x"]]] * 21), "found 21 sheets; at most 20"),
    ],
)
def test_what_is_no_run_sheet_is_refused(content: bytes, said: str) -> None:
    """Before anything is unpacked that does not end."""
    with pytest.raises(ConfigError, match=said):
        read_xlsx(content, file="r.xlsx")


def test_a_workbook_that_unpacks_without_end_is_refused() -> None:
    """Forty megabytes of blanks are a small file."""
    rows = [["x" * 30_000 + str(n)] for n in range(600)]
    content = workbook(rows)
    assert len(content) < 1_000_000
    with pytest.raises(ConfigError, match="unpacks to"):
        read_xlsx(content, file="r.xlsx")


def test_a_workbook_whose_cells_say_too_much_is_refused() -> None:
    """A text stands in the file once, and may be in every cell."""
    content = workbook([["position", "role"], *[["A01", "x" * 30_000]] * 40])
    with pytest.raises(ConfigError, match=r"have 1200\d* characters; at most 1000000"):
        read_xlsx(content, file="r.xlsx")


def test_what_is_odd_names_its_cell() -> None:
    """A warning as an error does."""
    rows = [*SLOTS[:-2], [2, "desipramine", "20 mM", 3]]
    found = lint_runsheet_file(
        workbook(rows), file="r.xlsx", timezone="UTC", protocols=PROTOCOLS.get
    )
    assert {one.severity for one in found} == {"warning"}
    told = [one.sentence.partition(": ")[0] for one in found]
    assert told == ["sheet 'page 1', cell B9"] * 2


def test_a_key_on_two_pages_is_told_with_both_cells() -> None:
    """Which of them holds?"""
    (fault,) = told(workbook(SLOTS, [["remark"], ["plate", "NET-9"]]))
    assert fault.startswith("sheet 'page 2', cell A2: 'plate' is here twice")
    assert "(first in sheet 'page 1', cell A2)" in fault


def test_what_is_calculated_beside_is_the_laboratorys_own() -> None:
    """A formula is refused in a table and as a key's value, not where nothing is read."""
    mixing = [["to mix", "=3*4", "uL"], ["volume", "=B1/2"]]
    assert parse(workbook(SLOTS, mixing)) == parse(workbook(SLOTS))
    (fault,) = told(workbook([["plate", "=A9"], *SLOTS]))
    assert "cell B1: found a formula" in fault
    (fault,) = told(workbook([*SCREEN, *plate("compound", {"C4": "=A1"})]))
    assert "cell E7: found a formula" in fault


def test_a_plate_says_the_same_in_yaml_and_in_a_workbook() -> None:
    """The worked example of the screen, position for position."""
    screen = PROTOCOLS["net-nisoxetine-screen"]
    assert screen.example is not None
    written = parse_runsheet(
        screen.example.runsheet.encode(), file="r.yaml", timezone="UTC", protocols=PROTOCOLS.get,
        default_protocol=screen.name,
    )  # fmt: skip
    names, strengths = {}, {}
    for one in written.placements:
        place = f"{one.position[0]}{int(one.position[1:])}"
        names[place] = one.compound or one.role
        if one.concentration_m is not None:
            strengths[place] = f"{one.concentration_m * 1e6:.6g}"
    assert len(names) > 70
    book = workbook([*SCREEN, *plate("compound", names)], plate("concentration_uM", strengths))
    found = {one.position: one for one in parse(book).placements}
    for one in written.placements:
        drawn = found.pop(one.position)
        assert (drawn.role, drawn.compound) == (one.role, one.compound)
        assert drawn.concentration_m == pytest.approx(one.concentration_m)
    assert found == {}


def test_what_is_kept_runs_nothing_where_it_is_opened() -> None:
    """A name that a spreadsheet program takes for a formula is text in the CSV in the archive."""
    rows = [*SLOTS[:8], [2, "@SUM(1+1)", "1 uM", 3]]
    sheet = parse(workbook(rows))
    assert ",'@SUM(1+1)," in sheet.text
    again = parse_runsheet(
        sheet.text.encode(), file="NET.csv", timezone="UTC", protocols=PROTOCOLS.get
    )
    names = [{one.name for one in each.compounds} for each in (sheet, again)]
    assert names[0] == names[1] == {"imipramine", "@SUM(1+1)"}


def test_what_is_kept_above_the_table_runs_nothing_either() -> None:
    """A word with a separator and a formula behind it is one cell in the archive's CSV."""
    sheet = parse(workbook([*SLOTS[:1], ["operator", "A. Miller,=1+1"], *SLOTS[1:]]))
    assert '"# operator: A. Miller,=1+1"\n' in sheet.text
    again = parse_runsheet(
        sheet.text.encode(), file="NET.csv", timezone="UTC", protocols=PROTOCOLS.get
    )
    assert again.operator == sheet.operator == "A. Miller,=1+1"
