"""A line without end, as a damaged disk leaves it: each driver is done with it at once."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from labsvc.driver import Capture, ParseError
from labsvc.service.guards.deadline import Deadline
from labsvc.service.registry import load_drivers

HERE = Path(__file__).parent
SAMPLES = ("aloka/data/decimal_commas.csv", "envision/data/list.txt",
           "envision/data/two_plates.csv", "hidex300/data/Blanks_3.csv",
           "microbeta/data/A7_031.txt", "quantulus/data/REGISTRY.TXT",
           "triathler/data/one_vial.bin", "tricarb/data/dual_label.csv")  # fmt: skip
REGISTRY = load_drivers()
LONG = 60_000


@pytest.mark.parametrize("pump", [b" ", b"1", b"a  "])
@pytest.mark.parametrize("sample", SAMPLES)
def test_a_line_without_end_is_read_or_refused_at_once(sample: str, pump: bytes) -> None:
    """A search that goes back and forth over it would take minutes; it is interrupted here."""
    name, lines = sample.partition("/")[0], (HERE / sample).read_bytes().split(b"\n")
    driver, deadline = REGISTRY.named(name), Deadline(seconds=5)
    for number, line in enumerate(lines[:24]):
        long = line.rstrip(b"\r") + pump * (LONG // len(pump)) + b"x"
        content = b"\n".join([*lines[:number], long, *lines[number + 1 :]])
        capture = Capture(sample, "t", datetime(2026, 1, 5, tzinfo=UTC), content)
        # DriverOverdue is what must not come.
        with suppress(ParseError):
            deadline.keep(name, "parse", 0, partial(driver.parse, capture))


def test_a_figure_with_more_decimals_than_a_float_has_is_read() -> None:
    """Half of its last digit is nothing at all, and no fault of the driver's."""
    sample = (HERE / "hidex300/data/Blanks_3.csv").read_bytes()
    at = sample.index(b"DTime;1.") + len(b"DTime;1.")
    content = sample[:at] + b"0" * 400 + sample[at:]
    capture = Capture("Blanks_3.csv", "t", datetime(2026, 1, 5, tzinfo=UTC), content)
    assert REGISTRY.named("hidex300").parse(capture)


@pytest.mark.parametrize(
    ("sample", "figure"),
    [("envision/data/list.txt", b"1\t1\tA02"), ("quantulus/data/REGISTRY.TXT", b"1  "),
     ("triathler/data/two_vials.bin", b"R:  ")],
)  # fmt: skip
def test_more_digits_than_python_reads_are_refused_in_a_sentence(
    sample: str, figure: bytes
) -> None:
    """Python itself reads no whole number of more than 4,300 digits."""
    content = (HERE / sample).read_bytes()
    name = sample.partition("/")[0]
    for at in (one.start() for one in re.finditer(re.escape(figure), content)):
        long = content[:at] + b"1" * 5000 + content[at:]
        capture = Capture(sample, "t", datetime(2026, 1, 5, tzinfo=UTC), long)
        with suppress(ParseError):
            REGISTRY.named(name).parse(capture)
