"""What each key of a table driver may hold."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from labsvc.service.tabledrivers.schema import TableSchema

LEAST: dict[str, Any] = {
    "name": "my-list",
    "title": "a list",
    "instrument": {"vendor": "Acme"},
    "files": {"patterns": ["*.csv"]},
    "decimal": "point",
    "columns": {"position": "Pos"},
    "channels": [{"name": "1", "cpm": ["CPM", "CCPM"]}],
}


def test_one_name_is_a_list_of_one() -> None:
    table = TableSchema.model_validate(LEAST)
    assert table.columns is not None
    assert (table.columns.position, table.channels[0].cpm) == (("Pos",), ("CPM", "CCPM"))


def test_a_blank_cell_may_be_a_mark() -> None:
    """Written as an empty text; blanks alone are no other mark."""
    table = TableSchema.model_validate({**LEAST, "not_counted": ["-", "", " "]})
    assert table.not_counted == ("-", "", "")


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [
        ("name", "-x", "no driver's name"),
        ("name", "x" * 41, "no driver's name"),
        ("columns", {"position": [""]}, "found empty text"),
        ("columns", {"position": [["x"]]}, "expected a name"),
        ("not_counted", [1.5], "expected a list of texts"),
        ("end", "x" * 201, "longer than 200"),
        ("end", "(a|b*)+", "a choice"),
        ("end", "[", "is no regular expression"),
        ("dates", {"format": "%d.%m"}, "is no date format"),
        ("dates", {"format": "%c"}, "is no date format"),
        ("files", {"patterns": ["*.csv"], "quiet": "30"}, "quiet"),
        ("channels", [], "at least 1"),
    ],
)
def test_a_value_that_cannot_be_is_refused(key: str, value: object, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        TableSchema.model_validate({**LEAST, key: value})
