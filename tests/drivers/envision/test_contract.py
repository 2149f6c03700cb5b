"""What every driver promises, for both exports of the EnVision."""

import json
from pathlib import Path
from types import MappingProxyType

from labsvc.driver.testing import DriverContract, Flagged, Outcome, Refused, Unseen
from labsvc_drivers.envision import EnVision
from labsvc_drivers.harvest import Harvest
from labsvc_drivers.microbeta import MicroBeta
from labsvc_drivers.tricarb import TriCarb
from labsvc_drivers.tricarb_2100tr import TriCarb2100TR
from labsvc_drivers.wizard2 import Wizard2

DATA = Path(__file__).parent / "data"
GRIDS = (DATA / "two_plates.csv").read_bytes()
LIST = (DATA / "list.txt").read_bytes()
OTHERS = (Harvest(), MicroBeta(), TriCarb(), TriCarb2100TR(), Wizard2())
BLOCKS = [b"Plate information" + part for part in GRIDS.split(b"Plate information")[1:]]
ROW = LIST.splitlines(keepends=True)[1]
HEADER = LIST.splitlines(keepends=True)[0]


def golden(name: str) -> object:
    return json.loads((DATA / f"{name}.json").read_bytes())


def changed(content: bytes, old: bytes, new: bytes) -> bytes:
    assert old in content
    return content.replace(old, new, 1)


def grids(old: bytes, new: bytes) -> bytes:
    return changed(GRIDS, old, new)


def rows(old: bytes, new: bytes) -> bytes:
    return changed(LIST, old, new)


RESULTS = b"Results for US LUM 24(1) - channel 0 (CPS)"
COUNTED = BLOCKS[1]
ROW_B = COUNTED[COUNTED.index(b"\r\nB,") + 2 : COUNTED.index(b"\r\nC,") + 2]
BAD_GRIDS = {
    "no assay information": (b"".join(BLOCKS[:2]), "expected 'Exported with EnVision .*include"),
    "optical results": (grids(b"(CPS)", b"(RFU)"), "found the results 'US LUM.*expected CPS in"),
    "no title": (grids(RESULTS + b"\r\n", b""), "line 20: found ',01,02,.* without titles"),
    "a row lost": (grids(ROW_B, b""), "found 'C,.*expected grid row B with 6 cells"),
    "a cell lost": (grids(b"\r\nB,1000.000", b"\r\nB"), "expected grid row B with 6 cells"),
    "a decimal comma": (grids(b"B,1000.000", b"B,1000,000"), "expected grid row B with 6 cells"),
    "a word for a figure": (grids(b"D,3000,", b"D,high,"), "found 'high' where plate 1 D01"),
    "an unknown plate": (grids(b",05,06,", b",05,"), "found the grid columns ',01,02,03,04,05'"),
    "a plate twice": (GRIDS.replace(COUNTED, COUNTED * 2), "'Results for US LUM.*stands twice for"),
    "two plates of one number": (
        GRIDS.replace(b'\r\n2,1,"="""""', b'\r\n1,1,"="""""'),
        "two blocks of plate 1 repeat 1 differ in bar code, date or size",
    ),
    "calculated results alone": (
        GRIDS.replace(COUNTED, b""),
        "plate 1 has no 'Results for ...': calculated results only",
    ),
    "an entry lost": (grids(b"14.67,1,", b"14.67,"), "found 8 entries in .* below 9 names"),
    "no number": (grids(b'\r\n1,1,"', b'\r\nA,1,"'), "found 'A' where Plate .a whole number"),
    "a remark between plates": (
        GRIDS.replace(COUNTED, b"PAUSED\r\n" + COUNTED),
        "line 12: found 'PAUSED'; expected 'Plate information', 'Results for '",
    ),
    "a date in another notation": (
        grids(b"1/25/2026 2:10:15 PM", b"25.01.2026 14:10"),
        "line 3: found the date '25.01.2026 14:10'; expected",
    ),
    "no such day": (GRIDS.replace(b"1/25/2026", b"2/30/2026"), "found the date '2/30/2026 2:10"),
    "a well blank in one result": (
        GRIDS.replace(
            b"\r\n\r\n\r\nBasic",
            b"\r\n\r\n" + RESULTS.replace(b"channel 0", b"channel 1")
            + b"\r\n,01,02,03,04,05,06,\r\nA,1,1,1,1,1,,\r\n"
            + b"".join(row + b",1,1,1,1,1,1,\r\n" for row in (b"B", b"C", b"D"))
            + b"\r\n\r\nBasic",
        ),
        "plate 2 A06 is blank in some of its results",
    ),
}  # fmt: skip
GRID_OUTCOMES: dict[str, Outcome] = {
    "truncated": Refused("expected 'Exported with EnVision"),
    "duplicated": Refused("stands twice"),
    "decimal_comma": Refused("expected grid row A with 6 cells"),
    "optical": Refused("expected CPS"),
    "unclear_dates": Flagged("day/month or month/day .*'3/4/2026 2:10:15 PM'.*: no date is taken"),
    "wrong_clock": Unseen("the year 2000 is a date like any other"),
}


