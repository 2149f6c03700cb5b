"""What every driver promises, for the Wizard2 table."""

import json
from pathlib import Path

from labsvc.driver.testing import DriverContract, Outcome, Refused, Unseen
from labsvc_drivers.wizard2 import Wizard2

DATA = Path(__file__).parent / "data"
SAMPLES = {path.name: path.read_bytes() for path in sorted(DATA.glob("*.csv"))}
GOLDENS = {path.stem: json.loads(path.read_bytes()) for path in DATA.glob("*.csv.json")}
UPTAKE = SAMPLES["005120.csv"]
ROW = b"31,SERT RTI-55 2 min,2025-02-11 09:30:12,0,5120,1,2,2,120.02,,10120.03,5031.9,2.24,\r\n"


def changed(old: bytes, new: bytes) -> bytes:
    assert old in UPTAKE
    return UPTAKE.replace(old, new, 1)


BAD = {
    "only the header": (UPTAKE.split(b"\n")[0] + b"\n", "line 2: there is no row"),
    "the last line without its end": (UPTAKE.rstrip(), "line 21: .*'31,SERT.* has no line end"),
    "a row twice": (
        changed(ROW, ROW * 2),
        "line 4: rack '1' position '2' at 2025-02-11 09:30:12 stands twice",
    ),
    "a row cut short": (changed(b"5031.9,2.24,\r\n", b"5031.9\r\n"), "found 12 cells .* has 14"),
    "a blank line between rows": (changed(ROW, b"\r\n" + ROW), "line 3: found 0 cells"),
    "a bare decimal comma": (changed(b"5031.9", b"5031,9"), "line 3: found 15 .* decimal comma"),
    "a quoted decimal comma": (
        changed(b"5031.9", b'"5031,9"'),
        "line 3: found '5031,9' where I-125 CPM .* decimal commas are not part",
    ),
    "no counts": (changed(b"10120.03", b""), "line 3: found '' where I-125 Counts"),
    "an error that is no figure": (changed(b"2.24", b"n/a"), "'n/a' where I-125 Error %"),
    "no position": (changed(b",2,2,120.02", b",2,,120.02"), "position '' .* or is blank"),
    "a date in another notation": (
        changed(b"2025-02-11 09:30:12", b"11.02.2025 09:30"),
        "line 2: found '11.02.2025 09:30' in 'Measurement date & time'",
    ),
    "no such day": (changed(b"2025-02-11", b"2025-02-31"), "line 2: .*2025-02-31.* day"),
    "no rack column": (changed(b",Rack,", b",Tray,"), "line 1: .* lacks the column Rack"),
    "no nuclide": (changed(b"I-125 CPM", b"I-125 Bq"), "lacks the column '<nuclide> CPM'"),
    "a column twice": (changed(b",Det,", b",Rack,"), "line 1: a column stands twice"),
    "a quotation mark left open": (changed(b"120.02,,", b'120.02,",'), "no comma-separated row"),
}
OUTCOMES: dict[str, Outcome] = {
    "truncated": Refused("has no line end: it was cut short"),
    "stopped": Unseen("no end mark: fewer tubes than the protocol expects is for the matcher"),
    "duplicated": Refused("stands twice"),
    "decimal_comma": Refused("decimal comma"),
    "wrong_clock": Unseen("the year 2000 is a date like any other"),
}


class TestWizard2(DriverContract):
    driver = Wizard2()
    samples = SAMPLES
    goldens = GOLDENS
    bad = BAD
    has_end_mark = False
    fault_outcomes = OUTCOMES
