"""A capture worked out: how long its draft stands, and what is said of one that has none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from labsvc.errors import ConfigError, ParseError
from labsvc.model.filing import CaptureState
from labsvc.service.work.draft import Refusal, refusal
from tests.bench import NOW, Bench, bench, capture, harvest, report, report_name

PLATE = "NET-0411"


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path / "home") as made:
        made.lay_sheet(PLATE)
        made.line.book.refresh()
        yield made


def test_a_draft_stands_until_the_database_says_otherwise(lab: Bench) -> None:
    """A harvest of its plate, or another revision of its run, and it is made anew."""
    brought = capture(report_name(PLATE), report(PLATE))
    draft = lab.line.drafter.draft(brought, NOW)
    assert draft.looked.stands(lab.home.database)
    lab.line.take(capture("harvest.csv", harvest(PLATE)))
    assert not draft.looked.stands(lab.home.database)
    knowing = lab.line.drafter.draft(brought, NOW)
    lab.line.take(brought)
    assert not knowing.looked.stands(lab.home.database)


def test_a_draft_that_no_longer_stands_is_not_filed(lab: Bench) -> None:
    """The same run came by another way meanwhile: it is filed once."""
    brought = capture(report_name(PLATE), report(PLATE))
    draft = lab.line.drafter.draft(brought, NOW)
    again = capture("again.txt", report(PLATE) + b"\r\n")
    lab.line.take(again)
    assert lab.line.take(brought, [draft]).state is CaptureState.DUPLICATE
    assert len(lab.home.database.revisions(lab.only_run().run_id)) == 1


def test_the_next_draft_counts_where_the_first_does_not_stand(lab: Bench) -> None:
    """Others are asked again, and only as often as they must be."""
    brought = capture(report_name(PLATE), report(PLATE))
    blind = lab.line.drafter.draft(brought, NOW)
    lab.line.take(capture("harvest.csv", harvest(PLATE)))
    knowing = lab.line.drafter.draft(brought, NOW)
    asked = iter([blind, knowing, blind])
    (filed,) = lab.line.take(brought, asked).results
    assert filed is knowing.results[0]
    assert list(asked) == [blind]


def test_a_refusal_sets_the_capture_aside_with_its_words(lab: Bench) -> None:
    """Whoever met what is wrong with it."""
    outcome = lab.line.take(capture("notes.txt", b"buy buffer"), [Refusal("no counter wrote it")])
    assert (outcome.state, outcome.reason) == (CaptureState.QUARANTINED, "no counter wrote it")


def test_room_that_was_never_written_is_told() -> None:
    """Of what a driver refused: that may be why."""
    error = ParseError("found nothing", line=3)
    assert refusal(error, b"A1 17" + bytes(40)).reason == (
        "line 3: found nothing; its last 40 bytes are room that was made and never written"
    )
    assert refusal(error, b"A1 17").reason == "line 3: found nothing"
    assert refusal(ConfigError("no such driver"), b"A1" + bytes(40)).reason == "no such driver"
