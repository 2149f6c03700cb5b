"""When a file counts as at rest."""

from __future__ import annotations

from labsvc.capture.settle import Settling, Stamp


def test_a_file_rests_from_the_moment_its_stamp_was_first_seen() -> None:
    """The clock is the monotonic one handed in; the file's own time is never compared with it."""
    settling = Settling()
    stamp = Stamp(10, 1_000_000_000)
    assert settling.rested("a", stamp, 100.0) == 0.0
    assert settling.rested("a", stamp, 101.5) == 1.5


def test_any_change_of_size_or_time_starts_the_wait_again() -> None:
    """Some instruments grow the file first and set its time at the end; others the reverse."""
    settling = Settling()
    settling.rested("a", Stamp(10, 1), 100.0)
    assert settling.rested("a", Stamp(11, 1), 105.0) == 0.0
    assert settling.rested("a", Stamp(11, 2), 110.0) == 0.0


def test_a_content_is_worth_one_early_look_for_each_stamp() -> None:
    """A file that does not change is not read again and again."""
    settling = Settling()
    settling.rested("a", Stamp(10, 1), 0.0)
    assert [settling.first_look("a"), settling.first_look("a")] == [True, False]
    settling.rested("a", Stamp(12, 2), 1.0)
    assert settling.first_look("a")


def test_a_file_that_left_the_folder_begins_anew_when_it_returns() -> None:
    """What is gone is forgotten, so waiting files never pile up in memory."""
    settling = Settling()
    settling.rested("a", Stamp(10, 1), 0.0)
    settling.keep_only(set())
    assert settling.rested("a", Stamp(10, 1), 50.0) == 0.0


def test_the_longest_pause_between_two_changes_is_known() -> None:
    """Of a file that waits; one that was not seen here may be learned. Forgotten when it is
    taken."""
    settling = Settling()
    for at, size in ((0.0, 1), (5.0, 2), (35.0, 3), (40.0, 4)):
        settling.rested("a", Stamp(size, 0), at)
    assert (settling.pause("a"), settling.stirred("a")) == (30.0, True)
    settling.learn("a", 120.0)
    settling.learn("a", 60.0)
    assert settling.pause("a") == 120.0
    settling.done("a")
    assert not settling.waits("a")
    settling.rested("a", Stamp(4, 0), 50.0)
    assert (settling.pause("a"), settling.stirred("a")) == (0.0, False)
