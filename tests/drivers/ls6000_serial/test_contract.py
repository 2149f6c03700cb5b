"""What every driver promises, for the LS 6000's coded messages.

The sample is written from the manual's grammar. Of its data IDs only 100, 910 and 911 are the
manual's; the others are made up.
"""

import json
from pathlib import Path

from labsvc.driver.testing import DriverContract, Outcome, Refused, Unseen
from labsvc_drivers.harvest import Harvest
from labsvc_drivers.ls6000_serial import Ls6000Serial
from labsvc_drivers.ls6000_serial.messages import write_message
from labsvc_drivers.microbeta import MicroBeta
from labsvc_drivers.tricarb import TriCarb
from labsvc_drivers.tricarb_2100tr import TriCarb2100TR
from labsvc_drivers.wizard2 import Wizard2

DATA = Path(__file__).parent / "data"
SAMPLES = {path.name: path.read_bytes() for path in sorted(DATA.glob("*.bin"))}
GOLDENS = {path.stem: json.loads(path.read_bytes()) for path in DATA.glob("*.bin.json")}
ONE = SAMPLES["one_session.bin"]
START, BREAK = write_message(" ", "S", ""), b'\x01$%B"+\r\n'


def session(*messages: tuple[str, str]) -> bytes:
    """The messages between Send Initiate and Break, numbered and summed up."""
    every = [("S", ""), *messages, ("B", "")]
    return b"".join(write_message(chr(32 + n), *one) for n, one in enumerate(every))


def changed(old: bytes, new: bytes) -> bytes:
    assert old in ONE
    return ONE.replace(old, new, 1)


BAD = {
    "no Break": (ONE.removesuffix(BREAK), "broke off before its Break message"),
    "no Send Initiate": (ONE.removeprefix(START), "line 1: found a message of type 'H' before"),
    "a session within another": (
        ONE.removesuffix(BREAK) + ONE,
        "line 6: a session starts; the one before it broke off",
    ),
    "a figure changed": (
        changed(b"8614.40", b"8615.40"),
        "line 3: found checksum ' &', .* to \" '\"",
    ),
    "a character lost": (changed(b"8614.40", b"8614.4"), "line 3: .* its length says 78"),
    "text between messages": (changed(b"\r\n\x01n", b"\r\nPAGE 2\r\n\x01n"), "line 3: .*b'PAGE 2'"),
    "a letter beyond ASCII": (changed(b"nisoxetine", b"nisoxet\xefne"), "printable characters"),
    "a message sent twice": (changed(BREAK, BREAK[:2] + b'$B"*\r\n'), "line 6: message .*sent tw"),
    "no sample": (session(("D", "!DI 4")), "holds no sample"),
    "a sample without an end": (session(("D", "..I 1")), "the session ends within a sample"),
    "a sample within a sample": (session(("D", "..I 1"), ("D", "..I 2")), "910 within a sample"),
    "an end without a start": (session(("D", "./I 1")), "line 2: found data ID 911 outside"),
    "a start in the middle": (session(("D", "!DI 4;..I 1")), "line 2: data ID 910 stands not fi"),
    "an item without a type": (session(("D", "..I 1;!D4")), "line 2: found '!D4'; expected a data"),
    "an item missing": (session(("D", "..I 1;")), "line 2: .*expected an item after ';'"),
}
OUTCOMES: dict[str, Outcome] = {
    "truncated": Refused("was cut short or damaged"),
    "duplicated": Unseen("the same session twice; the run keys are the same"),
    "lost_message": Refused("one was lost or sent twice"),
    "damaged": Refused("the message is damaged"),
}


class TestLs6000Serial(DriverContract):
    driver = Ls6000Serial()
    others = (Harvest(), MicroBeta(), TriCarb(), TriCarb2100TR(), Wizard2())
    samples = SAMPLES
    goldens = GOLDENS
    bad = BAD
    fault_outcomes = OUTCOMES
