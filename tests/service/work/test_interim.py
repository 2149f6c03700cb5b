"""Counts under way: a real line and a growing file, the real worker, mail on a real SMTP server."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from benchmarks.interim import (
    dead,
    luminescent,
    other_rack,
    unblocked,
)
from labsvc.driver import Capture, Reading, Record
from labsvc.errors import StoreError
from labsvc.model.filing import CaptureState
from labsvc.service.watching.states import read_states
from labsvc.service.work.interim import Interim
from labsvc.service.work.line import Outcome
from labsvc.store.postroom import Postroom
from tests.bench import NOW, Bench, bench, named
from tests.service.work.countbench import (
    Running,
    counting_bench,
    faulty,
    rows,
    run_of,
    running,
    sheet,
)

FAULTS = {
    "totals at background": (dead, 6),
    "non-specific as high as total": (unblocked, 12),
    "chemiluminescence": (luminescent, 2),
    "wrong rack": (other_rack, 3),
}


@contextmanager
def line_of(tmp_path: Path) -> Iterator[tuple[Running, Callable[[bytes], None]]]:
    """A service on a pseudo-terminal, and what sends to it as the counter does."""
    master, slave = os.openpty()
    source = f"{{name: tricarb, port: {os.ttyname(slave)}, driver: tricarb-2100tr}}"
    try:
        with running(tmp_path, source) as service:
            service.until(lambda: service.daemon.inlets.lines["tricarb"].state == "open")

            def send(content: bytes) -> None:
                for start in range(0, len(content), 50):
                    os.write(master, content[start : start + 50])

            yield service, send
    finally:
        os.close(master)
        os.close(slave)


def printed(readings: Sequence[Reading]) -> list[bytes]:
    """What the 2100TR sends: header and first reading, then a piece for each, then the end."""
    whole = named("tricarb-2100tr").simulate([run_of(readings)])
    ends = [one.end() for one in re.finditer(rb"\d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d", whole)]
    starts = [0, *ends]
    return [whole[a:b] for a, b in zip(starts, [*ends, len(whole)], strict=True)]


def test_each_fault_is_mailed_with_the_reading_that_shows_it(tmp_path: Path) -> None:
    """Over a real line, count after count: one reading less and all is quiet; with it the mail is
    there while the line waits for the next vial. When the count is whole its result stands."""
    with line_of(tmp_path) as (service, send):
        for day, (name, (fault, evidence)) in enumerate(FAULTS.items()):
            pieces = printed(faulty(fault, day))
            warned, filed = len(service.warnings()), service.filed()
            send(b"".join(pieces[: evidence - 1]))
            service.until(lambda: f"{evidence - 1} counted" in service.said)  # noqa: B023
            assert len(service.warnings()) == warned
            send(pieces[evidence - 1])
            service.until(lambda: len(service.warnings()) > warned)  # noqa: B023
            assert service.warnings()[warned].startswith(
                f"[labsvc] Interim warning: U-0087: {name}, "
            )
            assert service.filed() == filed
            send(b"".join(pieces[evidence:]))
            service.until(lambda: len(service.replaced()) > day)  # noqa: B023
            assert len(service.outcomes) == day + 1
            assert service.said == ""


def test_a_clean_count_is_not_spoken_of(tmp_path: Path) -> None:
    """Half of it is judged, all of it is filed, and no interim mail was ever sent."""
    pieces = printed(faulty(lambda one: one))
    with line_of(tmp_path) as (service, send):
        send(b"".join(pieces[:48]))
        service.until(lambda: "48 of 96 planned to come; interim: nothing" in service.said)
        service.daemon.look_for_sources()
        states = read_states(service.daemon.home.root)
        assert states is not None
        assert (states.sources["tricarb"].counting or "").startswith("48 counted, 48 of 96")
        send(b"".join(pieces[48:]))
        service.until(lambda: bool(service.outcomes))
        assert service.daemon.home.database.outbox(with_sent=True) == []


def test_a_file_that_grows_row_by_row_is_judged_and_not_taken(tmp_path: Path) -> None:
    """An appended file: the mail comes with the twelfth row; a half written row counts for
    nothing, and the file is not filed while it grows."""
    out, lines = tmp_path / "out", rows(faulty(unblocked))
    out.mkdir()
    source = f"{{name: tricarb, folder: {out}, driver: tricarb, quiet: 1 h}}"
    with running(tmp_path, source, racks=False) as service, (out / "count.csv").open("ab") as file:

        def write(content: bytes, told: str) -> None:
            file.write(content)
            file.flush()
            service.until(lambda: told in service.said)

        write(b"".join(lines[:2]), "")
        service.until(lambda: bool(service.daemon.interim._growing))
        write(b"".join(lines[2:12]), "11 counted")
        write(lines[12][:-1], "11 counted")
        assert service.warnings() == []
        write(lines[12][-1:], "12 counted")
        service.until(lambda: bool(service.warnings()))
        assert "complete with reading 12" in service.mails()[0].as_string()
        assert service.filed() == 0


@dataclass
class Desk:
    """A home with the protocol, and interim judgement without sources: bytes are handed in."""

    bench: Bench
    interim: Interim

    def sees(self, content: bytes, driver: str = "tricarb-2100tr", name: str = "") -> None:
        beginning = Capture(name or "line.bin", "tricarb", NOW, content, driver)
        self.interim.grew(beginning, not name)
        self.interim.judge(self.bench.line)

    def keys(self) -> list[str]:
        owed = self.bench.home.database.outbox(with_sent=True)
        return [one.alert.key.rpartition(":")[2] for one in owed if one.alert.kind == "interim"]

    def over(self) -> list[str]:
        owed = self.bench.home.database.outbox(with_sent=True)
        return [one.alert.subject for one in owed if one.alert.kind == "interim-over"]

    def files(
        self, content: bytes, driver: str = "tricarb-2100tr", name: str = "whole.bin"
    ) -> Outcome:
        """A count, whole or not, through the real line."""
        whole = Capture(name, "tricarb", NOW, content, driver)
        self.bench.home.inbox.put(whole)
        (outcome,) = self.bench.work()
        self.interim.filed(outcome, self.bench.line)
        return outcome


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with counting_bench(tmp_path) as made:
        yield Desk(made, Interim(lambda: NOW, 0.0))


DEAD = printed(faulty(dead))


def test_a_warning_is_owed_once_however_often_the_count_grows(desk: Desk) -> None:
    """The same concern of the same run, reading after reading."""
    for n in range(6, 12):
        desk.sees(b"".join(DEAD[:n]))
    assert desk.keys() == ["totals_at_background"]
    assert "6 of 96" not in desk.interim.counting["tricarb"]
    assert "WARNING, totals at background" in desk.interim.counting["tricarb"]


def test_no_beginning_is_ever_filed(desk: Desk) -> None:
    """Cut behind every fourth reading: no result, no capture, nothing in inbox or archive."""
    for n in range(1, len(DEAD) - 1, 4):
        desk.sees(b"".join(DEAD[:n]))
    home = desk.bench.home
    assert home.database.results() == []
    assert home.database.captures(limit=10) == []
    assert home.inbox.entries() == []
    assert [one for one in desk.bench.archived("*") if one.name != ".staging"] == []


def test_the_final_result_replaces_the_warning(desk: Desk) -> None:
    """One more message, with the verdict; the status says nothing of that count any more."""
    desk.sees(b"".join(DEAD[:8]))
    desk.sees(b"")
    outcome = desk.files(b"".join(DEAD))
    (filed,) = outcome.results
    (subject,) = desk.over()
    assert f"filed as {filed.result.verdict.value}, warned of totals at background" in subject
    assert desk.interim.counting == {}
    (kept,) = desk.bench.home.database.results()
    assert kept.revision == 1


def test_a_service_that_was_stopped_meanwhile_warns_once_and_replaces(desk: Desk) -> None:
    """What was told is in the outbox; the new service has nothing in memory."""
    desk.sees(b"".join(DEAD[:8]))
    desk.interim = Interim(lambda: NOW, 0.0)
    desk.sees(b"".join(DEAD[:9]))
    assert desk.keys() == ["totals_at_background"]
    desk.interim = Interim(lambda: NOW, 0.0)
    desk.sees(b"")
    desk.files(b"".join(DEAD))
    assert len(desk.over()) == 1


def test_a_protocol_of_which_nobody_is_told_is_told_in_the_status_alone(desk: Desk) -> None:
    """``alert: {at: never}``: no warning and no end of one."""
    file = desk.bench.home.protocols / "net-ne-uptake.yaml"
    file.write_text(file.read_text("utf-8") + "\nalert: {at: never}\n", "utf-8")
    desk.bench.worker.look_at_book()
    desk.sees(b"".join(DEAD[:8]))
    assert "WARNING" in desk.interim.counting["tricarb"]
    desk.sees(b"")
    desk.files(b"".join(DEAD))
    assert (desk.keys(), desk.over()) == ([], [])


def test_a_file_that_is_seen_once_is_not_judged(desk: Desk) -> None:
    """It may have been put there whole: only what grows is still being counted."""
    (desk.bench.home.runsheets / "U-0087.yaml").write_bytes(sheet(racks=False))
    desk.bench.worker.look_at_book()
    lines = rows(faulty(dead))
    desk.sees(b"".join(lines[:20]), "tricarb", "count.csv")
    assert desk.keys() == []
    desk.sees(b"".join(lines[:21]), "tricarb", "count.csv")
    assert desk.keys() == ["totals_at_background"]


def test_a_count_that_is_as_good_as_whole_is_left_to_its_filing(desk: Desk) -> None:
    """Every planned position is counted: the result comes in a moment."""
    desk.sees(b"".join(DEAD[:-1]))
    assert desk.keys() == []
    assert desk.interim.counting["tricarb"] == "all 96 planned positions are counted"


def test_a_file_taken_before_it_was_whole_is_judged_on_and_said(desk: Desk) -> None:
    """Its rows come slower than the source's quiet: what is held for missing positions replaces
    nothing, and the status says what to change."""
    (desk.bench.home.runsheets / "U-0087.yaml").write_bytes(sheet(racks=False))
    desk.bench.worker.look_at_book()
    lines = rows(faulty(dead))
    for n in (4, 6, 8):
        desk.sees(b"".join(lines[:n]), "tricarb", "count.csv")
        outcome = desk.files(b"".join(lines[:n]), "tricarb", "count.csv")
        assert [one.result.verdict.value for one in outcome.results] == ["held"]
    assert desk.keys() == ["totals_at_background"]
    desk.sees(b"".join(lines[:9]), "tricarb", "count.csv")
    assert desk.interim.counting["tricarb"].endswith("give the source a longer quiet")
    assert desk.over() == []
    desk.files(b"".join(lines), "tricarb", "count.csv")
    assert len(desk.over()) == 1


def test_a_count_that_was_stopped_is_replaced_by_what_it_was_held_as(desk: Desk) -> None:
    """Somebody heeded the warning and stopped the counter: positions stay missing. An hour after
    the last vial what was filed stands instead of the warning, which waits for nobody."""
    (desk.bench.home.runsheets / "U-0087.yaml").write_bytes(sheet(racks=False))
    desk.bench.worker.look_at_book()
    lines = rows(faulty(dead))
    for n in (6, 8):
        desk.sees(b"".join(lines[:n]), "tricarb", "count.csv")
    desk.files(b"".join(lines[:8]), "tricarb", "count.csv")
    desk.interim.judge(desk.bench.line)
    assert desk.over() == []
    desk.interim._clock = lambda: NOW + timedelta(minutes=61)
    for _ in range(2):
        desk.interim.judge(desk.bench.line)
    (subject,) = desk.over()
    assert "filed as held, warned of totals at background" in subject
    assert Postroom(desk.bench.home.database).unended("interim", NOW) == []


@pytest.mark.parametrize("name", ["", "count.bin"])
def test_a_count_that_ends_set_aside_is_replaced_by_that(desk: Desk, name: str) -> None:
    """By line or by file, the power failed in the middle: what came is in quarantine."""
    desk.sees(b"".join(DEAD[:6]), name=name)
    desk.sees(b"".join(DEAD[:8]), name=name)
    if not name:
        desk.sees(b"")
    assert desk.files(b"no report", name=name or "line.bin").state is CaptureState.QUARANTINED
    (subject,) = desk.over()
    assert "Interim warning replaced: set aside, " in subject


def test_another_file_that_is_set_aside_ends_no_warning(desk: Desk) -> None:
    """Of the same folder, while the count goes on."""
    for n in (6, 8):
        desk.sees(b"".join(DEAD[:n]), name="count.bin")
    desk.files(b"no report", name="other.bin")
    assert (desk.keys(), desk.over()) == (["totals_at_background"], [])


def test_files_that_are_put_there_whole_leave_nothing_behind(desk: Desk) -> None:
    """Thousands may come: what is filed, or set aside, is forgotten at once."""
    for name, content in (("a.bin", b"".join(DEAD)), ("b.bin", b"no report")):
        desk.sees(content, name=name)
        desk.files(content, name=name)
    assert desk.interim._growing == {}


def test_our_disk_failing_loses_no_warning(desk: Desk) -> None:
    """It is owed when the database is there again, though the count did not grow meanwhile."""
    whole = desk.bench.home.database

    class Away:
        def owe(self, *_: object) -> None:
            raise StoreError("the database is away")

    home = replace(desk.bench.home, database=Away())  # type: ignore[arg-type]
    line = replace(desk.bench.line, home=home)
    desk.interim.grew(Capture("l.bin", "tricarb", NOW, b"".join(DEAD[:8]), "tricarb-2100tr"), True)
    with pytest.raises(StoreError):
        desk.interim.judge(line)
    assert whole.outbox() == []
    desk.interim.judge(desk.bench.line)
    assert desk.keys() == ["totals_at_background"]


def test_without_a_run_sheet_it_is_said_why_nothing_is_judged(desk: Desk) -> None:
    """The reader of the status knows what to lay down; with it the count is judged."""
    (desk.bench.home.runsheets / "U-0087.yaml").unlink()
    desk.bench.worker.look_at_book()
    desk.sees(b"".join(DEAD[:8]))
    assert desk.interim.counting["tricarb"] == (
        "8 counted so far, not judged: no run sheet names this count yet"
    )
    (desk.bench.home.runsheets / "U-0087.yaml").write_bytes(sheet())
    desk.bench.worker.look_at_book()
    desk.sees(b"".join(DEAD[:9]))
    assert desk.keys() == ["totals_at_background"]


def test_a_driver_that_fails_costs_the_warning_alone(tmp_path: Path) -> None:
    """A mistake in it is logged once; it is not asked again of that count."""

    class Broken(type(named("tricarb-2100tr"))):  # type: ignore[misc]
        asked = 0

        def begun(self, capture: Capture) -> Sequence[Record]:
            type(self).asked += 1
            raise IndexError("past the end")

    with bench(tmp_path / "home", drivers={"broken": Broken()}) as made:
        desk = Desk(made, Interim(lambda: NOW, 0.0))
        desk.sees(b"".join(DEAD[:8]), "broken")
        desk.sees(b"".join(DEAD[:9]), "broken")
    assert Broken.asked == 1


def test_a_driver_that_hangs_is_asked_once_for_a_count(tmp_path: Path) -> None:
    """It is interrupted at its deadline; the capture itself is tried when it is whole."""

    class Hanging(type(named("tricarb-2100tr"))):  # type: ignore[misc]
        asked = 0

        def begun(self, capture: Capture) -> Sequence[Record]:
            type(self).asked += 1
            while True:
                pass

    with bench(tmp_path / "home", drivers={"hanging": Hanging()}) as made:
        made.line.registry.deadline.seconds = 0.05
        desk = Desk(made, Interim(lambda: NOW, 0.0))
        desk.sees(b"".join(DEAD[:8]), "hanging")
        desk.sees(b"".join(DEAD[:9]), "hanging")
    assert Hanging.asked == 1


def test_noise_and_a_count_that_was_given_up_are_forgotten(desk: Desk) -> None:
    """Nothing gathers: a day later what never became whole is gone."""
    desk.sees(b"\xffnoise")
    desk.sees(b"".join(DEAD[:8]))
    assert desk.interim.counting
    desk.interim._clock = lambda: NOW + timedelta(days=2)
    desk.sees(b"".join(DEAD[:2]), name="other.bin")
    assert desk.interim.counting == {}
