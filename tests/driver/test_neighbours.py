"""The drivers installed beside another one: broken ones claim nothing."""

from __future__ import annotations

import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from labsvc.driver import Driver
from labsvc.driver.neighbours import claims, installed
from labsvc.model.capture import Capture

REPORT = Capture("a.nxt", "here", datetime(2026, 1, 5, 12, tzinfo=UTC), b"\0 nobody's bytes")

NEXT_DOOR = """
from labsvc.driver import Driver, Recognition

class Sound(Driver):
    title, maturity = "Next door", "draft"
    def recognises(self, capture):
        return Recognition.yes("anything will do")
    def parse(self, capture):
        return ()
    def simulate(self, records, *, fault=None):
        return b""

class Fails(Sound):
    def __init__(self):
        raise OSError("no dongle")

class Raises(Sound):
    def recognises(self, capture):
        raise KeyError("head")

def leaves():
    raise SystemExit(3)
"""
BROKEN_NEXT_DOOR = ("next_door:Lost", "next_door:Fails", "next_door:Raises", "next_door:leaves",
                    "nowhere_to_be_found:Driver", "next_door:str")  # fmt: skip


def beside(folder: Path, *classes: str) -> None:
    """A distribution with NEXT_DOOR as its module, and an entry point for each of ``classes``."""
    (folder / "next_door.py").write_text(NEXT_DOOR)
    told = folder / "next_door-1.0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: next-door\nVersion: 1.0\n")
    points = [f"n{order} = {one}" for order, one in enumerate(classes)]
    (told / "entry_points.txt").write_text("\n".join(["[labsvc.drivers]", *points, ""]))


def claimed(but: type[Driver] = Driver) -> list[str]:
    return [one.title for one in installed(but) if claims(one, REPORT)]


def test_a_broken_neighbour_claims_nothing_and_a_sound_one_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lost, failing, leaving, raising or no driver at all."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "next_door", raising=False)
    beside(tmp_path, *BROKEN_NEXT_DOOR)
    assert claimed() == []
    shutil.rmtree(tmp_path / "next_door-1.0.dist-info")
    beside(tmp_path, *BROKEN_NEXT_DOOR, "next_door:Sound")
    assert claimed() == ["Next door"]


def test_a_driver_is_no_neighbour_of_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "next_door", raising=False)
    beside(tmp_path, "next_door:Sound")
    (sound,) = (one for one in installed(Driver) if one.title == "Next door")
    assert claimed(but=type(sound)) == []
