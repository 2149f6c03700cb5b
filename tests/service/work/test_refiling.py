"""Filed runs analysed again, on a home on disk."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from labsvc.core.compareresults import differences
from labsvc.core.matching.masking import masks_of
from labsvc.driver import HarvestRun
from labsvc.errors import IntegrityError
from labsvc.model.capture import Capture
from labsvc.model.filing import StoredResult
from labsvc.model.result import Masking
from labsvc.service.work.refiling import Refiler
from tests.bench import (
    BINDING,
    NOW,
    START,
    Bench,
    bench,
    harvest,
    named,
    report,
    report_name,
    sheet,
)

PLATE = "NET-0416"


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path / "home") as made:
        yield made


def findings(lab: Bench, run: StoredResult) -> dict[str, str]:
    document = json.loads(lab.home.archive.read(run.folder, "result.json"))
    return {one["check"]: one["status"] for one in document["findings"]}


def test_a_held_run_is_released_by_its_run_sheet(lab: Bench) -> None:
    """Held and told once; then a second revision, and no second message."""
    lab.sees("harvest.csv", harvest(PLATE))
    lab.sees(report_name(PLATE), report(PLATE))
    held = lab.only_run()
    assert (held.verdict, held.revision) == ("held", 1)
    lab.lay_sheet(PLATE)
    lab.work()
    released = lab.only_run()
    assert (released.verdict, released.revision) == ("accepted", 2)
    assert released.reason == f"released: run sheet {PLATE} and {BINDING} now fit it"
    assert [owed.alert.kind for owed in lab.owed()] == ["run-held"]
    assert lab.home.archive.read(held.folder, "result.json")


def test_a_held_run_is_released_by_its_protocol(lab: Bench) -> None:
    """Protocols may come last too."""
    plan = lab.home.protocols / f"{BINDING}.yaml"
    text = plan.read_bytes()
    plan.unlink()
    lab.lay_sheet(PLATE)
    lab.sees(report_name(PLATE), report(PLATE))
    assert lab.only_run().verdict == "held"
    plan.write_bytes(text)
    lab.work()
    assert lab.only_run().verdict in ("accepted", "review")


def test_a_run_that_is_still_held_gets_no_new_revision(lab: Bench) -> None:
    """Another plate's run sheet changes nothing for this one."""
    lab.sees(report_name(PLATE), report(PLATE))
    lab.lay_sheet("NET-0500")
    lab.work()
    assert lab.only_run().revision == 1


def test_a_held_run_is_read_again_only_for_what_may_release_it(lab: Bench) -> None:
    """Its bytes are damaged: only its own run sheet brings that to light."""
    lab.sees(report_name(PLATE), report(PLATE))
    (raw,) = lab.archived(f"raw/{report_name(PLATE)}")
    raw.write_bytes(b"altered")
    told = len(lab.owed())
    lab.lay_sheet("NET-0500")
    lab.work()
    assert len(lab.owed()) == told
    lab.lay_sheet(PLATE)
    lab.work()
    (owed,) = lab.owed()[told:]
    assert "Run not analysed again" in owed.alert.subject


def test_a_harvest_that_comes_after_its_run_is_taken_into_account(lab: Bench) -> None:
    """40 min too long: the run is filed again with the finding of the step."""
    lab.lay_sheet(PLATE)
    lab.sees(report_name(PLATE), report(PLATE))
    assert findings(lab, lab.only_run())["step_incubation"] != "fail"
    lab.sees("harvest.csv", harvest(PLATE, minutes=160))
    again = lab.only_run()
    assert again.revision == 2
    assert findings(lab, again)["step_incubation"] == "fail"
    assert again.reason == f"a bench event of plate {PLATE} came after it was filed"


def test_a_scanner_may_write_the_plates_name_in_small_letters(lab: Bench) -> None:
    """The harvest is found for the run, late or not, and each event once."""
    lab.lay_sheet(PLATE)
    lab.sees(report_name(PLATE), report(PLATE))
    lab.sees("harvest.csv", harvest(PLATE.lower(), minutes=160))
    again = lab.only_run()
    assert again.revision == 2
    steps = [one["step"] for one in json.loads(again.document)["timeline"]]
    assert steps == ["reaction_start", "harvest", "count"]


def test_a_turn_that_the_log_tells_afterwards_is_undone(lab: Bench) -> None:
    """Of a harvest known already: the run is filed again with its filter turned back."""
    lab.lay_sheet(PLATE)
    lab.sees("harvest.csv", harvest(PLATE))
    lab.sees(report_name(PLATE), report(PLATE))
    at = START + timedelta(minutes=121)
    told = HarvestRun("", PLATE, "harvest", started_at=at, orientation="mirrored")
    lab.sees("harvest 2.csv", named("harvest").simulate([told]))
    again = lab.only_run()
    assert again.revision == 2
    first = json.loads(again.document)["operations"][0]
    assert (first["name"], first["inputs"]["orientation"]) == ("orientation", "mirrored")
    assert lab.sees("harvest 3.csv", named("harvest").simulate([told]) + b"\r\n")
    assert lab.only_run().revision == 2


def test_washes_that_the_log_tells_afterwards_are_judged(lab: Bench) -> None:
    """Of a harvest known already: none at all, so the run is filed again and rejected. Once."""
    lab.lay_sheet(PLATE)
    lab.sees("harvest.csv", harvest(PLATE))
    lab.sees(report_name(PLATE), report(PLATE))
    assert "washes_filtration" not in findings(lab, lab.only_run())
    at = START + timedelta(minutes=121)
    unwashed = named("harvest").simulate([HarvestRun("", PLATE, started_at=at, washes=())])
    for again_told in (unwashed, unwashed + b"\r\n"):
        lab.sees("harvest 2.csv", again_told)
        again = lab.only_run()
        assert (again.revision, again.verdict) == (2, "rejected")
    assert findings(lab, again)["washes_filtration"] == "fail"


