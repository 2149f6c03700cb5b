"""Values packed block by block: a tuple of them in every way but its size."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from labsvc.driver import (
    Capture,
    Channel,
    CountRun,
    Driver,
    HarvestRun,
    Instrument,
    Packings,
    Quench,
    Reading,
    packed,
    packed_records,
    packing,
)
from labsvc.driver.difference import documents
from labsvc.driver.packing import BLOCK, Packed, Packing
from labsvc.service.registry import load_drivers
from tests.driver.tables.examples import SAMPLES as TABLES
from tests.driver.tables.examples import driver as table_driver

DAY = datetime(2026, 1, 5, 9, 0)
AT = datetime(2026, 1, 5, 12, tzinfo=UTC)
MANY = 20
DATA = Path(__file__).parents[1] / "drivers"
FEW = ("ls6500", "hidex300", "topcount")
"""A sheet ends at 65,536 rows, a read at 96 wells; with spectra a reading has 17 kB of text."""
REPORTS = sorted(one for one in DATA.glob("*/data/*") if one.suffix != ".json")


def reading(n: int) -> Reading:
    return Reading(
        position=str(1 + n % 400),
        order=n,
        channels=(Channel("A", cpm=20.0 + n % 977), Channel("B", cpm=-0.0)),
        rack="1",
        sample=f"S{n}",
        live_time_s=60.0,
        counted_at=DAY + timedelta(minutes=n),
        quench=Quench("tSIE", 412.5),
        extras={"clock": f"{n}:00"},
    )


def readings(count: int = MANY) -> Iterator[Reading]:
    return (reading(n) for n in range(count))


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of three, so that a report of a few readings is packed."""
    monkeypatch.setattr(packing, "BLOCK", 3)


def test_a_few_values_are_a_plain_tuple() -> None:
    """A report of ordinary size pays nothing."""
    assert packed(readings(96)) == tuple(readings(96))
    assert type(packed(readings(96))) is tuple
    assert packed(()) == ()


@pytest.mark.usefixtures("small_blocks")
def test_many_values_are_packed_and_read_like_a_tuple() -> None:
    """In order, by index from both ends, by slice, by length."""
    found, plain = packed(readings()), tuple(readings())
    assert isinstance(found, Packed)
    assert len(found) == len(plain)
    assert list(found) == list(plain)
    assert (found[0], found[7], found[-1]) == (plain[0], plain[7], plain[-1])
    assert found[2:7] == plain[2:7]
    assert next(reversed(found)) == plain[-1]


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("index", [MANY, -MANY - 1])
def test_a_place_beyond_the_ends_is_none(index: int) -> None:
    """As of a tuple."""
    with pytest.raises(IndexError, match="there is no value"):
        packed(readings())[index]


@pytest.mark.usefixtures("small_blocks")
def test_packed_values_equal_the_same_values_and_no_others() -> None:
    """Whichever side is packed; a run with packed readings equals one with plain ones."""
    found, plain = packed(readings()), tuple(readings())
    assert found == plain
    assert plain == found
    assert found != plain[:-1]
    assert found != (*plain[:-1], reading(0))
    assert CountRun("k", Instrument("x"), found) == CountRun("k", Instrument("x"), plain)


@pytest.mark.usefixtures("small_blocks")
def test_packed_values_have_the_types_and_signs_they_had() -> None:
    """JSON of a run says the same to the letter, minus nought included."""
    plain = CountRun("k", Instrument("x"), tuple(readings()))
    kept = CountRun("k", Instrument("x"), packed(readings()))
    assert json.dumps(documents([kept])) == json.dumps(documents([plain]))
    assert repr(kept.readings[5]) == repr(plain.readings[5])


@pytest.mark.usefixtures("small_blocks")
def test_packed_values_go_to_another_process() -> None:
    """Plates are worked out ahead by other processes, to which runs are sent in pickles."""
    found = packed(readings())
    assert pickle.loads(pickle.dumps(found)) == found


def test_packed_readings_take_a_twentieth_of_the_room() -> None:
    """Less than 60 bytes each, where an object with its channels takes a thousand."""
    kept = packed(readings(2 * BLOCK))
    assert isinstance(kept, Packed)
    assert kept.unpacked == 0
    assert len(pickle.dumps(kept)) < 60 * len(kept)


