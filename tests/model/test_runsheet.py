"""How a run sheet names its run."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from labsvc.model.runsheet import RunSheet


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({}, False), ({"plate_id": "NET-0147"}, False), ({"plate": 2}, False),
        ({"count_file": "*.txt"}, True), ({"count_program": "16"}, True),
        ({"count_date": date(2026, 3, 2)}, True),
    ],
)  # fmt: skip
def test_only_file_program_or_date_name_a_count(given: dict[str, Any], names: bool) -> None:
    """The plate's name is another way; its number within a file is none by itself."""
    assert RunSheet("day-12", "net", **given).names_count is names