def test_a_harvest_known_already_changes_nothing(lab: Bench) -> None:
    """The log that holds it is read again each time it grows."""
    lab.lay_sheet(PLATE)
    lab.sees("harvest.csv", harvest(PLATE))
    lab.sees(report_name(PLATE), report(PLATE))
    grown = harvest(PLATE).replace(
        b"# end", b"NET-0999,harvest,2026-03-02 12:00:00,,,,,,,,\r\n# end"
    )
    assert lab.sees("harvest.csv", grown).plates == (PLATE, "NET-0999")
    assert lab.only_run().revision == 1


def test_a_person_may_file_a_run_again(lab: Bench) -> None:
    """With a corrected run sheet, and the reason kept; the first stays as it was."""
    lab.lay_sheet(PLATE)
    lab.sees(report_name(PLATE), report(PLATE))
    first = lab.only_run()
    lab.lay_sheet(PLATE, sheet(PLATE).replace(b"M. Keller", b"J. Osei"))
    lab.worker.look_at_book()
    Refiler(lab.line).refile(first, "corrected run sheet")
    again = lab.only_run()
    assert (again.revision, again.reason) == (2, "corrected run sheet")
    assert json.loads(again.document)["operator"] == "J. Osei"
    assert json.loads(first.document)["operator"] == "M. Keller"
    assert list(lab.home.archive.verify()) == []


def test_each_revision_keeps_the_protocol_it_was_made_with(lab: Bench) -> None:
    """Its text, its digest and its numbers; what moved between them is told."""
    plan = lab.home.protocols / f"{BINDING}.yaml"
    old = plan.read_bytes()
    lab.lay_sheet(PLATE)
    lab.sees(report_name(PLATE), report(PLATE))
    first = lab.only_run()
    plan.write_bytes(old.replace(b"version: 1", b"version: 2").replace(b"0.8 nM", b"1.6 nM"))
    lab.worker.look_at_book()
    assert lab.only_run() == first
    Refiler(lab.line).refile(first, "the Kd of our own membranes")
    both = lab.home.database.revisions(first.run_id)
    texts = [lab.home.archive.read(one.folder, "protocol.yaml") for one in both]
    assert texts == [old, plan.read_bytes()]
    before, after = (json.loads(one.document) for one in both)
    assert before["protocol"]["digest"] == hashlib.sha256(old).hexdigest()
    moved = {one.name: one for one in differences(before, after)}
    # Ki = IC50 / (1 + 1 nM / Kd): 2.25 / 1.625.
    assert moved["imipramine: Ki"].factor == pytest.approx(2.25 / 1.625)
    assert "imipramine: IC50" not in moved


def test_a_third_revision_lies_beside_the_second(lab: Bench) -> None:
    """Never one inside the other."""
    lab.lay_sheet(PLATE)
    lab.sees(report_name(PLATE), report(PLATE))
    first = lab.only_run()
    Refiler(lab.line).refile(first, "once")
    Refiler(lab.line).refile(lab.only_run(), "twice")
    assert lab.only_run().folder == f"{first.folder}/revision-3"


def test_altered_raw_bytes_are_never_analysed_again(lab: Bench) -> None:
    """One flipped byte: refused, and what was filed stands."""
    lab.lay_sheet(PLATE)
    lab.sees(report_name(PLATE), report(PLATE))
    (raw,) = lab.archived(report_name(PLATE))
    raw.write_bytes(raw.read_bytes().replace(b"A01", b"A02", 1))
    with pytest.raises(IntegrityError, match="altered"):
        Refiler(lab.line).refile(lab.only_run(), "try")
    assert lab.only_run().revision == 1


def test_a_driver_that_no_longer_finds_the_run_says_so(lab: Bench) -> None:
    """Its run key changed: the earlier revisions stand."""
    lab.sees(report_name(PLATE), report(PLATE))
    driver = lab.line.registry.named("microbeta")

    class Changed(type(driver)):  # type: ignore[misc]
        def parse(self, capture: Capture) -> list[object]:
            return []

    lab.line.registry.drivers["microbeta"] = Changed()  # type: ignore[index]
    with pytest.raises(IntegrityError, match="no longer finds run"):
        Refiler(lab.line).refile(lab.only_run(), "try")


def test_masks_outlive_a_release_a_late_harvest_and_another_export(lab: Bench) -> None:
    """What a person left out comes back by nothing but a person."""
    lab.lay_sheet(PLATE)
    lab.sees(report_name(PLATE), report(PLATE))
    mask = Masking("B07", "bubble", "M. Keller", NOW)
    Refiler(lab.line).mask(lab.only_run(), (mask,), "B07 masked")
    lab.sees("harvest.csv", harvest(PLATE, minutes=160))
    assert (lab.only_run().revision, masks_of(json.loads(lab.only_run().document))) == (3, (mask,))
    lab.sees(report_name(PLATE), report(PLATE, seed=2))
    again = json.loads(lab.only_run().document)
    assert (again["revision"], masks_of(again)) == (4, (mask,))
    (point,) = [one for one in again["points"] if one["position"] == "B07"]
    assert point["masked"].startswith("bubble")
