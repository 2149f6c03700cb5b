"""What every driver promises, for WinConnection's files."""

import json
import struct
from pathlib import Path

from labsvc.driver.testing import DriverContract, Flagged, Outcome, Refused, Unseen
from labsvc_drivers.harvest import Harvest
from labsvc_drivers.ls6500 import Ls6500
from labsvc_drivers.ls6500.biff4 import Cell, read_cells
from labsvc_drivers.ls6500.workbook import write_cells
from labsvc_drivers.microbeta import MicroBeta
from labsvc_drivers.tricarb import TriCarb
from labsvc_drivers.tricarb_2100tr import TriCarb2100TR
from labsvc_drivers.wizard2 import Wizard2

DATA = Path(__file__).parent / "data"
SAMPLES = {path.name: path.read_bytes() for path in sorted(DATA.glob("*.XLS"), reverse=True)}
GOLDENS = {path.stem: json.loads(path.read_bytes()) for path in DATA.glob("*.XLS.json")}
PASS, SPECTRUM = SAMPLES["UN030201.XLS"], SAMPLES["SN030201.XLS"]
END = struct.pack("<HH", 0x000A, 0)


def changed(sample: bytes, row: int, column: int, new: Cell) -> bytes:
    """The sample with one cell changed, row as a spreadsheet numbers it; "" empties the cell."""
    cells = read_cells(sample)
    assert (row - 1, column) in cells
    return write_cells(
        {at: (new if at == (row - 1, column) else cell) for at, cell in cells.items()}
    )


def inserted(sample: bytes, record: bytes) -> bytes:
    return sample.removesuffix(END) + record + END


BAD = {
    "no BIFF4": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 8, "expected a bare BIFF4 worksheet"),
    "a workbook, not a sheet": (PASS.replace(b"\x10\x00\x00\x00", b"\x00\x01\x00\x00", 1), "type"),
    "no end record": (PASS.removesuffix(END), "breaks off at byte 1518, before its end record"),
    "bytes after the end": (PASS + b"\x1a" + END, "5 bytes follow the end record at byte 1518"),
    "a formula": (inserted(PASS, struct.pack("<HH", 0x0406, 0)), "found a formula at byte 1518"),
    "another code page": (PASS.replace(b"\xe4\x04", b"\xe4\x05"), "found code page 1508"),
    "a cell twice": (inserted(PASS, b"\x7e\x02\x0a\x00\x12" + b"\x00" * 9), "line 19: a cell"),
    "a record too long": (inserted(PASS, b"\x77\x00\x00\xf0"), "a record of 61440 bytes"),
    "not a number": (
        inserted(PASS, struct.pack("<HHHHHd", 0x0203, 14, 30, 3, 0, float("nan"))),
        "line 31: found nan in a number cell",
    ),
    "neither kind": (changed(PASS, 1, 0, "Instrument"), "neither 'Spectrum Type' nor 'Instr"),
    "no date": (changed(PASS, 2, 0, "Date"), "the label 'Data Capture Date' is missing"),
    "a date of another language": (changed(PASS, 2, 4, "02 Mär 2026 09:30:15"), "line 2: found"),
    "no such day": (changed(PASS, 2, 4, "31 Feb 2026 09:30:15"), "line 2: .*31 Feb.* day"),
    "no column names": (changed(PASS, 15, 0, "No"), "no row begins with 'Sam'"),
    "no time column": (changed(PASS, 15, 2, "Min"), "line 15: there is no column 'Time'"),
    "a name twice": (changed(PASS, 15, 3, "Time"), "line 15: a column name stands twice"),
    "a sample without number": (changed(PASS, 18, 0, "x"), "line 18: found 'x' where Sam"),
    "half a sample": (changed(PASS, 18, 0, 2.5), "line 18: found '2.5' under Sam"),
    "a sample twice": (changed(changed(PASS, 18, 0, 1.0), 18, 11, 5.46), "line 18: sample 1 st"),
    "no place": (changed(PASS, 18, 1, "rack 2"), "line 18: found 'rack 2' where a rack and pl"),
    "stars": (changed(PASS, 18, 6, "*****"), r"line 18: found '\*\*\*\*\*' where CPM Iso1"),
    "time runs back": (changed(PASS, 18, 11, -1.0), "line 18: found -1.0 under ElTime"),
    "no samples": (
        write_cells({at: cell for at, cell in read_cells(PASS).items() if at[0] < 16}),
        "line 15: there is no sample below",
    ),
    "a channel lost": (changed(SPECTRUM, 20, 0, 5.0), "line 20: found '5, .*expected channel 3"),
    "the last channel lost": (changed(SPECTRUM, 13, 5, 64.0), "the channels end at 63; exp"),
    "a count changed": (changed(SPECTRUM, 20, 1, 1.0), "line 12: the channels add up to 40004,"),
    "no channels said": (changed(SPECTRUM, 13, 4, 70.0), "line 13: found channels '70, 63"),
    "no total": (changed(SPECTRUM, 12, 0, "Totals:"), "'H#, Total Counts:' or .* is missing"),
    "a sample's place lost": (changed(SPECTRUM, 11, 5, ""), "line 11: found '' where a rack and"),
    "a comma in the time": (changed(SPECTRUM, 11, 6, "5,00"), "line 11: .*'5,00'.*decimal comm"),
}
OUTCOMES: dict[str, Outcome] = {
    "truncated": Refused("before its end record: it was cut short or is still being written"),
    "duplicated": Refused("sample 1 stands twice"),
    "stopped": Flagged("the pass was stopped: sample 4 at .* has no counting time"),
    "wrong_clock": Unseen("a real date; the service compares it with the time of receipt"),
}


class TestLs6500(DriverContract):
    driver = Ls6500()
    others = (Harvest(), MicroBeta(), TriCarb(), TriCarb2100TR(), Wizard2())
    samples = SAMPLES
    goldens = GOLDENS
    bad = BAD
    fault_outcomes = OUTCOMES
    fault_sample = "UN030201.XLS"
