"""What every driver promises, for both forms of the Hidex export."""

import json
from datetime import UTC, datetime
from pathlib import Path

from labsvc.driver import Capture
from labsvc.driver.difference import documents, first_difference
from labsvc.driver.testing import DriverContract, Outcome, Refused, Unseen
from labsvc_drivers.hidex300 import Hidex300

DATA = Path(__file__).parent / "data"
SAMPLES = {"Blanks_3.csv": (DATA / "Blanks_3.csv").read_bytes()}
GOLDENS = {path.stem: json.loads(path.read_bytes()) for path in DATA.glob("*.csv.json")}
TOTALS = (DATA / "SERT_TOTALS_C1.csv").read_bytes()
BLOCK = b"Sample start" + TOTALS.split(b"Sample start")[1]


def changed(old: bytes, new: bytes) -> bytes:
    assert old in TOTALS
    return TOTALS.replace(old, new, 1)


BAD = {
    "only the header": (TOTALS[: TOTALS.index(b"Sample start")], "found no line 'Sample start'"),
    "a block twice": (
        TOTALS + BLOCK,
        r"line 4321: A01 repeat 1 stands twice \(the first at line 5\)",
    ),
    "a key twice": (changed(b"DPM;72", b"CPM;72"), "line 11: the key 'CPM' stands twice"),
    "no counts": (changed(b"Counts;42\r\n", b""), "line 5: the block .* lacks 'Counts'"),
    "blank counts": (changed(b"Counts;42", b"Counts;"), "found '' where Counts"),
    "a decimal comma": (
        changed(b"CPM;41.970", b"CPM;41,970"),
        "line 5: found '41,970' where CPM .* decimal commas are not part",
    ),
    "commas between the cells": (
        changed(b"CPM;41.970", b"CPM,41.970"),
        "line 10: found 'CPM,41.970'; expected a line 'key;value'",
    ),
    "a date in another notation": (
        changed(b"17/03/2026 09:12:20", b"2026-03-17 09:12:20"),
        "line 5: found '2026-03-17 09:12:20' in EndTime; expected a time such as",
    ),
    "a date with the month first": (
        changed(b"17/03/2026 09:12:20", b"03/17/2026 09:12:20"),
        "found '03/17/2026 09:12:20' in EndTime, which is read day first: month",
    ),
    "no well and no vial": (
        changed(b"Vial;1\r\nWName;A01", b"Vial;-\r\nWName;-"),
        "found WName '-' and Vial '-'; expected a well such as 'A01'",
    ),
    "a repeat that is none": (changed(b"Repe.;1", b"Repe.;x"), "found Repe. 'x'; expected 1, 2"),
    "a dead time below one": (changed(b"DTime;1.000", b"DTime;0"), "expected a factor of 1 or"),
    "a time of nothing": (changed(b"Time;60", b"Time;0"), "and a time above 0 s"),
    "a spectrum with a line lost": (
        changed(b"\r\n512;0;0;0;0", b""),
        "line 538: found '513;0;0;0;0'; expected line 512 of the 1024 of the spectrum",
    ),
    "a spectrum with a cell lost": (
        changed(b"\r\n512;0;0;0;0", b"\r\n512;0;0;0"),
        "line 538: found '512;0;0;0'; expected line 512 .* 5 whole numbers",
    ),
    "a matrix with a line lost": (
        changed(b";".join([b"0"] * 64) + b"\r\n", b""),
        "line 1083: found 'Sample start'; expected line 32 of the 32 of the matrix",
    ),
    "a spectrum without its matrix": (
        changed(b"Alpha:\r\n", b""),
        "line 1051: found '0;0;.* expected 'Alpha:'",
    ),
    "a note behind the blocks": (TOTALS + b"checked\r\n", "found 'checked'; expected 'Sample st"),
    "two windows": (
        changed(
            b"Counting type", b"- ROI2 Free Channel Limits 1 - 300, Type Beta\r\nCounting type"
        ),
        "line 1: the header names the windows ROI1, ROI2; this driver knows exports of one",
    ),
}
OUTCOMES: dict[str, Outcome] = {
    "truncated": Refused("expected 1024 lines of the spectrum and found .* was cut short"),
    "stopped": Unseen("no end mark: blocks of whole vials are a whole file"),
    "duplicated": Refused("stands twice"),
    "decimal_comma": Refused("decimal commas are not part"),
    "wrong_clock": Unseen("2001 is a year like any other"),
}


