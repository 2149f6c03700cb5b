"""What tests of other processes look at: those that run, and what they and the line leave."""

from __future__ import annotations

import psutil

from labsvc.service.work.ahead import IN_HAND
from tests.bench import Bench, report, report_name

PLATES = [f"NET-{number:04}" for number in range(1, IN_HAND + 2)]
"""One more than may be in hand."""


def fill(lab: Bench) -> None:
    """Those plates in the inbox, each with its run sheet."""
    for number, plate in enumerate(PLATES):
        lab.lay_sheet(plate)
        lab.put(report_name(plate), report(plate, seed=number))


def files(lab: Bench) -> dict[str, bytes]:
    """All that the archive holds, by name."""
    root = lab.home.root / "archive"
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


def others() -> set[psutil.Process]:
    return set(psutil.Process().children())
