"""Edits of settings, protocols and rules, as the trail has them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from labsvc.model.protocol import Recognise, Rule
from labsvc.service.authoring.ruletext import rule_text
from labsvc.service.home import Home, open_home
from labsvc.service.work.book import Book
from labsvc.service.work.inforcebook import InForceNotes
from tests.bench import BINDING, make_home

RULE = Rule(BINDING, Recognise(drivers=("microbeta",)), "E. Sand", date(2026, 3, 2))


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    opened = open_home(make_home(tmp_path / "home", "lab: ours\n"))
    yield opened
    opened.close()


@pytest.fixture
def book(home: Home) -> Book:
    made = Book(home.protocols, home.runsheets, "Europe/Berlin")
    made.refresh()
    return made


def rows(home: Home) -> list[tuple[str, str]]:
    return [(row.what, row.key) for row in home.database.trail()]


def test_what_is_in_force_is_noted_once(home: Home, book: Book) -> None:
    """Also by the next start, which knows it from the trail."""
    for notes in (InForceNotes(), InForceNotes()):
        notes.note(home, book)
        notes.note(home, book)
    assert rows(home) == [("in force", f"protocol {BINDING}"), ("in force", "labsvc.yaml")]


def test_an_edited_protocol_is_noted_with_old_and_new(home: Home, book: Book) -> None:
    notes = InForceNotes()
    notes.note(home, book)
    file = home.protocols / f"{BINDING}.yaml"
    file.write_bytes(file.read_bytes().replace(b"version: 1", b"version: 2"))
    assert book.refresh()
    notes.note(home, book)
    detail = json.loads(home.database.trail()[0].detail)
    assert (detail["version"], "owner of the file" in detail["by"]) == ("2", True)
    (changed,) = detail["changes"]
    assert ("version: 1" in changed["old"], "version: 2" in changed["new"]) == (True, True)


def test_a_rule_is_whose_it_says(home: Home, book: Book) -> None:
    (home.root / "rules").mkdir()
    (home.root / "rules" / "mine.yaml").write_text(rule_text(RULE))
    notes = InForceNotes()
    book.refresh()
    notes.note(home, book)
    told = {row.key: json.loads(row.detail) for row in home.database.trail()}
    assert told[f"rule 1 of {BINDING}"]["by"] == "E. Sand"


def test_settings_are_noted_when_they_come_into_force(home: Home, book: Book) -> None:
    """An edit that nobody has taken into force yet is none."""
    notes = InForceNotes()
    notes.note(home, book)
    (home.root / "labsvc.yaml").write_text("timezone: Europe/Berlin\nlab: theirs\n")
    notes.note(home, book)
    assert len(rows(home)) == 2
    notes.note(replace(home, settings=replace(home.settings, lab="theirs")), book)
    detail = json.loads(home.database.trail()[0].detail)
    assert detail["changes"] == [{"what": "line 2", "old": "lab: ours", "new": "lab: theirs"}]