class TestHidex300(DriverContract):
    driver = Hidex300()
    samples = SAMPLES
    goldens = GOLDENS
    bad = BAD
    has_end_mark = False
    fault_outcomes = OUTCOMES


DUAL = (DATA / "dual.csv").read_bytes()
LIST = (DATA / "list.csv").read_bytes()


def dual(old: bytes, new: bytes) -> bytes:
    assert old in DUAL
    return DUAL.replace(old, new, 1)


BAD_LISTS = {
    "only the names": (DUAL.splitlines(keepends=True)[0], "line 1: there is no row below the col"),
    "no line end": (DUAL[:-2], r"line 5: the last line 'A03;Sample;2;.*' has no line end"),
    "a name twice": (dual(b"QPI", b"QPE"), "line 1: a column name is blank or stands twice in"),
    "a row above the names": (
        DUAL[DUAL.index(b"A03") :] + DUAL,
        "line 1: found the row 'A03;",
    ),
    "a row twice": (
        DUAL + DUAL.splitlines(keepends=True)[1],
        r"line 6: A01 cycle 1 repeat 1 stands twice \(the first at line 2\)",
    ),
    "a cell lost": (
        dual(b";779,01", b""),
        "line 2: found 9 cells in 'A01;.*names are 10",
    ),
    "two decimal signs": (
        dual(b"4,5;", b"4.5;"),
        "line 2: found '18,25' here and '4.5' in line 2; expected one decimal sign throughout",
    ),
    "a comma among commas": (
        LIST.replace(b"20.5", b"20,5"),
        "found 9 cells in .*decimal comma",
    ),
    "a word for a rate": (
        dual(b"18,25", b"low"),
        "line 2: found 'low' where CPMroi1",
    ),
    "a rate left out": (dual(b"18,25", b""), "line 2: found '' where CPMroi1"),
    "no position": (dual(b"A01;", b";"), "line 2: found Pos ''; expected a well such as 'A01', or"),
    "a repeat that is none": (
        dual(b"Bkg;1;", b"Bkg;x;"),
        "line 2: found Rpt 'x'; expected 1",
    ),
    "a date in another notation": (
        dual(b"17/03/2026 09:12:20", b"17.3.26 9:12"),
        "line 2: found '17.3.26 9:12' in EndTime; expected a time such as",
    ),
    "two orders of dates": (
        dual(b"17/03/2026 09:12:20", b"03/17/2026 09:12:20"),
        "line 2: the times in EndTime are not all of one order, day first or month first: correct",
    ),
    "no such day": (DUAL.replace(b"17/03", b"31/02"), "line 2: found '31/02/2026 09:12:20' in End"),
    "a quotation mark left open": (
        dual(b"Bkg", b'"Bkg'),
        "found 'A01;\"Bkg;1.*': unexpec",
    ),
}
LIST_OUTCOMES: dict[str, Outcome] = {
    "truncated": Refused("has no line end: it was cut short"),
    "stopped": Unseen("no end mark: whole rows are a whole file"),
    "duplicated": Refused("stands twice"),
    "decimal_comma": Refused("expected one decimal sign throughout"),
    "wrong_clock": Unseen("2001 is a year like any other"),
}


class TestHidex300List(DriverContract):
    driver = Hidex300()
    samples = {"dual.csv": DUAL, "list.csv": LIST}  # noqa: RUF012
    goldens = GOLDENS
    bad = BAD_LISTS
    has_end_mark = False
    fault_outcomes = LIST_OUTCOMES


def test_a_run_of_several_repeats_gives_its_golden() -> None:
    """Four blocks: too long to be cut at every byte."""
    capture = Capture("SERT_TOTALS_C1.csv", "t", datetime(2026, 1, 5, tzinfo=UTC), TOTALS)
    found = Hidex300().parse(capture)
    assert first_difference(GOLDENS["SERT_TOTALS_C1.csv"], documents(found)) is None
    again = Capture("a.csv", "t", datetime(2026, 1, 5, tzinfo=UTC), Hidex300().simulate(found))
    assert Hidex300().parse(again) == found
