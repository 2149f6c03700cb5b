"""What is taken from a watched folder, and when."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from labsvc.capture.handover import TOGETHER
from labsvc.errors import DatabaseBusy, DiskFull, SourceError
from labsvc.model.capture import Capture
from tests.capture.folderbench import END, NOON, Bench


def test_a_file_is_taken_once_it_was_quiet(bench: Bench) -> None:
    """Not before, and with all that the source says about it."""
    source = bench.source()
    bench.write("A16.txt", b"A01 21\r\n")
    first = source.scan()
    assert (first.taken, first.next_look_seconds) == ((), 2.0)
    bench.now += 2.0
    assert source.scan().taken == ("A16.txt",)
    assert bench.taken == [
        Capture("A16.txt", "counter-1", NOON, b"A01 21\r\n", None, "Europe/Paris", False)
    ]


def test_a_scan_says_how_many_new_files_it_has_in_view(bench: Bench) -> None:
    """While it takes them; none when it has ended."""
    views: list[int] = []
    source = bench.source()
    for name in ("A16.txt", "A17.txt", "A18.txt"):
        bench.write(name, END)
    bench.watch = lambda: views.append(source.in_view)
    source.scan()
    assert (views, source.in_view) == ([3, 2, 1], 0)


def test_the_same_listing_twice_is_nothing_new(bench: Bench) -> None:
    """Doing it twice equals doing it once, also after a restart."""
    bench.write("A16.txt", b"A01 21\r\n")
    source = bench.source()
    bench.settle(source)
    assert bench.settle(source) == ()
    assert bench.settle(bench.source()) == ()
    assert len(bench.taken) == 1


def test_a_writer_with_pauses_shorter_than_the_quiet_time_makes_one_run(bench: Bench) -> None:
    """Counters write page by page, with pauses of seconds between."""
    source = bench.source()
    for lines in range(1, 8):
        bench.write("A16.txt", b"A01 21\r\n" * lines)
        assert source.scan().taken == ()
        bench.now += 1.9
    bench.now += 0.1
    source.scan()
    assert [capture.content for capture in bench.taken] == [b"A01 21\r\n" * 7]


def test_an_end_mark_saves_the_wait(bench: Bench) -> None:
    """A report that carries its own end is taken at the first look."""
    bench.write("A16.txt", b"A01 21\r\n" + END)
    assert bench.source().scan().taken == ("A16.txt",)


def test_a_waiting_file_is_read_only_when_it_changed(bench: Bench) -> None:
    """The end mark is looked for once for each state of the file."""
    source = bench.source()
    bench.write("A16.txt", b"A01 21\r\n")
    for _ in range(5):
        source.scan()
    assert bench.looks == 1


def test_a_name_used_again_fifty_times_makes_fifty_runs(bench: Bench) -> None:
    """Counters number their files and begin again at 1."""
    source = bench.source()
    for run in range(50):
        bench.write("A16.txt", b"run %d\r\n" % run + END)
        assert source.scan().taken == ("A16.txt",)
    assert len({capture.sha256 for capture in bench.taken}) == 50


def test_a_touched_file_is_not_a_new_run(bench: Bench) -> None:
    """Virus scanners and file shares set a new time and leave the bytes alone."""
    source = bench.source()
    file = bench.write("A16.txt", END)
    source.scan()
    os.utime(file)
    assert bench.settle(source) == ()
    assert len(bench.taken) == 1
    assert bench.ledger[str(file)].modified_ns == file.stat().st_mtime_ns


def test_what_could_not_be_delivered_is_found_again(bench: Bench) -> None:
    """Delivered first, remembered after: a full disk of ours costs the instrument nothing."""
    source = bench.source()
    bench.write("A16.txt", END)
    bench.full = True
    with pytest.raises(DiskFull):
        source.scan()
    assert bench.ledger == {}
    bench.full = False
    assert bench.settle(source) == ("A16.txt",)


def test_what_was_taken_before_a_failure_is_remembered_all_the_same(bench: Bench) -> None:
    """A group after which our disk is full costs those before it no second delivery."""
    source = bench.source()
    for number in range(TOGETHER + 1):
        bench.write(f"A{number:02}.txt", b"%d" % number + END)
    bench.deliver_only = TOGETHER
    with pytest.raises(DiskFull):
        source.scan()
    assert {Path(path).name for path in bench.ledger} == {f"A{n:02}.txt" for n in range(TOGETHER)}
    bench.deliver_only = None
    assert bench.settle(source) == (f"A{TOGETHER}.txt",)


def test_what_could_not_be_remembered_is_delivered_again_and_then_remembered(bench: Bench) -> None:
    source = bench.source()
    bench.write("A16.txt", END)
    bench.locked = True
    with pytest.raises(DatabaseBusy):
        source.scan()
    bench.locked = False
    assert source.scan().taken == ("A16.txt",)
    assert source.scan().taken == ()
    assert len(bench.ledger) == 1


def test_a_restart_between_delivery_and_ledger_delivers_the_same_bytes_again(bench: Bench) -> None:
    """The inbox drops what it has by digest; nothing can fall between the two steps."""
    bench.write("A16.txt", END)
    bench.source().scan()
    bench.ledger.clear()
    bench.source().scan()
    assert len({capture.sha256 for capture in bench.taken}) == 1
    assert len(bench.taken) == 2


def test_an_empty_file_waits_a_minute_and_is_then_handed_over_once(bench: Bench) -> None:
    """Some programs create the file long before the first byte; the parser says it was empty."""
    source = bench.source()
    bench.write("A16.txt", b"")
    assert bench.settle(source, 59.0) == ()
    assert source.scan().waiting == (("A16.txt", "it is empty; it is taken as it is after 60 s"),)
    bench.now += 1.0
    assert source.scan().taken == ("A16.txt",)
    assert bench.settle(source, 120.0) == ()
    assert [capture.content for capture in bench.taken] == [b""]


def test_a_file_too_large_is_refused_once_and_not_read(bench: Bench) -> None:
    """The sentence names the file, its size and the limit; a new content is looked at again."""
    source = bench.source(max_bytes=10)
    bench.write("A16.txt", b"x" * 11)
    assert bench.settle(source) == ()
    assert bench.settle(source) == ()
    assert bench.looks == 0
    (name, sentence), *more = bench.refused
    assert (name, more) == ("A16.txt", [])
    assert "11 bytes" in sentence
    bench.write("A16.txt", b"x" * 9)
    assert bench.settle(source) == ("A16.txt",)


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file that cannot be read")
def test_a_file_that_will_not_be_read_waits_and_others_go_on(bench: Bench) -> None:
    """Locked, or its disk in trouble: not ready, never a failure, no hindrance to neighbours."""
    (bench.folder / "A16.txt").symlink_to("/proc/self/mem")
    bench.write("B17.txt", END)
    source = bench.source()
    assert bench.settle(source, 60.0) == ()
    report = source.scan()
    assert report.unreadable == ("A16.txt",)
    assert report.waiting[0][1].startswith("it cannot be read yet")
    assert [capture.name for capture in bench.taken] == ["B17.txt"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
def test_a_file_without_rights_is_named_and_others_go_on(bench: Bench) -> None:
    """Not ready, never a failure, and no hindrance to its neighbours."""
    closed = bench.write("A16.txt", END)
    bench.write("B17.txt", END)
    closed.chmod(0)
    source = bench.source()
    report = source.scan()
    assert (report.taken, report.unreadable) == (("B17.txt",), ("A16.txt",))
    closed.chmod(stat.S_IRUSR)
    assert bench.settle(source) == ("A16.txt",)


def test_a_folder_that_is_away_is_named_with_the_reason(bench: Bench) -> None:
    """And everything is taken when it is back."""
    source = bench.source()
    bench.write("A16.txt", END)
    away = bench.folder.rename(bench.folder.with_name("elsewhere"))
    with pytest.raises(SourceError, match=r"counter cannot be read: No such file"):
        source.scan()
    away.rename(bench.folder)
    assert source.scan().taken == ("A16.txt",)


def test_junk_and_other_names_are_left_alone(bench: Bench) -> None:
    """Only what the patterns name is looked at."""
    for name in ("._A16.txt", "~$A16.txt", "A16.pdf", "A16.txt.part"):
        bench.write(name, END)
    report = bench.source().scan()
    assert (report.taken, report.waiting) == ((), ())


def test_a_rename_at_the_end_of_writing_is_seen(bench: Bench) -> None:
    """Programs that write aside and rename are taken under the final name."""
    source = bench.source()
    aside = bench.write("A16.tmp", END)
    assert source.scan().taken == ()
    aside.rename(bench.folder / "A16.txt")
    assert source.scan().taken == ("A16.txt",)


def test_a_file_that_left_and_came_back_waits_anew(bench: Bench) -> None:
    """A move in and out of the folder is a writer at work, whatever time the file carries."""
    source = bench.source()
    file = bench.write("A16.txt", b"A01 21\r\n")
    source.scan()
    away = file.rename(bench.folder / "A16.old")
    source.scan()
    bench.now += 2.0
    away.rename(file)
    assert source.scan().taken == ()
    assert bench.settle(source) == ("A16.txt",)


def test_a_name_that_is_no_utf8_is_taken_once(bench: Bench) -> None:
    """The name is written out as text; the file on the instrument keeps its own."""
    (bench.folder / os.fsdecode(b"Z\xe4hler.txt")).write_bytes(END)
    source = bench.source()
    assert source.scan().taken == ("Z\\xe4hler.txt",)
    assert bench.settle(source) == ()
    assert bench.settle(bench.source()) == ()


def test_sub_folders_are_taken_when_asked(bench: Bench) -> None:
    """The report names the file with its folder, the capture with its own name."""
    (bench.folder / "2026-03").mkdir()
    bench.write("2026-03/A16.txt", END)
    report = bench.source(recursive=True).scan()
    assert report.taken == (str(Path("2026-03", "A16.txt")),)
    assert bench.taken[0].name == "A16.txt"


def test_files_that_make_one_run_are_kept_each_as_soon_as_it_is_ready(bench: Bench) -> None:
    """Once; a file of the folder itself is a run by itself, as any."""
    (bench.folder / "U-0087").mkdir()
    source = bench.source(recursive=True, joined="folder")
    bench.write("U-0087/1.txt", END)
    bench.write("A16.txt", END)
    source.scan()
    bench.write("U-0087/2.txt", b"A01 21\r\n")
    assert bench.settle(source) == (str(Path("U-0087", "2.txt")),)
    assert bench.joined == [("U-0087", "1.txt"), ("U-0087", "2.txt")]
    assert [one.name for one in bench.taken] == ["A16.txt"]
    assert bench.grown == []


def test_a_part_that_could_not_be_kept_is_found_again(bench: Bench) -> None:
    """As any file: kept first, remembered after."""
    source = bench.source(joined="name")
    bench.write("U-0087_01.txt", END)
    bench.full = True
    with pytest.raises(DiskFull):
        source.scan()
    assert (bench.ledger, bench.joined) == ({}, [])
    bench.full = False
    assert bench.settle(source) == ("U-0087_01.txt",)


def test_a_brief_look_takes_what_a_scan_would(bench: Bench) -> None:
    """New files, and those that wait for quiet; what is known is not asked again."""
    bench.write("old.txt", END)
    source = bench.source()
    assert source.look().taken == ("old.txt",)
    source._glance._whole.due = bench.now + 1000.0
    bench.write("new.txt", b"A01 21\r\n")
    assert source.look().next_look_seconds == 2.0
    bench.now += 2.0
    assert source.look(names=False).taken == ("new.txt",)
    told = bench.write("told.txt", END)
    assert source.look([str(told)], names=False).taken == ("told.txt",)
    assert source.look().taken == ()


def test_the_ledger_forgets_what_left_long_ago(bench: Bench) -> None:
    """Once a day; should it come back, its bytes are what they were."""
    bench.write("kept.txt", END)
    gone = bench.write("gone.txt", b"2" + END)
    source = bench.source()
    source.scan()
    gone.unlink()
    source.scan()
    assert len(bench.ledger) == 2
    bench.now += 3600.0
    source.scan()
    assert list(bench.ledger) == [str(bench.folder / "kept.txt")]
    bench.write("gone.txt", b"2" + END)
    assert source.scan().taken == ("gone.txt",)


def test_a_share_that_is_not_mounted_makes_nothing_forgotten(bench: Bench) -> None:
    """Its mount point is an empty folder: a hundred thousand files would be read again."""
    file = bench.write("kept.txt", END)
    source = bench.source()
    source.scan()
    file.unlink()
    bench.now += 3600.0
    source.scan()
    assert len(bench.ledger) == 1


def test_five_thousand_files_copied_at_once_are_five_thousand_runs(bench: Bench) -> None:
    """No event is counted on: the listing alone decides."""
    for run in range(5000):
        (bench.folder / f"{run:04}.txt").write_bytes(b"run %d\r\n" % run + END)
    source = bench.source()
    assert len(source.scan().taken) == 5000
    assert source.scan().taken == ()


def test_no_file_of_the_instrument_is_touched(bench: Bench) -> None:
    """Names, bytes, times and rights are afterwards what they were before."""

    def snapshot() -> dict[str, tuple[int, int, int, bytes]]:
        return {
            file.name: (
                file.stat().st_mode,
                file.stat().st_mtime_ns,
                file.stat().st_ino,
                file.read_bytes(),
            )
            for file in bench.folder.iterdir()
        }

    for name in ("A16.txt", "B17.txt", "C18.pdf"):
        bench.write(name, END)
    before = snapshot()
    bench.settle(bench.source())
    assert snapshot() == before


def test_a_file_that_grows_is_shown_once_for_each_growth(bench: Bench) -> None:
    """What is not whole yet; a file with its end mark is taken at once, and never shown."""
    source = bench.source()
    for content in (b"one\n", b"one\ntwo\n"):
        bench.write("A16.txt", content)
        source.scan()
        source.scan()
    bench.write("A17.txt", b"all" + END)
    source.scan()
    assert bench.grown == [b"one\n", b"one\ntwo\n"]
    assert [one.content for one in bench.taken] == [b"all" + END]
