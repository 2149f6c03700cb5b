"""What every driver promises, for the 2100TR's serial output."""

import json
from pathlib import Path

from labsvc.driver import Frame
from labsvc.driver.testing import DriverContract, Flagged, Outcome, Refused, Unseen
from labsvc.model.recorddocument import record_document
from labsvc_drivers.harvest import Harvest
from labsvc_drivers.microbeta import MicroBeta
from labsvc_drivers.tricarb import TriCarb
from labsvc_drivers.tricarb_2100tr import TriCarb2100TR
from labsvc_drivers.tricarb_2100tr.framer import RunFramer
from labsvc_drivers.wizard2 import Wizard2

DATA = Path(__file__).parent / "data"
SAMPLES = {name: (DATA / name).read_bytes() for name in ("one_run.bin", "calibration.bin")}
GOLDENS = {path.stem: json.loads(path.read_bytes()) for path in DATA.glob("*.bin.json")}
ONE = SAMPLES["one_run.bin"]
REPORT = SAMPLES["calibration.bin"]


def changed(old: bytes, new: bytes, content: bytes = ONE) -> bytes:
    assert old in content
    return content.replace(old, new, 1)


BAD = {
    "no EOP": (changed(b"9,EOP\r\n", b""), "broke off before EOP"),
    "broken off, then sent again": (ONE[:150] + b"\r\n" + ONE, "broke off before EOP"),
    "a calibration without its last line": (
        REPORT[: REPORT.index(b"   H3  E^2/B")],
        "expected 'H3  E.2/B': the calibration .*cut short",
    ),
    "a calibration without its first section": (
        REPORT[REPORT.index(b"H3 IPA") :],
        "found 'H3 IPA .*expected the section 'C14 IPA DATA",
    ),
    "a calibration begun again": (
        REPORT[: REPORT.index(b"BKG IPA")] + REPORT,
        "line 9: .*expected the section 'BKG IPA DATA",
    ),
    "a calibration and half a run": (REPORT + ONE[:150], "broke off before EOP"),
    "half a calibration and a run": (REPORT[:150] + ONE, "expected a line such as"),
    "a calibration on no day": (
        changed(b"03-Mar", b"33-Mar", REPORT),
        "line 9: found '33-Mar",
    ),
    "a calibration of words": (
        changed(b"91.80", b"high", REPORT),
        "line 2: found .*= high %'",
    ),
    "half a figure": (changed(b"91.80 %", b"91.8 %", REPORT), "line 2: .*expected a line such as"),
    "a calibration in another unit": (
        changed(b"11.42 cpm", b"0.19 cps", REPORT),
        "line 10: found .*cps'; expected .*cpm'",
    ),
    "no header": (ONE[ONE.index(b"9,14,1") :], "expected a header line such as '9,0,0"),
    "wrong line settings": (changed(b"EOP", b"\xc5OP"), "line settings may be wrong .*1200 7E1"),
    "a month in another language": (changed(b"Mar", b"Mrz"), "'02-Mrz-2026 23:57'; expected"),
    "no such day": (changed(b"02-Mar", b"32-Mar"), "line 2: found '32-Mar-2026 23:57'"),
    "a word for a number": (changed(b"3.8034", b"high"), "found 'high' where CPMA"),
    "infinity": (changed(b"3.8034", b"1e999"), "'1e999' is too large to be CPMA"),
    "a field lost": (changed(b"3.8034,", b""), "expected a reading such as"),
    "two protocols": (changed(b"579,14,2", b"578,14,2"), "protocol '8' in a run of protocol '9'"),
    "no vials": (ONE.splitlines(keepends=True)[0] + b"9,EOP\r\n", "ends without a reading"),
    "a short header": (changed(b",156.0,2000.0,0.00", b""), "8 numbers in the header"),
    "readings after the end": (ONE + b"9,14,1,1.,3.8", "outside a run"),
}

OUTCOMES: dict[str, Outcome] = {
    "truncated": Refused("broke off before EOP"),
    "duplicated": Unseen("the same run twice; the run keys are the same"),
    "wrong_clock": Unseen("a real date; the service compares it with the time of receipt"),
    "noise": Flagged("text outside a run: 'POWER FAILURE'"),
}


class TestTriCarb2100TR(DriverContract):
    driver = TriCarb2100TR()
    others = (Harvest(), MicroBeta(), TriCarb(), Wizard2())
    samples = SAMPLES
    goldens = GOLDENS
    bad = BAD
    fault_outcomes = OUTCOMES

    def test_two_runs_are_two_frames_and_two_records(self, piece: int) -> None:
        """Cut after the first end mark the first run is whole, so this is no sample above."""
        content = (DATA / "two_runs.bin").read_bytes()
        records = self.driver.parse(self.capture("two_runs.bin", content))
        assert [record_document(r) for r in records] == GOLDENS["two_runs.bin"]
        framer = RunFramer()
        pieces = (content[at : at + piece] for at in range(0, len(content), piece))
        frames = [event for part in pieces for event in framer.feed(part)]
        assert frames == [Frame(ONE), Frame(content[len(ONE) :])]
