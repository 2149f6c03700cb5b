"""What every driver promises, for what the Triathler sends."""

import json
from pathlib import Path

from labsvc.driver import Frame
from labsvc.driver.testing import DriverContract, Outcome, Refused, Unseen
from labsvc.model.recorddocument import record_document
from labsvc_drivers.harvest import Harvest
from labsvc_drivers.microbeta import MicroBeta
from labsvc_drivers.triathler import Triathler
from labsvc_drivers.triathler.framer import VialFramer
from labsvc_drivers.tricarb import TriCarb
from labsvc_drivers.tricarb_2100tr import TriCarb2100TR
from labsvc_drivers.wizard2 import Wizard2

DATA = Path(__file__).parent / "data"
SAMPLES = {"one_vial.bin": (DATA / "one_vial.bin").read_bytes()}
GOLDENS = {path.stem: json.loads(path.read_bytes()) for path in DATA.glob("*.bin.json")}
ONE = SAMPLES["one_vial.bin"]
DISPLAY = b"[< H3-UPTAKE >S:  1\r{t    1R:    960\r"


def changed(old: bytes, new: bytes) -> bytes:
    assert old in ONE
    return ONE.replace(old, new, 1)


BAD = {
    "no Bitsum": (changed(b"Bitsum:48213\n\r", b""), "does not end with a line such as 'Bitsum"),
    "no figure in Bitsum": (changed(b"48213", b"4821X"), "does not end with a line such as"),
    "no read-out": (
        ONE[: ONE.index(b"[<")] + ONE[ONE.index(b"[ H3") :],
        "found '\\[ H3-UPTAKE",
    ),
    "a read-out lost": (changed(b"{t    1R:    960\r", b""), "found '\\[< H3.*a read-out such as"),
    "a rate cut short by a letter": (changed(b"1140", b"11x0"), "line 6: found '{t    2R:   11x0'"),
    "another sample": (changed(DISPLAY, DISPLAY.replace(b"1\r{", b"7\r{")), "sample 1 follows s"),
    "another protocol": (changed(b"[< H3", b"[< C14"), "protocol .* follows 'H3-UPTAKE' in one"),
    "time runs backwards": (changed(b"{t    3", b"{t    1"), "the time runs backwards"),
    "no spectrum": (changed(b"=>Start(binary)", b"=>Start"), "bytes that are not ASCII"),
    "a remark": (changed(b"[ H3", b"LOW BATTERY\n\r[ H3"), "found 'LOW BATTERY'; expected a read"),
    "a month in another language": (changed(b"] 05 Jan", b"] 05 Tam"), "found the date '05 Tam"),
    "no such day": (changed(b"] 05 Jan", b"] 32 Jan"), "found the date '32 Jan.2026' '9:41:07'"),
    "no such hour": (changed(b"9:41:07\n\r=>", b"29:41:07\n\r=>"), "hour must be in"),
    "a byte with its high bit set": (changed(b"Start Time", b"\xd3tart Time"), "known at 9600 8N1"),
    "text after the end": (ONE + b"[< H3", "does not end with a line such as 'Bitsum"),
}
OUTCOMES: dict[str, Outcome] = {
    "truncated": Refused("broke off or is still under way"),
    "duplicated": Unseen("the same vial twice; the run keys are the same"),
    "no_spectrum": Refused("does not end with a line such as 'Bitsum"),
    "wrong_settings": Refused("the line settings may be wrong"),
    "wrong_clock": Unseen("the year 2000 is a date like any other"),
}


class TestTriathler(DriverContract):
    driver = Triathler()
    others = (Harvest(), MicroBeta(), TriCarb(), TriCarb2100TR(), Wizard2())
    samples = SAMPLES
    goldens = GOLDENS
    bad = BAD
    fault_outcomes = OUTCOMES

    def test_two_vials_are_two_frames_and_two_records(self, piece: int) -> None:
        """Cut after the first Bitsum the first vial is whole, so this is no sample above."""
        content = (DATA / "two_vials.bin").read_bytes()
        records = self.driver.parse(self.capture("two_vials.bin", content))
        assert [record_document(r) for r in records] == GOLDENS["two_vials.bin"]
        framer = VialFramer()
        pieces = (content[at : at + piece] for at in range(0, len(content), piece))
        frames = [event for part in pieces for event in framer.feed(part)]
        assert frames == [Frame(ONE), Frame(content[len(ONE) :])]
