"""Where two documents part, in words."""

from typing import Any

import pytest

from labsvc.driver.difference import first_difference

ONE = [{"run_key": "a", "readings": [{"cpm": 21}, {"cpm": None}]}]


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (
            [{"run_key": "a", "readings": [{"cpm": 22}, {"cpm": None}]}],
            "records[0].readings[0].cpm: expected 21, found 22",
        ),
        (
            [{"run_key": "a", "readings": [{"cpm": 21}, {"cpm": 0}]}],
            "records[0].readings[1].cpm: expected None, found 0",
        ),
        (
            [{"run_key": "a", "readings": [{"cpm": 21}]}],
            "records[0].readings: expected 2 of them, found 1",
        ),
        ([{"readings": ONE[0]["readings"]}], "records[0].run_key is only in what was expected"),
        ([ONE[0] | {"more": 1}], "records[0].more is only in what was found"),
        ({}, f"records: expected {ONE!r}, found {{}}"),
    ],
)
def test_the_first_difference_is_named_with_its_place(found: Any, words: str) -> None:
    """A reader of the failing test finds the value without a debugger."""
    assert first_difference(ONE, found) == words


def test_equal_documents_have_no_difference() -> None:
    """None, so that a test can say ``is None``."""
    assert first_difference(ONE, [ONE[0] | {}]) is None
