"""What was read is delivered in groups, and remembered once it is delivered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from labsvc.capture.handover import MOST_BYTES, TOGETHER, Handover
from labsvc.errors import DiskFull
from labsvc.model.capture import Capture
from labsvc.model.filing import SeenFile


@dataclass
class Desk:
    """Notes what it is given, in the order of the calls."""

    full: bool = False
    groups: list[int] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.handover = Handover(
            self.deliver,
            lambda files: self.told.append(f"remember {len(files)}"),
            lambda path: self.told.append(f"delivered {path}"),
            lambda path, seen: self.told.append(f"remembered {path}"),
        )

    def deliver(self, captures: Sequence[Capture]) -> None:
        if self.full:
            raise DiskFull("no room")
        self.groups.append(len(captures))

    def read(self, name: str, content: bytes = b"counts") -> None:
        at = datetime(2026, 3, 2, tzinfo=UTC)
        capture = Capture(name, "counter-1", at, content)
        self.handover.add(name, SeenFile(name, len(content), 1, capture.sha256), capture)


def test_captures_are_delivered_in_groups_and_the_rest_at_the_end() -> None:
    desk = Desk()
    for number in range(2 * TOGETHER + 1):
        desk.read(f"{number}")
    desk.handover.finish()
    assert desk.groups == [TOGETHER, TOGETHER, 1]


def test_a_file_is_remembered_after_it_was_delivered() -> None:
    desk = Desk()
    desk.read("a")
    assert desk.told == []
    desk.handover.finish()
    assert desk.told == ["delivered a", "remember 1", "remembered a"]


def test_a_large_file_does_not_wait_in_memory_with_others() -> None:
    """What was read before it is delivered first, so that it may fail alone."""
    desk = Desk()
    desk.read("small")
    desk.read("large", bytes(MOST_BYTES))
    desk.read("next")
    desk.handover.finish()
    assert desk.groups == [1, 1, 1]


def test_what_could_not_be_delivered_is_not_remembered() -> None:
    """Nor is it tried again by itself: the next look finds it."""
    desk = Desk(full=True)
    desk.read("a")
    with pytest.raises(DiskFull):
        desk.handover.finish()
    desk.full = False
    desk.handover.finish()
    assert (desk.groups, desk.told) == ([], [])


def test_a_file_with_nothing_to_deliver_is_remembered() -> None:
    """Its bytes are known, or it was refused."""
    desk = Desk()
    desk.handover.add("a", SeenFile("a", 1, 1, ""))
    desk.handover.finish()
    assert desk.groups == []
    assert desk.told == ["delivered a", "remember 1", "remembered a"]
