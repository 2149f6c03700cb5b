"""Large reports, and large junk: read, or refused from the head, in memory that is bounded.

How memory and time grow with the size is measured by ``benchmarks/parse.py``.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from labsvc.driver import Capture, Channel, CountRun, Instrument, ParseError, Reading
from labsvc.driver.text import LONGEST_LINE
from labsvc.service.registry import load_drivers

AT = datetime(2026, 1, 5, 12, tzinfo=UTC)
MB = 1024 * 1024
TEXT = ("aloka", "envision", "harvest", "hidex300", "microbeta", "quantulus", "topcount", "tricarb",
        "wizard2")  # fmt: skip

JUNK_IN_A_PROCESS = r"""
import json, re, sys
from datetime import UTC, datetime
from labsvc.driver import Capture, ParseError
from labsvc.service.registry import load_drivers

def memory(figure):
    return int(re.search(figure + r":\s+(\d+)", open("/proc/self/status").read())[1]) * 1024

content = b"lorem ipsum dolor sit amet\r\n" * (int(sys.argv[1]) // 28)
capture = Capture("junk.txt", "t", datetime(2026, 1, 5, tzinfo=UTC), content)
drivers, said = load_drivers().drivers, {}
before = memory("VmRSS")
for name, driver in drivers.items():
    try:
        driver.parse(capture)
    except ParseError as error:
        said[name] = str(error)
print(json.dumps({"peak": memory("VmHWM") - before, "said": said}))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells the memory of one process")
def test_junk_of_any_size_is_refused_without_being_kept_line_by_line() -> None:
    """By every driver that is told to read it, with five times its size beside it at most."""
    size = 32 * MB
    ran = subprocess.run(
        [sys.executable, "-c", JUNK_IN_A_PROCESS, str(size)],
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(ran.stdout)
    assert set(found["said"]) == set(load_drivers().drivers)
    assert all("\n" not in message and len(message) < 700 for message in found["said"].values())
    assert found["peak"] < 5 * size


@pytest.mark.parametrize("name", TEXT)
def test_one_line_of_10_mb_is_refused(name: str) -> None:
    """It is no line of a report, whatever it begins with."""
    driver = load_drivers().named(name)
    content = b"Assay Definition,Protocol ID;Sample start\r\n" + b"1," * (5 * MB)
    with pytest.raises(ParseError, match=f"line 2: a line has more than {LONGEST_LINE:,} char"):
        driver.parse(Capture("a.csv", "t", AT, content))


@pytest.mark.parametrize("name", TEXT)
def test_binary_junk_is_refused_from_its_head(name: str) -> None:
    """Before any of it is decoded."""
    driver = load_drivers().named(name)
    content = b"PK\x03\x04" + b"\x00\x01" * (10 * MB)
    with pytest.raises(ParseError, match="this is binary, not text"):
        driver.parse(Capture("a.csv", "t", AT, content))


def test_an_export_of_more_than_8_mb_is_read() -> None:
    """Five hundred vials with their spectra: a week's work of a Hidex, 9 MB."""
    driver = load_drivers().named("hidex300")
    text = driver.simulate([_one_vial()])
    at = text.index(b"Sample start")
    blocks = (text[at:].replace(b"Repe.;1", b"Repe.;%d" % n) for n in range(1, 521))
    content = text[:at] + b"".join(blocks)
    assert len(content) > 9_000_000
    (run,) = driver.parse(Capture("a.csv", "t", AT, content))
    assert isinstance(run, CountRun)
    assert [one.repeat for one in run.readings] == list(range(1, 521))


def _one_vial() -> CountRun:
    vial = Reading("A01", 1, (Channel("ROI1", cpm=120.0),), counted_at=datetime(2026, 1, 25, 9))
    return CountRun("k", Instrument("x"), (vial,), counted_at=vial.counted_at)
