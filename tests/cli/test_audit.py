"""labsvc audit."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import PLATE, Labsvc


def test_the_trail_is_told_newest_first_with_who_and_why(labsvc: Labsvc, filed: Path) -> None:
    """A person's revision has their name and reason; what the service did has its own."""
    (run,) = labsvc("runs", "ls", "--home", filed, "--json").json
    labsvc(
        "runs", "refile", run["id"], "--reason", "a new look", "--by", "E. Sand", "--home", filed
    )
    rows = labsvc("audit", run["id"], "--home", filed, "--json").json
    assert [row["key"] for row in rows] == [f"{run['id']} revision 2", f"{run['id']} revision 1"]
    assert [row["detail"]["by"] for row in rows] == ["E. Sand", "labsvc"]
    assert rows[0]["detail"]["reason"] == "a new look"


def test_the_trail_for_people(labsvc: Labsvc, filed: Path) -> None:
    ran = labsvc("audit", "--last", "2", "--home", filed)
    assert ran.code == 0
    assert "result filed" in ran.out or "folder archived" in ran.out
    assert "seal" not in ran.out


def test_a_word_that_nothing_begins_with_finds_nothing(labsvc: Labsvc, filed: Path) -> None:
    assert labsvc("audit", PLATE[::-1], "--home", filed, "--json").json == []


def test_a_revision_without_a_reason_is_refused(labsvc: Labsvc, filed: Path) -> None:
    (run,) = labsvc("runs", "ls", "--home", filed, "--json").json
    ran = labsvc("runs", "refile", run["id"], "--reason", " \t", "--home", filed)
    assert (ran.code, "the reason is empty" in ran.sentence) == (78, True)
    assert len(labsvc("audit", run["id"], "--home", filed, "--json").json) == 1


def test_what_a_person_changed_is_told_as_it_was_and_as_it_is(labsvc: Labsvc, filed: Path) -> None:
    """The mask that was set, and all that followed from it."""
    (run,) = labsvc("runs", "ls", "--home", filed, "--json").json
    why = ("--reason", "a bubble", "--by", "E. Sand")
    labsvc("runs", "mask", run["id"], "--well", "B07", *why, "--home", filed)
    (row, _) = labsvc("audit", run["id"], "--home", filed, "--json").json
    mask = {"what": "masked by people: B07", "old": None, "new": "a bubble (E. Sand)"}
    assert mask in row["detail"]["changes"]
    told = labsvc("audit", run["id"], "--home", filed).out
    assert "→" in told
    assert "more: --json has them all" in told
