"""Figures, marks and states of one place."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labsvc.driver.tables.figures import Value
from labsvc.driver.tables.measured import Measured, measured
from labsvc.errors import ParseError
from labsvc.model.run import State
from tests.driver.tables.examples import driver

SPEC = replace(driver("cobra-csv").spec, not_counted=("-", "Missing"))


def read(counts: Value, cpm: Value) -> Measured:
    cells = {(0, "counts"): ("Counts", counts), (0, "cpm"): ("CPM", cpm)}
    return measured(cells, SPEC, 5)


def test_nought_was_counted() -> None:
    found = read("0", 0.0)
    assert (found.state, found.channels[0].counts, found.channels[0].cpm) == (State.COUNTED, 0, 0)


def test_marks_in_every_cell_mean_not_counted() -> None:
    """In any case of letters; what was printed is kept."""
    found = read("-", "MISSING")
    assert (found.state, found.channels) == (State.NOT_COUNTED, ())
    assert found.marks == {"Counts": "-", "CPM": "MISSING"}


def test_one_missing_figure_does_not_undo_the_other() -> None:
    found = read("-", "12.5")
    assert (found.state, found.channels[0].counts, found.channels[0].cpm) == (
        State.COUNTED, None, 12.5)  # fmt: skip


def test_stars_are_an_overflow() -> None:
    """Not zero and not missing."""
    found = read("*****", "12.5")
    assert (found.state, found.channels[0].counts) == (State.OVERFLOW, None)


def test_a_blank_cell_is_a_mark_only_where_that_is_told() -> None:
    with pytest.raises(ParseError, match="line 5: found '' where CPM"):
        read("1", "")


def test_what_was_taken_off_is_said_of_the_channel() -> None:
    assert read("1", "1").channels[0].corrected == ("background",)
