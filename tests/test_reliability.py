"""The page that says how labsvc stands to each known failure names tests that are there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/explanation/reliability.md").read_text(encoding="utf-8")
ROW = re.compile(
    r"^\| (\d+) \| [^|]+ \| (yes|in part|not yet) \| [^|]+ \| ([^|]*)\|$", re.MULTILINE
)


def test_each_of_the_58_has_its_row() -> None:
    assert [int(number) for number, _, _ in ROW.findall(PAGE)] == list(range(1, 59))


def test_what_is_said_to_hold_is_shown_by_a_test() -> None:
    """Without a test it holds in part at most."""
    assert [
        number for number, stands, test in ROW.findall(PAGE) if stands == "yes" and not test
    ] == []


def test_the_tests_that_are_named_are_there() -> None:
    named = re.findall(r"`(\w+(?:/\w+)*/test_\w+)(?:::(test_\w+))?`", PAGE)
    assert len(named) > 50
    lacking = [
        f"{module}::{name}"
        for module, name in named
        if not (ROOT / f"tests/{module}.py").is_file()
        or f"def {name}" not in (ROOT / f"tests/{module}.py").read_text(encoding="utf-8")
    ]
    assert lacking == []
