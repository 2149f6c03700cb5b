"""For how long a watched folder waits for a file."""

from __future__ import annotations

from tests.capture.folderbench import END, Bench


def test_a_file_that_was_only_given_room_waits_for_its_contents(bench: Bench) -> None:
    """A copy makes it whole in size and empty; what comes later is the run."""
    source = bench.source()
    bench.write("A16.txt", bytes(400))
    assert bench.settle(source) == ()
    bench.write("A16.txt", b"A01 21" * 66 + b"\r\n  ")
    bench.write("A17.txt", bytes(400))
    assert bench.settle(source) == ("A16.txt",)
    bench.now += 60.0
    assert source.scan().taken == ("A17.txt",)


def test_a_file_that_is_filled_only_in_part_waits_for_its_rest(bench: Bench) -> None:
    """It is nobody's failure, and no run that is set aside and taken again."""
    bench.began = bench.now
    source = bench.source()
    bench.appends("A16.txt", b"A01 21\r\n" + bytes(392))
    assert bench.settle(source, 60.0) == ()
    ((_, why),) = source.scan().waiting
    assert why.startswith("its end is room that was made for it and is not written; it is taken")
    (bench.folder / "A16.txt").write_bytes(b"A01 21\r\n" * 50)
    assert bench.settle(source) == ("A16.txt",)
    assert [one.content for one in bench.taken] == [b"A01 21\r\n" * 50]


def test_room_that_is_never_written_to_is_waited_for_ten_minutes_at_most(bench: Bench) -> None:
    """Then the parser says what it is; an old file of that kind waits for nobody."""
    bench.began = bench.now
    source = bench.source()
    bench.appends("A16.txt", b"A01 21" + bytes(394))
    bench.write("old.txt", b"A01 21" + bytes(394))
    assert bench.settle(source, 599.0) == ("old.txt",)
    bench.now += 1.0
    assert source.scan().taken == ("A16.txt",)


def test_a_file_that_lacks_the_end_of_its_kind_is_not_ready(bench: Bench) -> None:
    """For five times its quiet time; what is whole meanwhile is taken at once."""
    bench.began, bench.unfinished = bench.now, "it is not whole yet (no END)"
    source = bench.source()
    for name in ("A16.txt", "A17.txt"):
        bench.appends(name, b"A01 21\r\n")
    assert bench.settle(source, 9.0) == ()
    assert source.scan().waiting[0][1] == (
        "it is not whole yet (no END); it is taken as it is after 10 s"
    )
    bench.appends("A16.txt", END)
    assert source.scan().taken == ("A16.txt",)
    bench.now += 1.0
    assert source.scan().taken == ("A17.txt",)


def test_a_file_that_grew_after_it_was_taken_waits_for_its_own_pauses(bench: Bench) -> None:
    """Of a vial each two minutes the first is taken too soon, and none after it: four pauses make
    an end. Also over a restart."""
    bench.began = bench.now
    source = bench.source()
    for vial in range(6):
        bench.appends("count.txt", b"vial %d\r\n" % vial)
        taken = bench.settle(source, 60.0)
        assert taken == (("count.txt",) if vial == 0 else ()), vial
        bench.now += 60.0
        source = bench.source() if vial == 0 else source
    bench.now += 359.0
    assert source.scan().taken == ()
    bench.now += 1.0
    assert source.scan().taken == ("count.txt",)
    assert [len(one.content) for one in bench.taken] == [8, 48]


def test_a_name_used_again_has_no_pauses(bench: Bench) -> None:
    """Another run, longer than the one before and written hours later, is taken as ever."""
    bench.began = bench.now
    source = bench.source()
    bench.appends("A16.txt", b"first\r\n")
    bench.settle(source)
    bench.now += 7200.0
    (bench.folder / "A16.txt").write_bytes(b"")
    bench.appends("A16.txt", b"second run\r\n")
    assert bench.settle(source) == ("A16.txt",)


def test_where_no_file_has_an_end_mark_pauses_count_from_the_first(bench: Bench) -> None:
    """One of three seconds below a quiet time of four: twelve are waited for, not four."""
    bench.began = bench.now
    source = bench.source(endless=True, quiet_seconds=4.0)
    bench.appends("count.txt", b"1\r\n")
    assert bench.settle(source, 3.0) == ()
    bench.appends("count.txt", b"2\r\n")
    assert bench.settle(source, 11.0) == ()
    bench.now += 1.0
    assert source.scan().taken == ("count.txt",)
    bench.appends("whole.txt", b"1\r\n2\r\n")
    assert bench.settle(source, 4.0) == ("whole.txt",)


def test_a_count_of_which_planned_positions_are_to_come_is_waited_for(bench: Bench) -> None:
    """For twenty minutes after each vial; with the last one the quiet time is enough."""
    bench.began, bench.goes_on = bench.now, True
    source = bench.source()
    bench.appends("count.txt", b"1\r\n")
    assert bench.settle(source, 1199.0) == ()
    bench.appends("count.txt", b"2\r\n")
    assert bench.settle(source) == ()
    bench.goes_on = False
    assert source.scan().taken == ("count.txt",)


def test_a_count_that_was_stopped_is_taken_in_the_end(bench: Bench) -> None:
    """Nothing waits for ever; what was stopped long ago, not at all."""
    bench.began, bench.goes_on = bench.now, True
    source = bench.source()
    bench.appends("count.txt", b"1\r\n")
    bench.write("old.txt", b"1\r\n")
    assert bench.settle(source) == ("old.txt",)
    bench.now += 1198.0
    assert source.scan().taken == ("count.txt",)