@pytest.mark.usefixtures("small_blocks")
def test_a_failure_on_the_way_is_raised() -> None:
    """Whole or nothing."""

    def broken() -> Iterator[Reading]:
        yield from readings()
        raise ValueError("row 20")

    with pytest.raises(ValueError, match="row 20"):
        packed(broken())


@pytest.mark.usefixtures("small_blocks")
def test_heavy_values_fill_a_block_sooner() -> None:
    """A plate weighs as much as its wells."""
    made = Packing[str]()
    for plate in range(5):
        made.append(f"plate {plate}", weight=2)
    found = made.values()
    assert isinstance(found, Packed)
    assert found.unpacked == 1
    assert list(found) == [f"plate {plate}" for plate in range(5)]


@pytest.mark.usefixtures("small_blocks")
def test_records_are_packed_by_the_readings_in_them() -> None:
    """A run of two vials fills a block of three, two bench events do not."""
    runs = [CountRun(f"k{n}", Instrument("x"), tuple(readings(2))) for n in range(4)]
    found = packed_records(runs)
    assert isinstance(found, Packed)
    assert found == tuple(runs)
    events = tuple(HarvestRun(f"h{n}", f"P{n}") for n in range(2))
    assert packed_records(events) == events
    assert type(packed_records(events)) is tuple


@pytest.mark.usefixtures("small_blocks")
def test_groups_in_any_order_keep_theirs() -> None:
    """Two runs whose rows take turns, and one that comes late."""
    packings = Packings[str, int]()
    for n in range(MANY):
        assert packings.append("odd" if n % 2 else "even", n) == n // 2 + 1
    packings.append("late", -1)
    found = dict(packings.items())
    assert list(found) == ["even", "odd", "late"]
    assert list(found["odd"]) == list(range(1, MANY, 2))
    assert found["late"] == (-1,)


@pytest.mark.usefixtures("small_blocks")
def test_many_groups_of_few_are_packed_too() -> None:
    """A table of a thousand runs holds few readings that are not packed."""
    packings = Packings[int, Reading]()
    for n in range(60):
        packings.append(n // 4, reading(n))
    loose = sum(len(v) if isinstance(v, tuple) else v.unpacked for _, v in packings.items())
    assert loose < 2 * packing.BLOCK


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("path", REPORTS, ids=lambda path: f"{path.parts[-3]} {path.name}")
def test_a_report_gives_the_same_records_packed(path: Path) -> None:
    """For each sample of each built-in driver: every value, as its golden has it."""
    reader = load_drivers().named(path.parts[-3].replace("_", "-"))
    assert _told(reader, path.name, path.read_bytes()) == json.loads(
        path.with_name(f"{path.name}.json").read_bytes()
    )


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize(
    "path",
    [one for one in REPORTS if one.parts[-3] not in FEW],
    ids=lambda path: f"{path.parts[-3]} {path.name}",
)
def test_a_driver_packs_what_is_many(path: Path) -> None:
    """Every run of a block or more, so that its size does not matter."""
    reader = load_drivers().named(path.parts[-3].replace("_", "-"))
    records = reader.parse(Capture(path.name, "t", AT, path.read_bytes()))
    long = [one for one in records if isinstance(one, CountRun) and len(one.readings) >= 3]
    assert all(isinstance(one.readings, Packed) for one in long)
    assert sum(one.readings.unpacked for one in long if isinstance(one.readings, Packed)) <= (
        2 * 3 * len(long)
    )


@pytest.mark.parametrize("name", TABLES)
def test_a_table_gives_the_same_records_packed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """For each shipped table driver: lists, grids and workbooks."""
    reader = table_driver(name)
    plain = {file: _told(reader, file, content) for file, content in TABLES[name].items()}
    monkeypatch.setattr(packing, "BLOCK", 3)
    assert {f: _told(reader, f, content) for f, content in TABLES[name].items()} == plain


def _told(reader: Driver, name: str, content: bytes) -> object:
    return documents(reader.parse(Capture(name, "t", AT, content)))
