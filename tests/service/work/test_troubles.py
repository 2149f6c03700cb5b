"""What stands in the worker's way is told once."""

from __future__ import annotations

from pathlib import Path

from labsvc.service.work.troubles import Troubles
from tests.bench import bench

WORDS = ("Inbox damaged", "a label", "it is no JSON", "Check the disk.")


def test_each_trouble_is_told_once_for_its_words(tmp_path: Path) -> None:
    """Another reason is another trouble."""
    with bench(tmp_path / "home") as lab:
        troubles = Troubles()
        for words in (WORDS, WORDS, (*WORDS[:2], "it is empty", WORDS[3])):
            troubles.tell(lab.line, *words)
        assert len(lab.owed()) == 2
