"""The page of threats names tests that are there, and a remedy without a test is none."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/explanation/security.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`((?:\w+/)*test_\w+)(?:::(test_\w+))?`")


def rows() -> list[list[str]]:
    """The rows of the tables of threats: threat, remedy, test."""
    tables = PAGE.split("| threat | remedy | shown by |\n|---|---|---|\n")[1:]
    lines = [line for table in tables for line in table.partition("\n\n")[0].splitlines()]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_every_threat_has_its_remedy_and_its_test() -> None:
    assert len(rows()) > 35
    assert [row for row in rows() if len(row) != 3 or not NAMED.search(row[2])] == []


def test_the_tests_that_are_named_are_there() -> None:
    named = NAMED.findall(PAGE)
    lacking = [
        f"{module}::{name}"
        for module, name in named
        if not (ROOT / f"tests/{module}.py").is_file()
        or f"def {name}" not in (ROOT / f"tests/{module}.py").read_text(encoding="utf-8")
    ]
    assert lacking == []
