"""What every driver promises, for the Quantulus registry."""

import json
from pathlib import Path

from labsvc.driver.testing import DriverContract, Flagged, Outcome, Refused, Unseen
from labsvc_drivers.harvest import Harvest
from labsvc_drivers.microbeta import MicroBeta
from labsvc_drivers.quantulus import Quantulus
from labsvc_drivers.tricarb import TriCarb
from labsvc_drivers.tricarb_2100tr import TriCarb2100TR
from labsvc_drivers.wizard2 import Wizard2

DATA = Path(__file__).parent / "data"
SAMPLES = {path.name: path.read_bytes() for path in DATA.glob("*.TXT")}
GOLDENS = {path.stem: json.loads(path.read_bytes()) for path in DATA.glob("*.TXT.json")}
REGISTRY = SAMPLES["REGISTRY.TXT"]
HEAD = b"Q000001N.002  05 JAN 2026 17:51"


def changed(old: bytes, new: bytes) -> bytes:
    assert old in REGISTRY
    return REGISTRY.replace(old, new, 1)


BAD = {
    "no date line": (REGISTRY[REGISTRY.index(b"***") :], "expected a date line that opens"),
    "another date order": (changed(b"MON 05 JAN", b"JAN 05 JAN"), "line 2: .*such as 'MON 05 JAN"),
    "no such day": (changed(b"05 JAN 2026 17:44", b"35 JAN 2026 17:44"), "line 26: .*35 JAN"),
    "a month in another language": (changed(HEAD, HEAD.replace(b"JAN", b"GEN")), "05 GEN 2026"),
    "no path": (changed(b"*** DIR", b"** DIR"), "no '\\*\\*\\* DIRECTORY PATH"),
    "a window lost": (changed(b"   2         5-  320      1     2\r\n", b""), "expected window 2"),
    "no instrument number": (changed(b"INSTRUMENT N", b"INSTRUMENT X"), "'INSTRUMENT NUMBER' bef"),
    "a damaged record head": (changed(HEAD, b"X" + HEAD[1:]), "line 33: found '1   2   1   5:00"),
    "a figure lost": (
        changed(b"   2.57", b""),
        "line 28: found '1804.22' where COUNTS of window 1",
    ),
    "a figure lost below": (changed(b"   2.56", b""), "line 29: .*CPM COUNTS CPM% of two windows"),
    "a record figure lost": (changed(b"  .41", b""), "line 27: .*expected 10 figures: CYC POS"),
    "a decimal comma": (changed(b"1804.22", b"1804,22"), "'1804,22' where CPM .* decimal commas"),
    "hours": (changed(b"5:00.412", b"0:05:00.412"), "'0:05:00.412' where CTIME .* minutes:sec"),
    "a dead time beyond the count": (changed(b" 1.21 ", b" 1121 "), "DTIME2 is 1121 s in a count"),
    "a word for a position": (changed(b"1   2   1   5", b"1   B   1   5"), "found 'B' where POS"),
    "a place counted twice": (changed(b"1   2   1   5", b"1   1   1   5"), "stands twice in one"),
    "a remark between records": (changed(HEAD, b"POWER FAILURE\r\n" + HEAD), "line 33: found 'Q0"),
    "a remark at the end": (REGISTRY + b"PRINTER OFF\r\n", "found 'PRINTER OFF'; expected a rec"),
    "no line end": (REGISTRY.rstrip(), "the last line .* has no line end"),
    "a header alone": (REGISTRY[: REGISTRY.index(b"Q000001N")], "no readings: the header of MON"),
}
OUTCOMES: dict[str, Outcome] = {
    "truncated": Refused("has no line end"),
    "duplicated": Refused("stands twice in one run"),
    "decimal_comma": Refused("decimal commas"),
    "wrong_clock": Unseen("the year 2000 is a date like any other"),
    "header_only": Flagged("has no records: not counted, or not yet"),
}


class TestQuantulus(DriverContract):
    driver = Quantulus()
    others = (Harvest(), MicroBeta(), TriCarb(), TriCarb2100TR(), Wizard2())
    samples = SAMPLES
    goldens = GOLDENS
    bad = BAD
    has_end_mark = False
    fault_outcomes = OUTCOMES
