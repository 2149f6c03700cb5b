"""Plates as text."""

from __future__ import annotations

from labsvc.service.protocols.platedrawing import drawn, legend, plate_document, protocol_marks
from tests.bench import protocol


def test_a_plate_is_drawn_row_by_row() -> None:
    """Numbers above, letters beside, dots where nothing is."""
    lines = drawn({"A01": "T", "D06": "12"}, 24)
    assert lines[0] == "     1  2  3  4  5  6"
    assert lines[1] == "  A  T  .  .  .  .  ."
    assert lines[4] == "  D  .  .  .  .  . 12"


def test_every_mark_of_a_protocol_is_explained() -> None:
    marks = set(protocol_marks(protocol()).values())
    told = list(legend(protocol()))
    assert {line.split()[0] for line in told} == marks
    assert "   1  slot 1: 10 concentrations from A02, 2 wells of each" in told


def test_the_plate_for_programs() -> None:
    """Each well with its role, or its slot and the number of its concentration."""
    document = plate_document(protocol())
    assert document["plate"] == len(document["wells"]) == 96
    assert document["wells"]["A01"] == {"role": "total", "slot": None, "point": None}
    assert document["wells"]["B11"] == {"role": "sample", "slot": "1", "point": 10}
