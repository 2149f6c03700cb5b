"""What every driver promises, for harvest events: a file with an end mark, and one that grows."""

import json
from pathlib import Path

from labsvc.driver.testing import DriverContract, Outcome, Refused, Unseen
from labsvc_drivers.harvest import Harvest
from labsvc_drivers.microbeta import MicroBeta
from labsvc_drivers.tricarb import TriCarb
from labsvc_drivers.tricarb_2100tr import TriCarb2100TR
from labsvc_drivers.wizard2 import Wizard2

DATA = Path(__file__).parent / "data"
GOLDENS = {path.stem: json.loads(path.read_bytes()) for path in DATA.glob("*.csv.json")}
ENDED = (DATA / "harvests.csv").read_bytes()
GROWING = (DATA / "growing.csv").read_bytes()


def row(text: str) -> bytes:
    header = "plate,step,started,washes,wash_ml,wash_s,orientation,filter"
    return f"{header}\n{text}\n".encode()


BAD = {
    "no plate column": (b"step,started\nwash,\n", r"line 1: .*expected one of them to be 'plate'"),
    "semicolons": (b"plate;step\nA;wash\n", "to be 'plate' separated by commas"),
    "a column twice": (b"plate,Plate\nA,A\n", "the column 'plate' occurs twice"),
    "no events": (b"plate,step\n", "no event below the column names yet"),
    "a newer version": (
        b"# labsvc harvest 2\nplate\nA\n",
        "this labsvc reads '# labsvc harv",
    ),
    "no last line end": (GROWING[:-1], "has no line end; it may still be being written"),
    "the end not reached": (ENDED.replace(b"# end\r\n", b""), "the first line promises '# end'"),
    "events below the end": (ENDED + b"x\n", "below '# end'; expected nothing more"),
    "too few fields": (row("A,wash"), r"line 2: found 'A,wash', 2 fields; expected 8"),
    "an open quote": (row('"A,wash,,,,,,'), "1 fields; expected 8"),
    "no plate": (row(",wash,,,,,,"), "line 2: found no plate"),
    "a control character": (row("A\x07B,,,,,,,"), "expected 1 to 64 printable characters"),
    "a long plate": (row("A" * 65 + ",,,,,,,"), "expected 1 to 64 printable characters"),
    "a time zone": (row("A,,2026-03-02T11:05:00+01:00,,,,,"), "it names a time zone"),
    "zulu time": (row("A,,2026-03-02 11:05Z,,,,,"), "it names a time zone"),
    "a date of another notation": (row("A,,02.03.2026 11:05,,,,,"), "expected a local time"),
    "no such day": (row("A,,2026-02-30 11:05,,,,,"), "found '2026-02-30 11:05' under started"),
    "half a wash": (row("A,,,1.5,,,,"), "found '1.5' under washes"),
    "washes without number": (b"plate,wash_ml\nA,2\n", "not washes: how many"),
    "a decimal comma": (row('A,,,3,"2,5",,,'), "'2,5' where wash_ml .* decimal commas"),
    "a negative wash": (row("A,,,3,,-1,,"), "found '-1' under wash_s; expected 0 or more"),
    "another orientation": (row("A,,,,,,upside,"), "expected normal, rotated_180, mirrored"),
}

OUTCOMES: dict[str, Outcome] = {
    "truncated": Refused("no line end"),
    "duplicated": Unseen("the same events twice; events with a time have the same run keys"),
    "wrong_clock": Unseen("a real date; the service compares it with the time of receipt"),
    "decimal_comma": Refused("decimal commas are not part of this format"),
}
OTHERS = (MicroBeta(), TriCarb(), TriCarb2100TR(), Wizard2())
SCANS = {"NET-0412.scan": b"NET-0412\r\n", "wash.scan": b"NET-0412 wash\r"}


class TestHarvest(DriverContract):
    driver = Harvest()
    others = OTHERS
    samples = {"harvests.csv": ENDED}  # noqa: RUF012
    goldens = GOLDENS
    bad = BAD
    fault_outcomes = OUTCOMES
    serial_samples = SCANS


class TestHarvestLogThatGrows(DriverContract):
    driver = Harvest()
    others = OTHERS
    samples = {"growing.csv": GROWING}  # noqa: RUF012
    goldens = GOLDENS
    has_end_mark = False
    fault_outcomes = OUTCOMES
    serial_samples = SCANS
