"""What every driver promises, for the E-1."""

import json
from pathlib import Path

from labsvc_example_e1 import E1

from labsvc.driver.testing import DriverContract, Refused, Unseen

DATA = Path(__file__).parent / "data"
SAMPLES = {path.name: path.read_bytes() for path in DATA.glob("*.TXT")}
GOLDENS = {path.stem: json.loads(path.read_bytes()) for path in DATA.glob("*.TXT.json")}
REPORT = SAMPLES["E1_0042.TXT"]
BAD = {
    "a blank too many": (REPORT.replace(b"1 1250 ", b"1  1250 "), "line 6: found '1  1250"),
    "a line lost": (REPORT.replace(b"3 -\r\n", b""), "line 9: found 'END 0042 4' below 3 places"),
    "no such day": (REPORT.replace(b"-03-02", b"-02-30"), "line 2: found the time '2026-02-30"),
    "two reports": (REPORT * 2, "line 11: found 'EXAMPLE .*' below END"),
}
OUTCOMES = {
    "truncated": Refused("the report ends here; expected a place, or END"),
    "duplicated": Refused("place 4 stands twice"),
    "decimal_comma": Refused("decimal commas are not part of this format"),
    "wrong_clock": Unseen("a driver has no clock to compare with"),
}


class TestE1(DriverContract):
    driver = E1()
    samples = SAMPLES
    goldens = GOLDENS
    bad = BAD
    fault_outcomes = OUTCOMES
