"""Values beside a label, or after it in its own cell."""

from __future__ import annotations

import pytest

from labsvc.driver.tables.cells import Row
from labsvc.driver.tables.labels import labelled
from labsvc.errors import ParseError

LABELS = {"program_number": ("Protocol no",), "run_id": ("Run",)}


def rows(*lines: tuple[str, ...]) -> list[Row]:
    return [Row(n, cells) for n, cells in enumerate(lines, 1)]


@pytest.mark.parametrize(
    "line",
    [
        ("Protocol no:", "16"),
        ("x", "PROTOCOL  NO", "", "16"),
        ("Protocol no: 16",),
        ("Protocol no = 16",),
        ("Protocol no:  16      Wed  9-Jan-2019  5:40",),
    ],
)
def test_a_value_stands_beside_its_label_or_after_it(line: tuple[str, ...]) -> None:
    """A gap of blanks begins the next field of a printed form."""
    assert labelled(rows(line), LABELS) == {"program_number": "16"}


def test_a_longer_word_is_another_label() -> None:
    """'Run ID' is not 'Run', and a label with nothing beside it says nothing."""
    assert labelled(rows(("Run ID", "7"), ("Run ID: 8",), ("Run", "")), LABELS) == {}


def test_two_answers_are_none() -> None:
    """The same one twice is one."""
    assert labelled(rows(("Run", "7"), ("Run: 7",)), LABELS) == {"run_id": "7"}
    with pytest.raises(ParseError, match="line 2: found '8' as the run_id, and '7' above"):
        labelled(rows(("Run", "7"), ("Run", "8")), LABELS)
