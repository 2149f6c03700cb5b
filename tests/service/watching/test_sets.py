"""Files that make one run: the real driver's per-vial files, the real worker, a clock by hand."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from benchmarks.interim import SHEET, Rack, clean, counted, dead
from labsvc.driver import Capture, CountRun, Instrument, Program, Record
from labsvc.errors import DatabaseBusy, StoreError
from labsvc.model.joined import parts_of
from labsvc.service.authoring.shipped import shipped
from labsvc.service.watching import sets
from labsvc.service.watching.sets import Sets
from labsvc.service.work.interim import Interim
from labsvc.service.work.line import Outcome
from labsvc.store.parts import PARTS, Parts, SetOf
from labsvc_drivers.triathler import Triathler
from tests.bench import NOW, Bench, bench, named
from tests.service.work.countbench import running

PATIENCE = 3600.0
RUN = SetOf("/out/U-0087", "U-0087", "triathler", PATIENCE, "triathler")


def vials(rack: Rack) -> list[bytes]:
    """What a Triathler leaves of each vial of the benchmark's count: a file with its reading."""
    files = []
    for one in counted(rack):
        plain = one._replace(rack=None, position=str(one.order))
        run = CountRun("", Instrument("Hidex"), (plain,), Program(name="NE UPTAKE"))
        files.append(named("triathler").simulate([run]))
    return files


CLEAN = vials(clean(np.random.default_rng([7, 7])))
DEAD = vials(dead(clean(np.random.default_rng([7, 7]))))


def sheet() -> bytes:
    lines = ["protocol: net-ne-uptake", "plate: U-0087", "count: {file: U-0087.zip}", "positions:"]
    for number, one in enumerate(SHEET.placements, start=1):
        what = f"position: {number}, role: {one.role}"
        if one.compound is not None and one.concentration_m is not None:
            what += f", compound: {one.compound}, concentration: {one.concentration_m * 1e9:.9g} nM"
        lines.append(f"  - {{{what}}}")
    return ("\n".join(lines) + "\n").encode()


@dataclass
class Desk:
    """A home whose sets are brought files by hand."""

    bench: Bench
    now: float = 0.0
    interim: Interim = field(init=False)
    sets: Sets = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """As after any end: nothing is in memory."""
        self.interim = Interim(self.clock, 0.0)
        parts = Parts(self.bench.home.root / PARTS)
        self.sets = Sets(parts, self.clock, lambda: self.now)

    def clock(self) -> datetime:
        return NOW + timedelta(seconds=self.now)

    def comes(self, files: Sequence[bytes], first: int = 1, *, to: SetOf = RUN) -> None:
        for number, content in enumerate(files, start=first):
            self.sets.take(to, Capture(f"{number:03}.bin", to.source, self.clock(), content))

    def waits(self, seconds: float) -> list[Outcome]:
        self.now += seconds
        return self.round()

    def round(self) -> list[Outcome]:
        """As the service's: sets, worker, interim judgement."""
        self.sets.look(self.bench.line, self.interim)
        outcomes = self.bench.work()
        for one in outcomes:
            self.interim.filed(one, self.bench.line)
        self.interim.judge(self.bench.line)
        return outcomes

    def verdicts(self) -> list[tuple[int, str]]:
        database = self.bench.home.database
        return [(one.revision, one.verdict) for latest in database.results()
                for one in database.revisions(latest.run_id)]  # fmt: skip

    def said(self) -> str:
        return self.interim.counting.get("triathler", "")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with bench(tmp_path / "home") as made:
        text = (shipped("protocols") / "net-ne-uptake.yaml").read_text("utf-8")
        text = text.replace("drivers: [tricarb, ", "drivers: [triathler, tricarb, ")
        (made.home.protocols / "net-ne-uptake.yaml").write_text(text, "utf-8")
        (made.home.runsheets / "U-0087.yaml").write_bytes(sheet())
        made.worker.look_at_book()
        yield Desk(made)


