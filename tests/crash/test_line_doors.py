"""Killed at every door of the whole line and started again: filed once, as if nothing happened."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from labsvc.service.home import Home, open_home
from tests.patience import LONG_PATIENCE

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="children are made by fork")

SCRIPT = Path(__file__).with_name("line_doors.py")

# What was captured; the verdicts that are filed, by revision; what is mailed; the fewest doors.
WORKS = [
    ("rejected", ["rejected"], ["qc-failed"], 20),
    ("held", ["held"], ["run-held"], 15),
    ("released", ["held", "review"], ["run-held"], 12),
    ("harvested", ["review", "review"], [], 25),
    ("unreadable", [], ["quarantine"], 10),
    ("together", ["rejected", "review"], ["qc-failed"], 12),
]


@dataclass(frozen=True)
class Left:
    """What a home holds for good, but for the moments of filing."""

    results: list[tuple[str, int, str, str, str]]
    captures: list[tuple[str, str, str | None, str]]
    alerts: list[tuple[str, str]]
    quarantined: list[tuple[str, str]]
    archived: dict[str, list[str]]


@contextmanager
def _opened(root: Path) -> Iterator[Home]:
    home = open_home(root)
    try:
        yield home
    finally:
        home.close()


def _left(home: Home) -> Left:
    database = home.database
    revisions = [one for latest in database.results() for one in database.revisions(latest.run_id)]
    return Left(
        [(one.run_id, one.revision, one.verdict, one.folder, one.document) for one in revisions],
        sorted((one.sha256, one.name, one.driver, one.state) for one in database.captures()),
        [(owed.alert.key, owed.alert.subject) for owed in database.outbox(with_sent=True)],
        [(one.sha256, one.reason) for one in home.quarantine.entries()],
        {folder: home.archive.names(folder) for folder in sorted(database.folders())},
    )


def _doors(work: str, folder: Path) -> list[Path]:
    """The homes of the children, of which in each half all but the last one were killed.

    Two scripts side by side have every second door each; their homes are in folders of their own.
    """
    halves = {first: folder / f"from {first}" for first in ("1", "2")}
    scripts = [
        subprocess.Popen(
            [sys.executable, str(SCRIPT), work, str(half), first, "2"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for first, half in halves.items()
    ]  # fmt: skip
    homes = []
    for half, script in zip(halves.values(), scripts, strict=True):
        with script:
            said, trouble = script.communicate(timeout=LONG_PATIENCE)
        assert script.returncode == 0, trouble
        ends = [(number, int(ended)) for number, ended in map(str.split, said.splitlines())]
        assert [ended for _, ended in ends] == [9] * (len(ends) - 1) + [0]
        homes += [half / number for number, _ in ends]
    return homes


@pytest.mark.parametrize(("work", "verdicts", "kinds", "fewest"), WORKS)
def test_a_capture_is_filed_once_whatever_door_the_line_died_at(
    tmp_path: Path, work: str, verdicts: list[str], kinds: list[str], fewest: int
) -> None:
    """The same runs, answers, alerts and files as undisturbed, and nothing left lying about."""
    homes = _doors(work, tmp_path)
    assert len(homes) > fewest
    with _opened(homes[0].parent / "undisturbed") as home:
        undisturbed = _left(home)
    assert [one[2] for one in undisturbed.results] == verdicts
    assert [key.partition(":")[0] for key, _ in undisturbed.alerts] == kinds
    for root in homes:
        with _opened(root) as home:
            assert _left(home) == undisturbed, f"died at door {root}"
            assert _clean(home), f"died at door {root}"


def _clean(home: Home) -> bool:
    lying = [*(home.root / "inbox").iterdir(), *home.root.glob("*/.staging/*")]
    faults = [*home.archive.verify(), *home.database.verify()]
    folders = {path.parent for path in (home.root / "archive").rglob("manifest.json")}
    known = {home.root / "archive" / one for one in home.database.folders()}
    return not lying and not faults and folders == known
