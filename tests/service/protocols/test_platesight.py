"""What a counted plate shows of its layout."""

from __future__ import annotations

import numpy as np
import pytest

from labsvc.model.plate import FORMATS, row_and_column
from labsvc.service.protocols.platesight import sight
from tests.bench import plate_run, protocol

RNG = np.random.default_rng(7)


def rates_of(plate: str, seed: int) -> dict[str, float]:
    run = plate_run(plate, seed=seed)
    return {one.position: one.channels[0].cpm or 0.0 for one in run.readings}


def noisy(level: float) -> float:
    return level * float(RNG.normal(1, 0.04))


def curve(point: int, ic50: float = 4.5) -> float:
    """Counts at a point of a series of half logarithms, the highest concentration first."""
    return noisy(100 + 1400 / (1 + 10 ** ((ic50 - point) / 2)))


@pytest.mark.parametrize("seed", range(1, 6))
def test_the_layout_of_a_binding_plate_is_seen(seed: int) -> None:
    """Controls and slots exactly as its protocol has them."""
    found = sight(rates_of("NET-1", seed), 96)
    assert found.total == ("A01-D01", "A12-D12")
    assert found.nonspecific == ("E01-H01", "E12-H12")
    assert found.blocks == tuple(
        (f"{one.wells[0][0]}-{one.wells[-1][-1]}", "across") for one in protocol().layout.slots
    )
    assert (found.marks["A02"], found.levels["A01"], found.levels["A02"]) == ("1", "9", "0")


def test_a_plate_the_other_way_round() -> None:
    """Triplicates whose highest concentration stands at the right."""
    rates = {}
    for position in FORMATS[96].wells():
        row, column = row_and_column(position)
        control = noisy(1500) if row < 4 else noisy(100)
        rates[position] = control if column == 1 else curve(12 - column, 3.5 + row // 4 * 2)
    found = sight(rates, 96)
    assert found.total == ("A01-D01",)
    assert found.blocks == (("A12-D02", "across"), ("E12-H02", "across"))


def test_series_down_the_columns() -> None:
    """Beside a column of controls; the compounds are in single wells."""
    rates = {}
    for position in FORMATS[96].wells():
        row, column = row_and_column(position)
        control = noisy(1500) if row < 4 else noisy(100)
        rates[position] = control if column == 1 else curve(row, 1.5 + 2 * (column % 3))
    found = sight(rates, 96)
    assert (found.total, found.nonspecific) == (("A01-D01",), ("E01-H01",))
    assert found.blocks[:2] == (("A02-H02", "down"), ("A03-H03", "down"))
    assert len(found.blocks) == 11


def test_nothing_is_seen_where_nothing_is_to_be_seen() -> None:
    """A plate of noise, of zeros, or of two wells has no layout."""
    noise = {one: noisy(800) for one in FORMATS[96].wells()}
    for rates in (noise, dict.fromkeys(noise, 0.0), {"A01": 1.0, "H12": 5.0}):
        assert sight(rates, 96).blocks == ()


def test_a_screen_has_controls_and_no_series() -> None:
    """Hits are here and there."""
    rates = {}
    for number, position in enumerate(FORMATS[96].wells()):
        column = row_and_column(position)[1]
        high = column == 1 or (column != 12 and number % 17)
        rates[position] = noisy(1500 if high else 100)
    found = sight(rates, 96)
    assert (found.total, found.nonspecific) == (("A01-H01",), ("A12-H12",))
    assert found.blocks == ()
