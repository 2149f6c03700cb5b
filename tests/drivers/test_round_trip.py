"""Simulator, file, parser: what was simulated comes back, in every spelling of the file.

``LABSVC_FUZZ_SECONDS`` makes each test try that long (about) instead of a second.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labsvc.driver import Capture, CountRun, Record
from labsvc.service.registry import load_drivers
from tests.driver.tables import examples
from tests.drivers.dialects import DIALECTS
from tests.drivers.figures import ENDS

AT = datetime(2026, 1, 5, 12, tzinfo=UTC)
TRIES_A_SECOND = 12
TRIES = int(float(os.environ.get("LABSVC_FUZZ_SECONDS", "1")) * TRIES_A_SECOND)
DRIVERS = load_drivers().drivers
THIN = "\u2009\u202f\u00a0"

quick = settings(
    max_examples=TRIES,
    deadline=None,
    database=None,
    derandomize="LABSVC_FUZZ_SECONDS" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def respelled(content: bytes, codec: str, end: str, retold: Callable[[str], str] = str) -> bytes:
    """The text retold, in another encoding, with other line ends; a binary file as it is."""
    return retold(plain(content)).replace("\n", end).encode(codec) if codec else content


def plain(content: bytes) -> str:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = content.decode("cp1252")
    return text.replace("\r\n", "\n")


def test_every_driver_has_its_dialect() -> None:
    """A driver that is added is put on trial."""
    assert {dialect.driver for dialect in DIALECTS.values()} == set(DRIVERS)


@pytest.mark.parametrize("name", DIALECTS)
def test_what_is_simulated_comes_back_in_every_spelling(name: str) -> None:
    """Counts from 0 to a thousand million, missing and overflown places, odd names, many plates."""
    dialect = DIALECTS[name]
    driver = DRIVERS[dialect.driver]

    @quick
    @given(dialect.records, st.sampled_from(dialect.spelled))
    def trial(records: list[Record], spelling: tuple[str, str]) -> None:
        content = respelled(driver.simulate(records), *spelling, retold=dialect.retold)
        capture = Capture(dialect.file, "t", AT, content, locale=dialect.locale)
        found = driver.parse(capture)
        assert [dialect.said(one) for one in found] == [dialect.said(one) for one in records]
        claims = [name for name, one in DRIVERS.items() if one.recognises(capture).claimed]
        assert claims == [dialect.driver]

    trial()


@pytest.mark.parametrize("name", sorted(examples.SAMPLES))
@pytest.mark.parametrize("end", ENDS)
def test_a_table_in_every_spelling_is_the_same_run(name: str, end: str) -> None:
    """Lists and grids of table drivers; a workbook has no spelling."""
    driver = examples.driver(name)
    for file, content in examples.SAMPLES[name].items():
        whole = driver.parse(Capture(file, "t", AT, content))
        if driver.spec.file == "workbook":
            continue
        for codec in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le"):
            again = Capture(file, "t", AT, respelled(content, codec, end))
            assert driver.parse(again) == whole


@pytest.mark.parametrize("space", THIN)
def test_thin_spaces_between_thousands_are_no_part_of_a_figure(space: str) -> None:
    """As programs of a French or Swiss computer print them, in a table that may hold them."""
    driver = examples.driver("wizard-1470")
    changed = examples.WIZARD.replace("\u202f", space).replace("512;480", f"1{space}512;480")
    (found,) = driver.parse(Capture("a.csv", "t", AT, changed.encode()))
    assert isinstance(found, CountRun)
    counts = [(c.counts, c.cpm) for r in found.readings for c in r.channels]
    assert counts == [(10234.5, 10120.25), (1512.0, 480.75), (0.0, 0.0)]
