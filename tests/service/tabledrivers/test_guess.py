"""What columns most likely are, by their names."""

from __future__ import annotations

import pytest

from labsvc.driver.tables.cells import Row, text_rows
from labsvc.service.tabledrivers.guess import (
    guess_columns,
    guess_header,
    guess_labels,
    guess_quantity,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CPM", ("cpm", "1", None)),
        ("CPMA", ("cpm", "A", None)),
        ("CCPM2", ("cpm", "2", None)),
        ("I-125 Counts", ("counts", "I-125", "I-125")),
        ("A:2S%", ("error_2sigma_percent", "A", None)),
        ("DPM1", ("dpm", "1", None)),
        ("I-125 Error %", None),
        ("CCPM1%", None),
        ("Compound", None),
    ],
)
def test_a_quantity_is_known_by_its_name(
    text: str, expected: tuple[str, str, str | None] | None
) -> None:
    """A percentage that does not say how many sigma is none."""
    assert guess_quantity(text) == expected


def test_the_row_with_most_known_names_is_the_header() -> None:
    rows = list(text_rows("Pos,x\nRack,Pos,Sample ID,CPM,CPM,Odd\n1,1,a,5,6,7\n", ","))
    guess = guess_header(rows)
    assert guess is not None
    assert (guess.index, guess.left) == (1, ["CPM", "Odd"])
    assert guess.fields == {"rack": "Rack", "position": "Pos", "sample": "Sample ID"}


def test_a_table_without_places_or_figures_is_none() -> None:
    assert guess_header([Row(1, ("Pos", "Height"))]) is None
    assert guess_header([Row(1, ("Name", "CPM"))]) is None
    assert guess_columns(0, Row(1, ())).weight == 0


def test_labels_of_the_head() -> None:
    """With a value beside or after them; a bare word is none."""
    rows = [Row(1, ("Protocol no: 16",)), Row(2, ("Run ID", "7")), Row(3, ("Date",))]
    assert guess_labels(rows) == {"program_number": "Protocol no:", "run_id": "Run ID"}
