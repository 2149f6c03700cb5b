"""The demo's day as the service filed it: each special thing of the day came out as it should."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from labsvc.service.demo.day import COMPOUNDS_KI_M, UPTAKE_IC50_M

if TYPE_CHECKING:
    from tests.service.demo.conftest import Day

GOOD = ["NET-0411", "NET-0412", "NET-0413", "NET-0415", "NET-0416"]


def _interval(document: dict[str, Any], compound: str) -> tuple[float, float]:
    (curve,) = [one for one in document["curves"] if one["compound"] == compound]
    low, high = (curve["ki"] or curve["fit"]["parameters"]["ic50"])["ci95"]
    return float(low), float(high)


@pytest.mark.parametrize("plate", GOOD)
def test_the_true_ki_of_imipramine_lies_in_the_filed_interval(day: Day, plate: str) -> None:
    """16 nM at hNET, and an interval narrow enough to say something."""
    low, high = _interval(day.document(plate), "imipramine")
    assert low <= 16e-9 <= high
    assert high / low < 2


def test_nearly_every_true_ki_lies_in_its_filed_interval(day: Day) -> None:
    """95 % intervals: of 20, at most three may miss."""
    held = [
        low <= true <= high
        for plate in GOOD
        for compound, true in COMPOUNDS_KI_M.items()
        for low, high in [_interval(day.document(plate), compound)]
    ]
    assert len(held) == 20
    assert sum(held) >= 17


@pytest.mark.parametrize("plate", ["NET-0411", "NET-0412", "NET-0413"])
def test_a_good_plate_is_accepted_and_nobody_is_mailed(day: Day, plate: str) -> None:
    stored = day.filed(plate)
    assert (stored.verdict, stored.revision, stored.source) == ("accepted", 1, "microbeta-1")
    assert not day.mailed(plate)


def test_the_uptake_run_comes_down_the_serial_line(day: Day) -> None:
    """Every vial of it, and the true IC50 of imipramine in its interval."""
    stored, document = day.filed("U-0087"), day.document("U-0087")
    assert (stored.verdict, stored.source) == ("accepted", "tricarb-port")
    assert len(document["points"]) == 44
    low, high = _interval(document, "imipramine")
    assert low <= UPTAKE_IC50_M["imipramine"] <= high


def test_failed_membranes_are_rejected_and_mailed_with_the_figure(day: Day) -> None:
    stored = day.filed("NET-0414")
    (mail,) = day.mailed(stored.run_id)
    assert stored.verdict == "rejected"
    assert "NET-0414" in mail["Subject"]
    assert [part for part in mail.walk() if part.get_content_type() == "image/png"]


def test_a_report_cut_short_is_set_aside_with_its_reason_and_mailed(day: Day) -> None:
    """None of its readings are filed, and its bytes are kept."""
    (entry,) = day.home.quarantine.entries()
    assert entry.name.startswith("NET-0417")
    assert "cut short" in entry.reason
    assert not day.home.database.on_plate("NET-0417")
    assert len(day.mailed(entry.name)) == 1
    assert day.home.quarantine.read(entry.folder).content.endswith(b"E09\t1515")


def test_a_report_exported_twice_is_filed_once(day: Day) -> None:
    """Other bytes, the same readings: the second export is a duplicate."""
    states = [one.state for one in day.home.database.captures() if one.name.startswith("NET-0412")]
    assert sorted(states) == ["duplicate", "filed", "filed"]
    assert len(day.revisions("NET-0412")) == 1


def test_a_run_without_its_run_sheet_waits_for_it_and_is_then_filed(day: Day) -> None:
    """Held and mailed; the run sheet alone releases it."""
    held, released = day.revisions("NET-0416")
    assert (held.verdict, released.verdict) == ("held", "accepted")
    assert "NET-0416" in released.reason
    assert len(day.mailed("run-held:")) == 1


def test_a_late_harvest_is_found_by_its_step(day: Day) -> None:
    stored, document = day.filed("NET-0415"), day.document("NET-0415")
    told = [one["sentence"] for one in document["findings"] if one["status"] != "pass"]
    assert stored.verdict == "review"
    assert any("146 min" in sentence and "harvest" in sentence for sentence in told)


def test_the_day_leaves_nothing_behind(day: Day) -> None:
    """Three mails; an empty inbox; the archive and the audit chain as they were filed."""
    assert len(day.mails) == 3
    assert not day.home.inbox.entries()
    assert not list(day.home.archive.verify())
    assert day.home.database.verify() == []
    assert all(mail["X-Labsvc-Key"] for mail in day.mails)
