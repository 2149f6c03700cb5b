"""What every driver promises, for the MicroBeta report."""

import json
from pathlib import Path

from labsvc.driver.testing import DriverContract, Outcome, Refused, Unseen
from labsvc_drivers.microbeta import MicroBeta

DATA = Path(__file__).parent / "data"
SAMPLES = {path.name: path.read_bytes() for path in sorted(DATA.glob("*.txt"))}
GOLDENS = {path.stem: json.loads(path.read_bytes()) for path in DATA.glob("*.txt.json")}
GAPS = SAMPLES["A12_118.txt"]


def changed(old: bytes, new: bytes) -> bytes:
    assert old in GAPS
    return GAPS.replace(old, new, 1)


BAD = {
    "a list cell edited": (
        changed(b"B01\t3977\t", b"B01\t397\t"),
        r"line 36: plate 1 B01 CCPM1: the list has '397' \(line 19\), the grid has '3977'",
    ),
    "a grid cell edited": (changed(b"B\t3977\t", b"B\t397\t"), "edited or damaged"),
    "both edited alike": (
        GAPS.replace(b"\t4211\t", b"\t9211\t"),
        "total count rate is 15247.1, the 9 cells sum to 20246.0",
    ),
    "a list row lost": (
        changed(b" \tUnk_2\tA02\t4102\t1.4\t\r\n", b""),
        "A01 of plate 1 stands twice",
    ),
    "a row of the second plate lost": (
        changed(b" \tUnk_48\tD06\t57\t104.9\t\r\n", b""),
        "plate 2 D06 CCPM1: the grid has '57', the list no row",
    ),
    "a list row too many": (
        changed(b" \tUnk_48\tD06\t57\t104.9\t\r\n", b" \tUnk_48\tD06\t57\t104.9\t\r\n" * 2),
        "the list has 10 rows and the grids 9 counted places",
    ),
    "a grid row lost": (
        changed(b"B\t3977\t0\t-\t-\t-\t-\t\r\n", b""),
        r"found 'C.*'; expected grid row B",
    ),
    "a decimal comma": (changed(b"\t4.5\t", b"\t4,5\t"), "'4,5' where CCPM1% .* decimal comma"),
    "no counting column": (GAPS.replace(b"CCPM1", b"H1"), "no column CCPM1"),
    "a column twice": (changed(b"CCPM1\tCCPM1%", b"CCPM1\tCCPM1"), "stands twice"),
    "a place that is no well": (changed(b"\tA03\t", b"\t3\t"), "column POS, '3' is not a well"),
    "a date in another notation": (
        changed(b"Wed 18-Mar-2020 14:05", b"18.03.2020 14:05"),
        r"line 4: found '18.03.2020 14:05' where the date",
    ),
    "no such day": (changed(b"18-Mar", b"32-Mar"), "line 4: found the date"),
    "tabs lost on the way": (GAPS.replace(b"\t", b" "), "each followed by a TAB"),
    "two reports in one file": (GAPS + GAPS, "after END; expected one report in one file"),
    "plates in the wrong order": (changed(b"Plate 2", b"Plate 1"), "plate 1 follows plate 1"),
    "an impossible plate": (changed(b"Shelf: 1/4*6", b"Shelf: 1/40*6"), r"the plate 40\*6"),
    "a line in a grid": (changed(b"CCPM1\r\n\r\n", b"note\r\n\r\n"), "found 'note' in plate 1"),
}

OUTCOMES: dict[str, Outcome] = {
    "truncated": Refused("expected END as its last line. It was cut short"),
    "duplicated": Refused("stands twice in the list"),
    "edited": Refused("edited or damaged"),
    "decimal_comma": Refused("decimal comma"),
    "wrong_clock": Unseen("1999 is a date like any other; the service compares with receipt"),
}


class TestMicroBeta(DriverContract):
    driver = MicroBeta()
    samples = SAMPLES
    goldens = GOLDENS
    bad = BAD
    fault_outcomes = OUTCOMES
