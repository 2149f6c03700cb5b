"""Only words of our own are left."""

from __future__ import annotations

import pytest

from labsvc.service.secrets.scrub import LONGEST, Scrub, our_words


@pytest.fixture(scope="module")
def scrub() -> Scrub:
    return Scrub(our_words())


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("line 12: found '12345' in column 'Keller', expected a count rate",
         "line 12: found … in column …, expected a count rate"),
        ("cannot use '/srv/x y.txt': Permission denied; check that the disk is there and writable",
         "cannot use …: Permission denied; check that the disk is there and writable"),
        ("the folder /srv/keller/results cannot be listed: No such file or directory",
         "the folder … cannot be listed: No such file or directory"),
        ("mail server mail.example.org:587 refused user name 'lab' or its password: 535 no Keller",
         "mail server … refused user name … or its password: … no …"),
        (r"the folder \\server\keller cannot be listed", "the folder … cannot be listed"),
        ("found 12034.5 for M. Keller", "found … for …"),
        ("it said `Keller`, “Keller” and ‘Keller’", "it said … and …"),
        ("Keller O'Brien's plate 'NET-1'", "… plate …"),
        ("", ""),
        ("it ends in line 7 of xline 8", "it ends in line 7 of …"),
    ],
)  # fmt: skip
def test_what_may_be_another_s_is_blanked(scrub: Scrub, text: str, left: str) -> None:
    """Quoted parts, names, numbers, paths, addresses; a line's number stays."""
    assert scrub.sentence(text) == left


@pytest.mark.parametrize("text", ["1 ", "a", "“", "…, ", "a.", "line 1"])
def test_a_sentence_without_end_costs_no_more_than_a_long_one(scrub: Scrub, text: str) -> None:
    """Of a driver from outside, say: a bundle is written while somebody waits."""
    assert len(scrub.sentence(text * 100_000)) <= LONGEST  # it took hours


def test_examples_in_documentation_are_no_words_of_ours() -> None:
    """There people have names."""
    assert not {"keller", "sand", "anna"} & our_words()
    assert {"expected", "found", "cannot", "Permission"} <= our_words()


def test_a_traceback_keeps_programs_and_lines(scrub: Scrub) -> None:
    """Not the source, not the path above the program, not what the error quotes."""
    told = scrub.traceback(
        "Traceback (most recent call last):\n"
        '  File "/opt/keller/lib/labsvc/store/engine.py", line 9, in writing\n'
        "    yield connection\n"
        '  File "C:\\\\keller\\\\mine.py", line 2, in keller\n'
        "labsvc.errors.StoreError: cannot use '/srv/keller': Permission denied\n"
    )
    assert told.splitlines() == [
        "  labsvc/store/engine.py:9 writing",
        "  …:2 …",
        "labsvc.errors.StoreError: cannot use …: Permission denied",
    ]
