"""What every driver promises, for TopCount: one read a file, and reads joined into one."""

import json
from pathlib import Path

from labsvc.driver.testing import DriverContract, Outcome, Refused, Unseen
from labsvc_drivers.topcount import TopCount

DATA = Path(__file__).parent / "data"
SAMPLES = {p.name: p.read_bytes() for p in sorted(DATA.iterdir()) if p.suffix != ".json"}
GOLDENS = {path.stem: json.loads(path.read_bytes()) for path in DATA.glob("*.json")}
PLATE, COLUMN, JOINED = SAMPLES["2041.003"], SAMPLES["0613.0107"], SAMPLES["plate0061.txt"]


def changed(content: bytes, old: bytes, new: bytes) -> bytes:
    assert old in content
    return content.replace(old, new, 1)


BAD = {
    "the last line without its end": (PLATE.rstrip(), "line 20: the last line .* no line end"),
    "a row lost": (
        b"\r\n".join(line for line in PLATE.split(b"\r\n") if not line.startswith(b"  C ")),
        "line 4: found '  D .* expected row C with 12 cells",
    ),
    "a cell lost": (changed(PLATE, b"8485 \t", b"8485 "), "line 2: .* row A with 12 cells"),
    "tabs lost on the way": (PLATE.replace(b"\t", b" "), "expected line 1 of 96"),
    "no clocks": (
        b"".join(PLATE.splitlines(keepends=True)[:11]),
        "line 9: the report ends here; expected a line of column numbers 1 to 12",
    ),
    "a figure without its clock": (
        changed(PLATE, b"  14:05:03 \t", b"           \t"),
        "line 2: A01 has the figure '8485' and the clock ''; expected both or neither",
    ),
    "a clock without its figure": (
        changed(PLATE, b"      8485 ", b"           "),
        "line 2: A01 has the figure '' and the clock '14:05:03'",
    ),
    "a decimal comma": (
        changed(PLATE, b"      8485 ", b"    8485,5 "),
        "line 2: found '8485,5' at A01; expected a whole number",
    ),
    "a figure rounded by a spreadsheet": (
        changed(PLATE, b"      8485 ", b"   8.5E+03 "),
        "line 2: found '8.5E.03' at A01; expected a whole number",
    ),
    "a word for a clock": (changed(PLATE, b"14:05:03", b"  late  "), "found 'late' where a clock"),
    "no such hour": (changed(PLATE, b"14:05:03", b"24:05:03"), "no hour 24"),
    "two notations of the clock": (
        changed(COLUMN, b"11:58:10 PM ", b"23:58:10 "),
        "line 2: the clock '11:58:41 PM' at 2 and '23:58:10' at 1 are in two notations",
    ),
    "a line lost": (
        b"\r\n".join(line for line in COLUMN.split(b"\r\n") if not line.startswith(b" 50 ,")),
        "line 50: found ' 51 ,.* expected line 50 of 96",
    ),
    "95 lines": (
        COLUMN[: COLUMN.index(b" 96 ,")],
        "line 95: the report ends here; expected line 96 of 96",
    ),
    "nothing counted": (
        b"".join(b"%3d ,     ,         \r\n" % n for n in range(1, 97)) + b"\r\n",
        "line 1: no place of this read was counted",
    ),
    "grids of two sizes": (
        b"  \t1\t2\t3\t4\t5\t6\r\n" + PLATE.partition(b"\n")[2],
        "line 2: .* expected row A with 6 cells",
    ),
    "a note after the read": (PLATE + b"checked\r\n", "line 22: found 'checked'; expected line 1"),
}

OUTCOMES: dict[str, Outcome] = {
    "truncated": Refused("[Ii]t was cut short or is still being written"),
    "duplicated": Refused("stands twice in the file: joined twice"),
    "wrong_clock": Unseen("clock times without a date: one is as good as another"),
}


ONE_READ = {"2041.003": PLATE, "0613.0107": COLUMN}
JOINED_READS = {"plate0061.txt": JOINED}


class TestOneRead(DriverContract):
    driver = TopCount()
    samples = ONE_READ
    goldens = GOLDENS
    bad = BAD
    fault_outcomes = OUTCOMES


class TestJoinedReads(DriverContract):
    driver = TopCount()
    samples = JOINED_READS
    goldens = GOLDENS
    has_end_mark = False
    fault_outcomes = OUTCOMES
