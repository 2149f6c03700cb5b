"""Rules of the laboratory as files."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from labsvc.errors import ConfigError
from labsvc.model.protocol import Recognise, Rule
from labsvc.service.authoring.ruletext import parse_rule, rule_text

WHEN = Recognise(
    drivers=("microbeta",), program_number="016", program_name='H-3 "NET" *',
    sources=("counter-1",), readings=96,
)  # fmt: skip
RULE = Rule("net-binding", WHEN, "A. Müller: chemist", date(2026, 3, 2))


@pytest.mark.parametrize(
    "when",
    [WHEN, Recognise(drivers=("tricarb",)), Recognise(program_name="no"), Recognise(readings=24)],
)
def test_what_is_written_is_read_again(when: Recognise) -> None:
    """Quotes, leading zeros and words that YAML takes for others are kept."""
    rule = replace(RULE, when=when)
    assert parse_rule(rule_text(rule).encode(), file="r.yaml") == rule


def test_a_name_that_would_be_read_otherwise_is_not_written() -> None:
    """A rule that never holds would be believed."""
    with pytest.raises(ConfigError, match="cannot be written as a rule"):
        rule_text(replace(RULE, when=replace(WHEN, program_name="NET   ")))


@pytest.mark.parametrize(
    ("change", "line", "message"),
    [
        (("readings: 96", "reading: 96"), 9, "reading"),
        (("on: 2026-03-02", "on: 2.3.2026"), 4, "is no date"),
        (("use: net-binding\n", ""), 1, "use"),
    ],
)
def test_a_fault_is_told_with_its_line(
    change: tuple[str, str], line: int, message: str
) -> None:  # fmt: skip
    """As in every file that people edit."""
    with pytest.raises(ConfigError, match=message) as caught:
        parse_rule(rule_text(RULE).replace(*change).encode(), file="rules/r.yaml")
    assert (caught.value.file, caught.value.line) == ("rules/r.yaml", line)


def test_a_rule_without_conditions_is_refused() -> None:
    """It would take every run."""
    text = b"use: net-binding\nby: A\non: 2026-03-02\nfor: {}\n"
    with pytest.raises(ConfigError, match="such a rule would take every run") as caught:
        parse_rule(text, file="r.yaml")
    assert caught.value.line == 4
