"""Captures set aside."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from labsvc.errors import IntegrityError
from labsvc.model.capture import Capture
from labsvc.store.quarantine import Quarantine


@pytest.fixture
def quarantine(tmp_path: Path) -> Quarantine:
    return Quarantine(tmp_path / "quarantine")


def test_bytes_and_reason_lie_side_by_side_for_a_person(
    quarantine: Quarantine, capture: Capture, tmp_path: Path
) -> None:
    folder = quarantine.put(capture, "line 2: found 'A01', expected a count", "Traceback ...")
    place = tmp_path / "quarantine" / folder
    assert (place / "A16_235.txt").read_bytes() == capture.content
    assert (place / "reason.txt").read_text() == (
        "line 2: found 'A01', expected a count\n\nTraceback ...\n"
    )
    assert quarantine.entries()[0].reason == "line 2: found 'A01', expected a count"


def test_a_capture_comes_back_as_it_was_set_aside(quarantine: Quarantine, capture: Capture) -> None:
    assert quarantine.read(quarantine.put(capture, "why")) == capture


def test_the_same_bytes_lie_there_once_with_the_newest_reason(
    quarantine: Quarantine, capture: Capture
) -> None:
    """On another day too."""
    first = quarantine.put(capture, "why")
    later = replace(capture, received_at=capture.received_at + timedelta(days=3))
    assert quarantine.put(later, "why else") == first
    assert [entry.reason for entry in quarantine.entries()] == ["why else"]


@pytest.mark.parametrize("name", ["reason.txt", "LABEL.JSON", "../../x", "", "\udcf8.txt"])
def test_no_name_overwrites_what_is_ours(
    quarantine: Quarantine, capture: Capture, name: str, tmp_path: Path
) -> None:
    odd = replace(capture, name=name)
    folder = quarantine.put(odd, "why")
    assert quarantine.read(folder) == odd
    assert len(list((tmp_path / "quarantine" / folder).iterdir())) == 3


def test_changed_bytes_are_not_given_back(
    quarantine: Quarantine, capture: Capture, tmp_path: Path
) -> None:
    folder = quarantine.put(capture, "why")
    (tmp_path / "quarantine" / folder / "A16_235.txt").write_bytes(b"other")
    with pytest.raises(IntegrityError):
        quarantine.read(folder)


def test_a_damaged_label_blocks_nobody(
    quarantine: Quarantine, capture: Capture, tmp_path: Path
) -> None:
    """Its folder stays for a person, and the bytes can be set aside again."""
    first = quarantine.put(capture, "why")
    (tmp_path / "quarantine" / first / "label.json").write_bytes(b"{")
    assert quarantine.entries() == []
    second = quarantine.put(capture, "why")
    assert second != first
    assert [entry.folder for entry in quarantine.entries()] == [second]


def test_what_was_released_is_removed_once(quarantine: Quarantine, capture: Capture) -> None:
    folder = quarantine.put(capture, "why")
    quarantine.remove(folder)
    quarantine.remove(folder)
    quarantine.sweep()
    assert quarantine.entries() == []