class TestGrids(DriverContract):
    driver = EnVision()
    others = OTHERS
    samples = MappingProxyType({"two_plates.csv": GRIDS})
    goldens = MappingProxyType({"two_plates.csv": golden("two_plates.csv")})
    bad = BAD_GRIDS
    fault_outcomes = GRID_OUTCOMES


BAD_LIST = {
    "no line end": (LIST.rstrip(), "the last line .* has no line end"),
    "a few rows": (
        b"".join(LIST.splitlines(keepends=True)[:12]),
        "found 11 rows; a list prints",
    ),
    "a well twice": (rows(ROW, ROW * 2), "line 3: plate 1 repeat 1 well A01 stands twice"),
    "a cell lost": (rows(b"\tM\t", b"\t"), "line 2: found 5 cells .* the header has 6"),
    "a line between rows": (rows(ROW, ROW + b"\r\n"), "line 3: found 0 cells"),
    "a decimal comma": (rows(b"2140.5", b"2140,5"), "found '2140,5' where .* decimal commas"),
    "a row above the header": (ROW + LIST, "line 1: found the row .* above the header"),
    "no count rate": (rows(b"(CPS)", b"(A)"), "line 1: no column of .* has CPS in brackets"),
    "no well": (rows(b"A01", b"101"), "line 2: in column Well, '101' is not a well"),
    "a well beyond the plate": (rows(b"A01", b"Z01"), "found the well 'Z01'; expected A01 to P24"),
    "a column twice": (rows(b"Time", b"Type"), "blank or stands twice"),
}

LIST_OUTCOMES: dict[str, Outcome] = {
    "truncated": Refused("has no line end"),
    "duplicated": Refused("stands twice"),
    "decimal_comma": Refused("decimal commas"),
    "optical": Refused("has CPS in brackets"),
}


class ListsOnly(EnVision):
    """The driver with the faults that a list can have: it prints no date."""

    faults = tuple(fault for fault in EnVision.faults if fault in LIST_OUTCOMES)


class TestList(DriverContract):
    driver = ListsOnly()
    others = OTHERS
    samples = MappingProxyType({"list.txt": LIST})
    goldens = MappingProxyType({"list.txt": golden("list.txt")})
    bad = BAD_LIST
    has_end_mark = False
    fault_outcomes = LIST_OUTCOMES

    def test_commas_part_the_cells_as_well_as_tabs(self) -> None:
        """A list saved as comma-separated values has the same readings."""
        with_tabs, with_commas = (
            self.driver.parse(self.capture("list.csv", content))[0]
            for content in (LIST, LIST.replace(b"\t", b","))
        )
        assert with_commas.readings == with_tabs.readings  # type: ignore[union-attr]
