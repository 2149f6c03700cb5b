"""labsvc runsheet."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from labsvc.model.plate import row_and_column
from labsvc.service.runsheets.text import parse_runsheet
from tests.bench import BINDING, TOPS_UM, protocol, sheet
from tests.cli.conftest import Labsvc


def test_run_sheets_are_linted(labsvc: Labsvc, run_sheet: Path, tmp_path: Path) -> None:
    """File, line and what was expected."""
    assert labsvc("runsheet", "lint", run_sheet).out == "1 files, 0 errors, 1 warnings\n"
    bad = tmp_path / "bad.yaml"
    bad.write_bytes(sheet("NET-1").replace(b"top: 10 uM", b"top: 10"))
    ran = labsvc("runsheet", "lint", bad)
    assert (ran.code, ran.out) == (78, "1 files, 1 errors\n")
    assert ran.err.startswith(f"{bad}:5:38: error: ")
    (found,) = labsvc("runsheet", "lint", bad, "--json").json
    assert (found["line"], found["severity"]) == (5, "error")


def test_lint_goes_on_after_a_file_that_is_not_there(labsvc: Labsvc, run_sheet: Path) -> None:
    """One line for each fault; exit code 78."""
    ran = labsvc("runsheet", "lint", "gone.yaml", run_sheet)
    assert (ran.code, ran.out) == (78, "2 files, 1 errors, 1 warnings\n")
    assert "gone.yaml: error: cannot be read: No such file or directory\n" in ran.err


def test_a_run_sheet_for_a_protocol_of_ones_own(labsvc: Labsvc, home: Path, tmp_path: Path) -> None:
    """It is known by its home; elsewhere it is told by its name."""
    mine = tmp_path / "NET-1.yaml"
    mine.write_bytes(sheet("NET-1").replace(BINDING.encode(), b"our-own"))
    plan = home / "protocols" / f"{BINDING}.yaml"
    plan.write_bytes(plan.read_bytes().replace(BINDING.encode(), b"our-own"))
    ran = labsvc("runsheet", "lint", mine)
    assert ran.code == 78
    assert "'our-own'" in ran.err
    assert labsvc("runsheet", "lint", mine, "--home", home).code == 0


def test_every_fault_of_a_run_sheet_is_told(labsvc: Labsvc, tmp_path: Path) -> None:
    """Not the first alone."""
    bad = tmp_path / "bad.yaml"
    text = sheet("NET-1").replace(b"top: 10 uM", b"top: 10")
    bad.write_bytes(text.replace(b"operator", b"operater"))
    ran = labsvc("runsheet", "lint", bad)
    assert [line.split(":")[1] for line in ran.err.splitlines() if ": error:" in line] == ["3", "5"]


@pytest.mark.parametrize("suffix", ["yaml", "csv", "xlsx"])
def test_a_form_is_made_for_a_protocol(labsvc: Labsvc, tmp_path: Path, suffix: str) -> None:
    """In any form; never over a file that is there."""
    words = ("runsheet", "new", BINDING, "--plate", "NET-9", "--out", f"r.{suffix}")
    assert labsvc(*words).out.startswith(f"r.{suffix} is made. Fill it in, then: labsvc runsheet")
    assert labsvc("runsheet", "lint", f"r.{suffix}").code == 78
    made = (tmp_path / f"r.{suffix}").read_bytes()
    ran = labsvc(*words)
    assert ran.code == 78
    assert ran.sentence.endswith(": is there already; nothing was changed")
    assert (tmp_path / f"r.{suffix}").read_bytes() == made


def test_a_form_is_shown_where_no_file_is_named(labsvc: Labsvc) -> None:
    assert labsvc("runsheet", "new", BINDING).out.startswith("# yaml-language-server:")


@pytest.mark.parametrize(
    "words",
    [(), (BINDING, "--out", "x.txt"), (BINDING, "--shape", "round"), ("--like", "x.xlsx")],
)
def test_a_form_that_cannot_be_made(labsvc: Labsvc, words: tuple[str, ...]) -> None:
    assert labsvc("runsheet", "new", *words).code == 2


def test_the_next_run_sheet_like_ones_own(labsvc: Labsvc, tmp_path: Path) -> None:
    """The reference compound is named; the plate is the new one."""
    labsvc("runsheet", "new", BINDING, "--plate", "NET-1", "--out", "one.xlsx")
    book = load_workbook(tmp_path / "one.xlsx")
    page = book.worksheets[0]
    for cell, value in zip(page[10][2:4], ("10 uM", "half-log"), strict=True):
        cell.value = value
    book.save(tmp_path / "one.xlsx")
    assert labsvc("runsheet", "lint", "one.xlsx").code == 0
    ran = labsvc("runsheet", "new", "--like", "one.xlsx", "--plate", "NET-2", "--out", "two.xlsx")
    assert ran.code == 0
    assert load_workbook(tmp_path / "two.xlsx").worksheets[0]["B2"].value == "NET-2"


def test_a_run_sheet_is_imported_byte_for_byte(labsvc: Labsvc, home: Path, run_sheet: Path) -> None:
    """Again changes nothing; another of its name is refused unless it is to be replaced."""
    words = ("runsheet", "import", run_sheet, "--home", home)
    laid = home / "runsheets" / run_sheet.name
    assert labsvc(*words, "--json").json["plate_id"] == "NET-0411"
    assert laid.read_bytes() == run_sheet.read_bytes()
    assert (
        labsvc(*words).out == f"1 files, 0 errors, 1 warnings\n{laid} is in force, for NET-0411\n"
    )
    run_sheet.write_bytes(run_sheet.read_bytes() + b"# changed\n")
    assert "another run sheet of this name" in labsvc(*words).err
    assert labsvc(*words, "--replace").code == 0
    assert laid.read_bytes().endswith(b"# changed\n")


def test_a_run_sheet_with_an_error_is_not_imported(
    labsvc: Labsvc, home: Path, run_sheet: Path
) -> None:
    run_sheet.write_bytes(run_sheet.read_bytes().replace(b"top: 10 uM", b"top: 10"))
    ran = labsvc("runsheet", "import", run_sheet, "--home", home)
    assert (ran.code, list((home / "runsheets").iterdir())) == (78, [])
    assert f"{run_sheet}:5:38: error:" in ran.err


def test_a_workbook_releases_the_run_that_waited_for_it(
    labsvc: Labsvc, home: Path, plate: Path
) -> None:
    """Its words are archived as CSV, not those of another of its name; the workbook stays."""
    other = f"# protocol: {BINDING}\n# plate: NET-0500\nposition,role\nA1,total\n"
    (home / "runsheets" / "own.csv").write_text(other, "utf-8")
    assert labsvc("ingest", plate, "--home", home).code == 1
    labsvc("runsheet", "new", BINDING, "--plate", "NET-0411", "--out", "own.xlsx")
    book = load_workbook("own.xlsx")
    for row, name in enumerate(("imipramine", "desipramine", "nortriptyline", "citalopram"), 10):
        for column, value in enumerate((name, "10 uM", "half-log"), 2):
            book.worksheets[0].cell(row, column).value = value
    book.save("own.xlsx")
    assert labsvc("runsheet", "import", "own.xlsx", "--home", home).code == 0
    (run,) = labsvc("runs", "ls", "--home", home, "--json").json
    assert labsvc("runs", "refile", run["id"], "--reason", "sheet", "--home", home).code == 0
    (kept,) = (home / "archive").rglob("runsheet.csv")
    assert "1,imipramine,10 uM,half-log" in kept.read_text("utf-8")


def as_list(content: bytes) -> str:
    """The run sheet of a plate as a list of its wells."""
    read = parse_runsheet(content, file="r.yaml", timezone="UTC", protocols=lambda _: protocol())
    wells = {slot.name: slot.wells for slot in protocol().layout.slots}
    rows = [
        f"{well},{one.name},{strength!r}"
        for one in read.compounds
        for strength, replicates in zip(one.concentrations_m, wells[one.slot], strict=True)
        for well in replicates
    ]
    head = "# plate: NET-0411\nposition,compound,concentration_M,role\n"
    return head + "".join(f"{row},\n" for row in rows)


def in_slots(path: str) -> None:
    """Fills in a form with the compounds of the bench."""
    book = load_workbook(path)
    for row, (name, top) in enumerate(TOPS_UM.items(), 10):
        for column, value in enumerate((name, f"{top} uM", "half-log"), 2):
            book.worksheets[0].cell(row, column).value = value
    book.save(path)


def on_plate(path: str, listed: str) -> None:
    """Fills in a form shaped like the plate, well by well."""
    book = load_workbook(path)
    page = book.worksheets[0]
    corners = {str(cell.value): int(cell.row or 0) for (cell,) in page.iter_rows(max_col=1)}
    for line in listed.splitlines()[2:]:
        well, name, molar, _ = line.split(",")
        row, column = row_and_column(well)
        page.cell(corners["compound"] + 1 + row, column + 1).value = name
        strength = page.cell(corners["concentration_uM"] + 1 + row, column + 1)
        strength.value = float(molar) * 1e6
    book.save(path)


def test_the_same_numbers_come_out_of_every_form(labsvc: Labsvc, plate: Path) -> None:
    """Slots in YAML, slots in a workbook, a list of wells, tables shaped like the plate."""
    listed = as_list(sheet("NET-0411"))
    Path("slots.yaml").write_bytes(sheet("NET-0411"))
    Path("list.csv").write_text(listed, "utf-8")
    for shape in ("slots", "plate"):
        words = ("--shape", shape, "--plate", "NET-0411", "--out", f"{shape}.xlsx")
        assert labsvc("runsheet", "new", BINDING, *words).code == 0
    in_slots("slots.xlsx")
    on_plate("plate.xlsx", listed)
    answers = []
    for name in ("slots.yaml", "slots.xlsx", "list.csv", "plate.xlsx"):
        ran = labsvc("analyse", plate, "--protocol", BINDING, "--runsheet", name, "--json")
        assert ran.code == 0, ran.err
        answers.append({one["compound"]: one["ki"]["value"] for one in ran.json["curves"]})
    assert set(answers[0]) == set(TOPS_UM)
    assert answers[1:] == [pytest.approx(answers[0], rel=1e-6)] * 3