def test_the_files_of_all_planned_positions_are_one_run_at_once(desk: Desk) -> None:
    """Nobody waits for quiet where the run sheet says how many vials there are."""
    desk.comes(CLEAN[:95])
    assert desk.round() == []
    assert desk.said().startswith("95 counted, 1 of 96 planned to come")
    desk.comes(CLEAN[95:], 96)
    (outcome,) = desk.round()
    (filed,) = outcome.results
    assert (outcome.name, filed.result.verdict.value) == ("U-0087.zip", "review")
    assert len(filed.result.points) == 96


def test_each_part_lies_in_the_archive_with_its_name_and_bytes(desk: Desk) -> None:
    """In a ZIP that any program opens; its list stands in the capture's document too."""
    desk.comes(CLEAN)
    desk.round()
    (raw,) = desk.bench.archived("U-0087.zip")
    with zipfile.ZipFile(raw) as archive:
        assert [archive.read(f"{n:03}.bin") for n in range(1, 97)] == CLEAN
    (document,) = desk.bench.archived("run.json")
    told = json.loads(document.read_bytes())["capture"]["parts"]
    assert [one["name"] for one in told] == [f"{n:03}.bin" for n in range(1, 97)]


def test_a_set_without_a_run_sheet_waits_for_its_patience_and_no_longer(desk: Desk) -> None:
    """From its last file on; it is held, as any run that nothing claims."""
    (desk.bench.home.runsheets / "U-0087.yaml").unlink()
    desk.bench.worker.look_at_book()
    desk.comes(CLEAN[:2])
    desk.round()
    assert desk.waits(PATIENCE - 1) == []
    desk.comes(CLEAN[2:3], 3)
    assert desk.waits(PATIENCE - 1) == []
    (outcome,) = desk.waits(1)
    assert [one.result.verdict.value for one in outcome.results] == ["held"]
    assert desk.waits(10 * PATIENCE) == []


def test_a_run_sheet_laid_down_late_completes_the_set(desk: Desk) -> None:
    """No file comes any more: the book alone has changed."""
    (desk.bench.home.runsheets / "U-0087.yaml").unlink()
    desk.bench.worker.look_at_book()
    desk.comes(CLEAN)
    assert desk.round() == []
    (desk.bench.home.runsheets / "U-0087.yaml").write_bytes(sheet())
    desk.bench.worker.look_at_book()
    assert len(desk.round()) == 1


def test_a_part_of_the_vials_is_held_and_never_fitted(desk: Desk) -> None:
    """The sentence says how many are missing; the vials that come late make it whole."""
    desk.comes(CLEAN[:40])
    desk.round()
    (outcome,) = desk.waits(PATIENCE)
    (held,) = outcome.results
    assert held.result.verdict.value == "held"
    assert "56 of the 96 planned positions were not in the run" in str(held.result)
    desk.comes(CLEAN[40:], 41)
    assert desk.waits(59) == []
    desk.waits(1)
    assert desk.verdicts() == [(1, "held"), (2, "review")]


def test_a_part_that_changes_after_filing_is_a_new_revision(desk: Desk) -> None:
    """Its vial's run is the same; the other 95 are as they were. The old bytes stay too."""
    desk.comes(CLEAN)
    desk.round()
    desk.comes([CLEAN[20].replace(b"Bitsum:0", b"Bitsum:7")], 21)
    desk.waits(60)
    assert desk.verdicts() == [(1, "review")]
    assert len(desk.bench.archived("U-0087.zip")) == 2
    rate = b"R: %6d" % 77777
    changed = CLEAN[20][: CLEAN[20].index(b"R:")] + rate + CLEAN[20][CLEAN[20].index(b"R:") + 9 :]
    desk.comes([changed], 21)
    (outcome,) = desk.waits(60)
    assert [one.revision for one in outcome.results] == [2]


def test_an_export_of_all_files_anew_is_one_revision(desk: Desk) -> None:
    """Not one for each file: what was whole before waits until no more come."""
    desk.comes(CLEAN)
    desk.round()
    for number, content in enumerate(DEAD, start=1):
        desk.comes([content], number)
        assert desk.waits(1) == []
    desk.waits(60)
    assert len(desk.verdicts()) == 2


def test_a_folder_copied_again_files_nothing_twice(desk: Desk) -> None:
    """The bytes are what is known, wherever they lie."""
    desk.comes(CLEAN)
    desk.round()
    desk.comes(CLEAN, to=replace(RUN, place="/out/copy of U-0087"))
    (outcome,) = desk.round()
    assert (outcome.state.value, desk.verdicts()) == ("duplicate", [(1, "review")])


