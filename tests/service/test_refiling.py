"""Filed runs analysed again, on a home on disk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from labsvc.errors import IntegrityError
from labsvc.model.capture import Capture
from labsvc.model.filing import StoredResult
from labsvc.service.refiling import Refiler
from tests.bench import BINDING, Bench, bench, harvest, report, report_name, sheet

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
