"""Patterns that a search never gets lost in."""

from __future__ import annotations

import re

import pytest

from labsvc.service.authoring.patterns import compiled

LAB_NAMES = [
    r"(?P<plate_id>NET-\d+)",
    r"^(?P<plate_id>[A-Z]+-\d{4})_A\d+_\d+\.txt$",
    r"(?P<plate_id>\d+)(?:_copy)?\.csv",
    r".*_(?P<plate_id>NET-\d+)_.*",
    r"(?i)(?P<plate_id>[^_]+)_[^_]+_[^_]+\.txt",
    r"(?P<plate_id>NET|SERT)-\d+",
    r"(\d{4}-){2}\d+",
    r"\bNET\s*\d+\b",
    r"^.*NET-\d+\.txt$",
    r"^NET-\d+_.*$",
    r"(?P<plate_id>[^A]+A\d+)_[^B]+B\d+$",
]


@pytest.mark.parametrize("pattern", LAB_NAMES)
def test_the_names_of_laboratories_can_be_described(pattern: str) -> None:
    assert compiled(pattern).pattern == pattern


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        (r"(a+)+b", "a repeat within a repeat"),
        (r"(?:a?){40}a", "a repeat within a repeat"),
        (r"((?:a|ab)c)*d", "a choice"),
        (r"a?a?a?a?a?aaaaa", "can share characters"),
        (r".*.*.*x", "can share characters"),
        (r"\w+_\w+_\w+\.txt", r"[^_]+_ in place of .*_"),
        (r"a*a*a*a*a*$", "can share characters"),
        (r"a*a*a*a*a*\b", "can share characters"),
        (r"[а-я]*[а-я]*[а-я]*x", "can share characters"),
        (r"[^é]*б*[^é]*x", "can share characters"),
        (r"(?i)A*aA*aA*aA*ax", "can share characters"),
        (r"(?=a)b", "look-around"),
        (r"(a)\1", "reference to a group"),
        (r"(a", "no regular expression"),
        ("a" * 301, "longer than 300"),
    ],
)
def test_what_could_take_for_ever_is_refused(pattern: str, said: str) -> None:
    """Each of these hangs on some name of fifty letters, or is near one that does."""
    with pytest.raises(ValueError, match=re.escape(said)):
        compiled(pattern)


@pytest.mark.parametrize("pattern", LAB_NAMES)
def test_what_is_allowed_ends_on_the_worst_of_names(pattern: str) -> None:
    """As long as a file's name may be; it would be the test's time limit that tells."""
    for letter in "a0_-N":
        compiled(pattern).search(letter * 255)


def test_a_pattern_folded_forty_times_is_looked_at_once() -> None:
    """It stands for a million million letters."""
    pattern = "(" * 40 + "a" + "){2}" * 40
    assert compiled(pattern).search("a" * 255) is None
