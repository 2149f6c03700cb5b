"""Compounds in slots, whatever the form of the run sheet."""

from __future__ import annotations

import pytest

from labsvc.service.runsheets.parts import Row
from labsvc.service.runsheets.slots import Fill, compounds_of, refuse_slot_wells
from tests.bench import protocol

SERIES = Fill(7, "LAB-1", "1", top_m=1e-5, dilution=10.0)


def told(*fills: Fill) -> list[tuple[int, str, str]]:
    found: list[tuple[int, str, str]] = []
    list(compounds_of(fills, protocol(), lambda *fault: found.append(fault)))
    return found


def test_a_dilution_is_written_out_over_the_points_of_its_slot() -> None:
    (one,) = compounds_of([SERIES], protocol(), lambda *_: None)
    assert one.concentrations_m[:3] == (1e-5, 1e-6, 1e-7)
    assert len(one.concentrations_m) == len(protocol().layout.slots[0].wells)


@pytest.mark.parametrize(
    ("fill", "key", "said"),
    [
        (Fill(7, "X", "12", 1e-5, 10.0), "slot", "has no slot '12'"),
        (Fill(7, "X", "1", 1e-5), "", "needs 'top' with 'dilution'"),
        (Fill(7, "X", "1", 0.0, 10.0), "top", "above zero"),
        (Fill(7, "X", "1", concentrations_m=(1e-5, 1e-6)), "concentrations", "takes 10"),
        (Fill(7, "X", "1", 1e-5, 10.0, role="total"), "role", "a sample or a reference"),
        (Fill(7, "X", "1", 1e-5, 10.0, role="smple"), "role", "did you mean 'sample'?"),
    ],
)
def test_what_is_wrong_is_told_with_its_key(fill: Fill, key: str, said: str) -> None:
    """And with the place it was written at."""
    ((place, found, sentence),) = told(fill)
    assert (place, found) == (7, key)
    assert said in sentence


def test_a_slot_is_filled_once() -> None:
    assert told(SERIES, Fill(8, "X", "1", 1e-5, 10.0)) == [(8, "", "slot 1 holds LAB-1 already")]


def test_a_listed_position_is_not_a_well_of_a_filled_slot() -> None:
    """A02 holds the compound's highest concentration."""
    found: list[tuple[int, str]] = []
    rows = [Row(3, "A01", "total"), Row(4, "a2", "blank"), Row(5, "Z99", "blank")]
    refuse_slot_wells(rows, [SERIES], protocol(), lambda *fault: found.append(fault))
    assert found == [(1, "A02 holds LAB-1 by its slot")]
