"""What every driver promises, for the QuantaSmart comma-delimited report."""

import json
from pathlib import Path

from labsvc.driver.testing import DriverContract, Outcome, Refused, Unseen
from labsvc_drivers.harvest import Harvest
from labsvc_drivers.microbeta import MicroBeta
from labsvc_drivers.tricarb import TriCarb
from labsvc_drivers.tricarb_2100tr import TriCarb2100TR
from labsvc_drivers.wizard2 import Wizard2

DATA = Path(__file__).parent / "data"
SAMPLES = {path.name: path.read_bytes() for path in sorted(DATA.glob("*.csv"))}
GOLDENS = {path.stem: json.loads(path.read_bytes()) for path in DATA.glob("*.csv.json")}
UPTAKE = SAMPLES["uptake.csv"]


def changed(old: bytes, new: bytes) -> bytes:
    assert old in UPTAKE
    return UPTAKE.replace(old, new, 1)


BAD = {
    "another report": (b"Report\r\nS#,CPMA\r\n1,2\r\n", "found 'Report'; expected 'Assay Def"),
    "no columns": (UPTAKE[: UPTAKE.index(b"S#")], r"expected the line that names the columns"),
    "columns without rows": (UPTAKE[: UPTAKE.index(b"1,blank")], "the table holds no rows"),
    "semicolons": (UPTAKE.replace(b",", b";"), "expected them separated by commas"),
    "a column twice": (changed(b"LUM", b"CPMA"), "the column 'CPMA' occurs twice"),
    "decimal commas": (changed(b"22.500", b"22,500"), r"line 45: .*11 fields.*decimal points"),
    "a field lost": (changed(b"22.500,", b""), r"9 fields where the header names 10; expected"),
    "a word for a number": (changed(b"22.500", b"high"), "line 45: found 'high' where CPMA"),
    "a line of another kind": (changed(b"Missing vial 4.", b"vial lost"), "found 'vial lost', 1"),
    "no sample number": (changed(b"1,blank", b",blank"), "found '' under S#"),
    "a name for a number": (changed(b"1,blank", b"x,blank"), "found 'x' under S#"),
}

OUTCOMES: dict[str, Outcome] = {
    "truncated": Refused("no line end: the report was cut short"),
    "duplicated": Unseen("an export of the same raw results is whole; its run key is the same"),
    "decimal_comma": Refused("decimal commas, or a comma in a sample's name"),
    "wrong_clock": Unseen("a real date; the service compares it with the time of receipt"),
}


class TestTriCarb(DriverContract):
    driver = TriCarb()
    others = (Harvest(), MicroBeta(), TriCarb2100TR(), Wizard2())
    samples = SAMPLES
    goldens = GOLDENS
    bad = BAD
    has_end_mark = False
    fault_outcomes = OUTCOMES
    fault_sample = "uptake.csv"
