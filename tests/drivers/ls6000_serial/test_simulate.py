"""Sessions of runs that never came over this line."""

from datetime import UTC, datetime

import pytest

from labsvc.driver import (
    Capture,
    Channel,
    CountRun,
    HarvestRun,
    Instrument,
    Program,
    Reading,
    Record,
    State,
)
from labsvc_drivers.ls6000_serial import Ls6000Serial


def run_of(*readings: Reading) -> CountRun:
    return CountRun("simulated", Instrument("Acme"), readings, Program("12"))


def test_of_a_foreign_run_only_what_is_known_is_sent() -> None:
    """The user number, and where samples start and end; no invented item holds its counts."""
    vials = (
        Reading("1", 1, (Channel("A", cpm=250.0),)),
        Reading("2", 2, state=State.NOT_COUNTED),
        Reading("3", 3, (Channel("A", cpm=260.0),)),
    )
    content = Ls6000Serial().simulate([run_of(*vials)])
    assert b"250" not in content
    (again,) = Ls6000Serial().parse(Capture("a", "t", datetime(2026, 3, 2, tzinfo=UTC), content))
    assert again.program.number == "12"
    assert [one.extras for one in again.readings] == [
        {"D 910": "I 1", "D 911": "I 1"},
        {"D 910": "I 3", "D 911": "I 3"},
    ]


def test_items_are_packed_into_messages_of_94_characters() -> None:
    """A sample of many items takes several, numbered on."""
    many = {"D 910": "I 1"} | {f"D {n}": "R 12345.67" for n in range(300, 330)} | {"D 911": "I 1"}
    content = Ls6000Serial().simulate([run_of(Reading("1", 1, extras=many))])
    lines = content.splitlines()
    assert max(map(len, lines)) <= 96
    assert [line[2:3] for line in lines] == [bytes([32 + n]) for n in range(len(lines))]
    (again,) = Ls6000Serial().parse(Capture("a", "t", datetime(2026, 3, 2, tzinfo=UTC), content))
    assert again.readings[0].extras == many


@pytest.mark.parametrize("records", [[], [run_of()], [HarvestRun("h", "P1")]])
def test_what_cannot_be_sent_is_said(records: list[Record]) -> None:
    """A session of no samples would be read as nothing."""
    with pytest.raises(ValueError, match="holds one count run"):
        Ls6000Serial().simulate(records)