def test_another_run_under_the_same_names_is_another_run(desk: Desk) -> None:
    """A folder used again: the first run stands, and no vial of the two is mixed with another."""
    desk.comes(CLEAN)
    desk.round()
    later = [one.replace(b"02 Mar.2026", b"03 Mar.2026") for one in CLEAN]
    desk.comes(later[:40])
    desk.waits(60)
    desk.waits(PATIENCE)
    assert (1, "review") in desk.verdicts()
    assert [verdict for _, verdict in desk.verdicts()].count("review") == 1
    desk.comes(later[40:], 41)
    desk.waits(60)
    assert [verdict for _, verdict in desk.verdicts()].count("review") == 2


def test_a_run_that_was_stopped_is_not_made_whole_by_the_next(desk: Desk) -> None:
    """The folder is used again: forty vials of yesterday and ninety-six of today are two runs."""
    desk.comes(CLEAN[:40])
    desk.round()
    desk.waits(PATIENCE)
    desk.comes([one.replace(b"02 Mar.2026", b"03 Mar.2026") for one in CLEAN])
    assert desk.waits(59) == []
    desk.waits(1)
    assert sorted(desk.verdicts()) == [(1, "held"), (1, "review")]


def test_a_fault_is_told_while_the_vials_are_counted_and_replaced_when_filed(desk: Desk) -> None:
    """With the sixth vial, the second total, as on a line; nothing is filed by it."""
    for number in range(1, 6):
        desk.comes(DEAD[number - 1 : number], number)
        desk.round()
    owed = desk.bench.owed
    assert owed() == []
    desk.comes(DEAD[5:6], 6)
    desk.round()
    assert [one.alert.kind for one in owed()] == ["interim"]
    assert "totals at background" in desk.said()
    assert desk.verdicts() == []
    desk.comes(DEAD[6:], 7)
    desk.round()
    assert [one.alert.kind for one in owed()].count("interim-over") == 1
    assert (desk.said(), len(desk.verdicts())) == ("", 1)


def test_a_start_goes_on_with_what_had_come(desk: Desk) -> None:
    """The patience runs from the last file, also over the start."""
    desk.comes(CLEAN[:40])
    desk.round()
    desk.now += PATIENCE / 2
    desk.start()
    assert desk.round() == []
    assert desk.said().startswith("40 counted, 56 of 96")
    assert desk.waits(PATIENCE / 2 - 1) == []
    assert len(desk.waits(1)) == 1


def test_our_disk_or_database_failing_loses_nothing(desk: Desk) -> None:
    """What was brought is looked at again when it works."""

    class Full:
        def put(self, capture: Capture) -> bool:
            raise DatabaseBusy("no")

    desk.comes(CLEAN)
    line = desk.bench.line
    broken = replace(line, home=replace(line.home, inbox=Full()))  # type: ignore[arg-type]
    with pytest.raises(StoreError):
        desk.sets.look(broken, desk.interim)
    assert len(desk.round()) == 1


def test_a_part_that_cannot_be_read_sets_the_whole_aside_and_names_it(desk: Desk) -> None:
    """All bytes are kept; the part exported anew makes the run."""
    desk.comes(CLEAN)
    desk.comes([CLEAN[3][:-20]], 4)
    assert desk.round() == []
    (outcome,) = desk.waits(PATIENCE)
    assert outcome.state.value == "quarantined"
    assert "in its part '004.bin'" in (outcome.reason or "")
    desk.comes([CLEAN[3]], 4)
    desk.waits(60)
    assert desk.verdicts() == [(1, "review")]


def test_a_part_that_our_disk_lost_is_told_once_and_stops_no_other_set(desk: Desk) -> None:
    """Never a run with a hole in it."""
    desk.comes(CLEAN[:3])
    place = desk.bench.home.root / PARTS / RUN.key
    (place / "000002").write_bytes(b"altered")
    desk.comes(CLEAN, to=replace(RUN, place="/out/other", name="other"))
    desk.round()
    desk.waits(PATIENCE)
    told = [one.alert.subject for one in desk.bench.owed() if "damaged" in one.alert.subject]
    assert len(told) == 1
    assert [one.name for one in desk.bench.home.database.captures()] == ["other.zip"]


