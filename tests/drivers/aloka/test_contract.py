"""What every driver promises, for the Aloka table."""

import json
from pathlib import Path

from labsvc.driver.testing import DriverContract, Flagged, Outcome, Refused, Unseen
from labsvc_drivers.aloka import Aloka
from labsvc_drivers.harvest import Harvest
from labsvc_drivers.microbeta import MicroBeta
from labsvc_drivers.tricarb import TriCarb
from labsvc_drivers.tricarb_2100tr import TriCarb2100TR
from labsvc_drivers.wizard2 import Wizard2

DATA = Path(__file__).parent / "data"
SAMPLES = {path.name: path.read_bytes() for path in sorted(DATA.glob("*.csv"))}
GOLDENS = {path.stem: json.loads(path.read_bytes()) for path in DATA.glob("*.csv.json")}
COMMAS, POINTS = SAMPLES["decimal_commas.csv"], SAMPLES["two_blank_names.csv"]
HEADER = POINTS.splitlines(keepends=True)[0]
ROW = COMMAS.splitlines(keepends=True)[2]


def changed(content: bytes, old: bytes, new: bytes) -> bytes:
    assert old in content
    return content.replace(old, new, 1)


def commas(old: bytes, new: bytes) -> bytes:
    return changed(COMMAS, old, new)


def points(old: bytes, new: bytes) -> bytes:
    return changed(POINTS, old, new)


BAD = {
    "only the header": (HEADER, "line 1: there is no row below the header"),
    "no line end": (COMMAS.rstrip(), "the last line .* has no line end"),
    "a vial twice": (commas(ROW, ROW * 2), "line 4: My No '1' SN '1' RN '1' stands twice"),
    "a row above the header": (ROW + COMMAS, "line 1: found the row .* above the first header"),
    "a damaged header": (commas(b"My No", b"Mx No"), "found the row 'Mx No;SN;RN.* above"),
    "two kinds of header": (commas(b"My No;SN;RN;ESCR", b"My No;RN;SN;ESCR"), "differs from the"),
    "a cell lost": (commas(b'"15,80";', b""), "line 4: found 16 cells .* has 17: the row was cut"),
    "a remark between rows": (commas(ROW, ROW + b"PRINTER OFF\r\n"), "found 1 cells in 'PRINTER"),
    "both decimal marks": (commas(b"15,80", b"15.80"), "line 3: found '.*' here and '15.80' in li"),
    "a comma in a comma table": (points(b"69.5", b"69,5"), "'69,5' where A-CPM .* decimal commas"),
    "an asterisk behind": (points(b"69.5", b"69.5*"), "line 3: found '69.5\\*' where A-CPM"),
    "a word for a figure": (points(b"69.5", b"high"), "found 'high' where A-CPM"),
    "no place": (points(b'"**2"', b'"**"'), "found '\\*\\*' where SN .a whole number"),
    "no dates": (points(b',"",""', b',"X","Y"'), "lacks the column COUNT_DATE, COUNT_HOUR"),
    "no count rate": (points(b"A-CPM", b"A-CPS"), "line 1: .* lacks the column A-CPM"),
    "a column twice": (points(b'"A-DPM"', b'"A-EFF"'), "blank or stands twice"),
    "a short year": (points(b"2026/02/03", b"03/02/26"), "line 2: found the date '03/02/26'"),
    "no such day": (points(b"2026/02/03", b"2026/02/30"), "line 2: found the date '2026/02/30': d"),
    "days and months mixed": (
        commas(b"13/01/2026", b"01/13/2026"),
        "dates 01/13/2026, 13/01/2026 are neither all day first nor all month first",
    ),
    "an hour alone": (points(b"23:58:10", b"23"), "line 2: found the hour '23': expected a time"),
    "no such hour": (points(b"23:58:10", b"25:58:10"), "found the hour '25:58:10': hour must be"),
    "a quotation mark left open": (points(b'"69.5"', b'"69.5'), 'line 3: found .*\'"3"'),
}
OUTCOMES: dict[str, Outcome] = {
    "truncated": Refused("has no line end"),
    "duplicated": Refused("stands twice"),
    "mixed_marks": Refused("expected one decimal mark throughout"),
    "unclear_dates": Flagged("day/month or month/day .*03/04/2026.*: no date is taken"),
    "wrong_clock": Unseen("the year 2000 is a date like any other"),
}


class TestAloka(DriverContract):
    driver = Aloka()
    others = (Harvest(), MicroBeta(), TriCarb(), TriCarb2100TR(), Wizard2())
    samples = SAMPLES
    goldens = GOLDENS
    bad = BAD
    has_end_mark = False
    fault_outcomes = OUTCOMES
