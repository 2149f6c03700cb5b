"""A driver proposed from an example reads that example."""

from __future__ import annotations

from pathlib import Path

import pytest

from labsvc.errors import ParseError
from labsvc.model.run import State
from labsvc.service.tabledrivers.draft import draft_driver
from labsvc.service.tabledrivers.text import parse_table
from tests.driver.tables.examples import GRID_HEAD, GRIDS, sample


@pytest.mark.parametrize(
    ("name", "readings"),
    [("cobra-csv", 5), ("wizard-1470", 4), ("microbeta2-grid", 48), ("microbeta2-xlsx", 4)],
)
def test_each_shape_is_proposed_and_read(name: str, readings: int) -> None:
    """The text is a driver as it stands."""
    proposal = draft_driver(sample(name), file="x.csv")
    assert proposal.readings == readings
    assert parse_table(proposal.text.encode(), file="draft").maturity == "draft"


def test_an_ambiguous_date_is_left_to_the_person() -> None:
    """Said in the file and beside it; no order is proposed."""
    proposal = draft_driver(sample("wizard-1470"), file="x.csv")
    assert "order:" not in "".join(
        line for line in proposal.text.splitlines() if not line.startswith("#")
    )
    assert any("may be day first or month first" in note for note in proposal.notes)
    assert all(reading.counted_at is None for run in proposal.runs for reading in run.readings)


def test_a_proposal_that_does_not_read_its_example_says_why() -> None:
    """And is given all the same, to be mended."""
    text = (GRID_HEAD + GRIDS).replace("640.25", "odd")
    proposal = draft_driver(text.encode(), file="x.txt")
    assert proposal.readings == 0
    assert "as it stands it does not read the example: line 11: found 'odd'" in proposal.notes[-1]


@pytest.mark.parametrize("content", [b"", b"\r\n \r\n"])
def test_an_empty_example_is_refused(content: bytes) -> None:
    with pytest.raises(ParseError, match="the file is empty"):
        draft_driver(content, file="x.csv")


def test_a_letter_is_no_table() -> None:
    with pytest.raises(ParseError, match="no table of readings is seen in it: expected"):
        draft_driver(b"Dear diary,\ntoday; nothing\n", file="x.txt")


def test_a_real_gamma_counters_list(shared: Path) -> None:
    """430 tubes, the nuclide out of the column's name, the time's unit out of the figures."""
    (path,) = (shared / "formats" / "samples" / "wizard2_2470").glob("*.csv")
    proposal = draft_driver(path.read_bytes(), file=path.name)
    (run,) = proposal.runs
    first = run.readings[0]
    assert (proposal.readings, first.rack, first.position) == (430, "1", "1")
    assert (first.channels[0].nuclide, first.channels[0].cpm) == ("I-125", 4919.63)
    assert first.live_time_s == 300.02


def test_real_vials_of_a_liquid_counter(shared: Path) -> None:
    """Lines that say 'Missing vial 2.' are told as skipped, not passed over."""
    samples = shared / "formats" / "samples" / "tricarb_quantasmart_csv" / "run01"
    path = samples / "1L_BL-1_IV-1-5_OV-1-2.csv"
    proposal = draft_driver(path.read_bytes(), file=path.name)
    (run,) = proposal.runs
    assert [one.position for one in run.readings] == ["1", "3", "4", "5", "6", "8", "9", "10", "11"]
    assert any("'Missing vial 2.'" in note for note in proposal.notes)


def test_a_real_plates_grid(shared: Path) -> None:
    """As its own driver reads it, well by well."""
    path = shared / "formats" / "samples" / "microbeta_mbw" / "ria_2019" / "A16_233.txt"
    proposal = draft_driver(path.read_bytes(), file=path.name)
    (run,) = proposal.runs
    found = {one.position: one for one in run.readings}
    assert len(found) == 24
    assert (found["A01"].channels[0].cpm, found["D06"].channels[0].cpm) == (6425, 24)
    assert run.program.number == "16"
    assert {one.state for one in run.readings} == {State.COUNTED}