def test_more_than_any_run_has_is_told_and_not_put_together(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody's folder full of other things must not fill our memory."""
    monkeypatch.setattr(sets, "MOST_BYTES", 1000)
    desk.comes(CLEAN)
    assert desk.round() == []
    assert desk.waits(PATIENCE) == []
    (told,) = [one.alert for one in desk.bench.owed() if "too many files" in one.alert.subject]
    assert "its 96 files have" in told.text


class Odd(Triathler):
    """Reads what no driver should, of some files."""

    def parse(self, capture: Capture) -> Sequence[Record]:
        if capture.name == "002.bin":
            raise KeyError("no such line")
        if capture.name == "003.bin":
            return [replace(one, counted_at="yesterday") for one in super().parse(capture)]  # type: ignore[arg-type]
        return super().parse(capture)


@pytest.mark.parametrize("number", [2, 3])
def test_a_driver_that_fails_stops_no_other_set(tmp_path: Path, number: int) -> None:
    """What is wrong is told when the worker has the whole; another run is filed meanwhile."""
    with bench(tmp_path / "home", drivers={"odd": Odd()}) as made:
        desk = Desk(made)
        odd = replace(RUN, driver="odd", source="odd")
        desk.comes(CLEAN[number - 1 : number], number, to=odd)
        desk.comes(CLEAN[:1], to=odd)
        desk.comes(CLEAN[:1])
        desk.round()
        outcomes = {one.source: one for one in desk.waits(PATIENCE)}
    assert outcomes["odd"].state.value == "quarantined"
    assert outcomes["triathler"].state.value == "filed"


def test_sets_filed_long_ago_are_forgotten(desk: Desk) -> None:
    """Their bytes are in the archive; until then what comes late joins them."""
    desk.comes(CLEAN)
    desk.round()
    assert len(Parts(desk.bench.home.root / PARTS).sets()) == 1
    desk.now += 31 * 86400.0
    desk.comes(CLEAN[:1], to=replace(RUN, place="/out/new"))
    desk.round()
    assert [one.of.place for one in Parts(desk.bench.home.root / PARTS).sets()] == ["/out/new"]


def test_the_joined_bytes_are_the_same_whoever_came_first(desk: Desk) -> None:
    """So a crash between inbox and note hands over the very same capture once more."""
    desk.comes(CLEAN[48:], 49)
    desk.comes(CLEAN[:48])
    desk.sets.look(desk.bench.line, desk.interim)
    (entry,) = desk.bench.home.inbox.entries()
    found = parts_of(desk.bench.home.inbox.read(entry).content)
    assert found is not None
    assert [one.content for one in found] == CLEAN


def test_the_running_service_warns_and_files_the_files_of_a_folder(tmp_path: Path) -> None:
    """Real folder, real mails: vial by vial into a sub-folder, one run in the end."""
    out = tmp_path / "out" / "U-0087"
    source = f"{{name: triathler, folder: {out.parent}, driver: triathler, joined: folder}}"
    out.mkdir(parents=True)
    with running(tmp_path, source) as service:
        home = service.daemon.home
        file = home.protocols / "net-ne-uptake.yaml"
        text = file.read_text("utf-8").replace("drivers: [tric", "drivers: [triathler, tric")
        file.write_text(text, "utf-8")
        (home.runsheets / "U-0087.yaml").write_bytes(sheet())
        for number, content in enumerate(DEAD[:6], start=1):
            (out / f"{number:03}.bin").write_bytes(content)
            service.until(lambda: f"{number} counted" in service.said or number == 1)  # noqa: B023
        service.until(lambda: bool(service.warnings()))
        assert "totals at background" in service.warnings()[0]
        assert service.filed() == 0
        for number, content in enumerate(DEAD[6:], start=7):
            (out / f"{number:03}.bin").write_bytes(content)
        service.until(lambda: bool(service.replaced()))
        (run,) = home.database.results()
        assert (run.revision, len(service.outcomes)) == (1, 1)
