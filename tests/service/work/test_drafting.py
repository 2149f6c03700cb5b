"""Drafts: all that filing a capture writes, and nothing written yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from labsvc.driver import packing
from labsvc.errors import ConfigError, NotRecognised
from labsvc.service.work.drafting import Started
from tests.bench import NOW, Bench, bench, capture, harvest, report, report_name

PLATE = "NET-0411"


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path / "home") as made:
        made.lay_sheet(PLATE)
        made.line.book.refresh()
        yield made


def _tree(lab: Bench) -> dict[Path, bytes]:
    files = [path for path in lab.home.root.rglob("*") if path.is_file()]
    return {path: path.read_bytes() for path in files if not path.name.startswith("labsvc.db")}


def test_a_draft_writes_nothing(lab: Bench) -> None:
    """It may be made ahead of its turn and thrown away."""
    before = _tree(lab)
    draft = lab.line.drafter.draft(capture(report_name(PLATE), report(PLATE)), NOW)
    assert [one.revision for one in draft.results] == [1]
    assert _tree(lab) == before
    assert lab.home.database.captures() == []


def test_what_is_filed_is_the_draft(lab: Bench) -> None:
    """Every file of it, under its name, and no other but the manifest."""
    brought = capture(report_name(PLATE), report(PLATE))
    draft = lab.line.drafter.draft(brought, NOW)
    outcome = lab.line.take(brought, [draft])
    folder = lab.home.root / "archive" / outcome.folder
    assert {name: (folder / name).read_bytes() for name in draft.files} == draft.files
    assert set(lab.home.archive.names(outcome.folder)) == set(draft.files)


def test_what_no_driver_knows_has_no_draft(lab: Bench) -> None:
    with pytest.raises(NotRecognised):
        lab.line.drafter.draft(capture("notes.txt", b"buy buffer"), NOW)


def test_a_harvest_alone_is_news_and_gives_its_event(lab: Bench) -> None:
    draft = lab.line.drafter.draft(capture("harvest.csv", harvest(PLATE)), NOW)
    assert draft.news
    assert [(event.plate_id, event.step) for _, event in draft.events] == [(PLATE, "harvest")]


def test_packed_readings_make_the_same_draft(lab: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file of it and every digest, as if the report were no large one."""
    brought = capture(report_name(PLATE), report(PLATE))
    plain = lab.line.drafter.draft(brought, NOW)
    monkeypatch.setattr(packing, "BLOCK", 5)
    packed = lab.line.drafter.draft(brought, NOW)
    assert packed.files == plain.files
    assert [(one.readings_digest, one.result) for one in packed.results] == [
        (one.readings_digest, one.result) for one in plain.results
    ]


@pytest.fixture
def started(lab: Bench) -> list[tuple[Started, datetime]]:
    """Three plates read, of which the second has a protocol that no curve can be fitted by."""
    (good,) = lab.line.book.protocols
    assert good.fit is not None
    level = replace(good.fit, fixed={"top": 50.0, "bottom": 50.0})
    sheets = list(lab.line.book.sheets)
    sheets += [replace(sheets[0], plate_id="NET-0412", protocol="level"),
               replace(sheets[0], plate_id="NET-0413")]  # fmt: skip
    protocols = (good, replace(good, name="level", fit=level))
    drafter = replace(lab.line.drafter, protocols=protocols, sheets=sheets)
    plates = [(sheet.plate_id or "", seed) for seed, sheet in enumerate(sheets, start=1)]
    captures = [capture(report_name(plate), report(plate, seed=seed)) for plate, seed in plates]
    return [(drafter.start(one), NOW) for one in captures]


def test_captures_finished_together_are_what_each_is_alone(
    lab: Bench, started: list[tuple[Started, datetime]]
) -> None:
    """Every file of theirs, and what the database keeps."""
    good, drafter = [started[0], started[2]], lab.line.drafter
    alone = [drafter.finish([one])[0] for one in good]
    together = drafter.finish(good)
    same = [
        (one.files == other.files, one.results == other.results)
        for one, other in zip(together, alone, strict=True)
    ]
    assert same == [(True, True)] * 2


def test_what_cannot_be_finished_ends_it_for_all(
    lab: Bench, started: list[tuple[Started, datetime]]
) -> None:
    """Whoever finishes several meets each by itself then."""
    with pytest.raises(ConfigError, match="that is no curve"):
        lab.line.drafter.finish(started)
