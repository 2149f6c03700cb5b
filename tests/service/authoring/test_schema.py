"""Faults in the words of the person who wrote the file."""

from __future__ import annotations

import pytest
from pydantic import Field

from labsvc.errors import ConfigError
from labsvc.service.authoring.schema import Day, Molar, Name, Sentence, Strict, checked, examined
from labsvc.service.authoring.yamltext import load


class Inner(Strict):
    source: Sentence
    value: Molar | None = None


class Outer(Strict):
    name: Name
    count: int = 0
    on: Day | None = None
    inner: dict[Name, Inner] = Field(default_factory=dict)
    items: list[Inner] = Field(default_factory=list)


def faults(text: str) -> list[str]:
    return [str(fault) for fault in examined(load(text, file="f.yaml"), Outer)[1]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: x\ncuont: 1", "f.yaml:2: 'cuont' is not a key here; did you mean 'count'?"),
        (
            "name: x\ninner:\n  a:\n    source: s\n    valeu: 1 nM",
            "f.yaml:5: 'valeu' is not a key here; did you mean 'value'?",
        ),
        ("name: x\nitems: [{value: 1 nM}]", "f.yaml:2: 'source' is missing in 'items, item 1'"),
        ("name:\n", "f.yaml:1: 'name' is empty; write a value or leave the key out"),
        ("name: x\ncount: many", "f.yaml:2: 'count': found 'many'; expected a whole number"),
        ("name: x\ncount: 1.5", "f.yaml:2: 'count': found 1.5; expected a whole number"),
        ("name: x\nitems: 5", "f.yaml:2: 'items': found 5; expected a list"),
        ("name: x\non: 2026-02-30", "f.yaml:2: 'on': '2026-02-30' is no date"),
        ("name: true", "f.yaml:1: 'name': found True; expected text"),
        ('name: "a\\nb"', "f.yaml:1: 'name': 'a\\nb' holds the invisible character U+000A"),
        ('name: "a\\u202eb"', "holds the invisible character U+202E"),
        ('name: "  "', "f.yaml:1: 'name': found empty text"),
    ],
)
def test_a_fault_says_where_what_and_what_was_expected(text: str, said: str) -> None:
    """One sentence on the line of the key."""
    assert faults(text)[0].startswith(said) or said in faults(text)[0]


def test_a_misspelled_key_is_one_fault_not_two() -> None:
    """That the right key is then missing goes without saying."""
    assert len(faults("nmae: x")) == 1


def test_all_faults_are_told_in_the_order_of_the_file() -> None:
    """Lint shows them all; reading stops at the first."""
    text = "count: x\non: y\ninner: {a: {}}\nname: 5 \n"
    assert [line.split(":")[1] for line in faults(text)] == ["1", "2", "3"]
    with pytest.raises(ConfigError, match=r"f.yaml:1: 'count'"):
        checked(load(text, file="f.yaml"), Outer)


def test_text_that_looks_like_a_number_stays_as_written() -> None:
    """A lot number loses no zeros; markup and formulas are kept, to be escaped where shown."""
    assert checked(load("name: 0071", file="f"), Outer).name == "0071"
    assert checked(load('name: "=1+<script>"', file="f"), Outer).name == "=1+<script>"


def test_a_long_text_over_several_lines_becomes_one() -> None:
    """A folded source is one sentence."""
    text = "name: x\nitems:\n  - source: >\n      one\n      two\n"
    assert checked(load(text, file="f"), Outer).items[0].source == "one two"
