"""How long a file must rest."""

from __future__ import annotations

import pytest

from labsvc.capture.patience import (
    LONGEST_SECONDS,
    READING_SECONDS,
    ROOM_SECONDS,
    Known,
    needed,
    room,
)


def test_a_file_written_at_once_waits_for_its_quiet_time_alone() -> None:
    """The usual case, which costs nobody more than before."""
    assert needed(5.0, Known()) == 5.0
    assert needed(5.0, Known(goes_on=False)) == 5.0


def test_a_writer_with_pauses_is_given_several_of_them() -> None:
    """Never less than the quiet time, and never more than an hour. What was appended after more
    than that is another run, and teaches nothing of this one."""
    assert needed(5.0, Known(pause=120.0)) == 480.0
    assert needed(5.0, Known(pause=0.5)) == 5.0
    assert needed(5.0, Known(pause=3000.0)) == LONGEST_SECONDS
    assert needed(5.0, Known(pause=86400.0)) == 5.0


def test_a_count_that_goes_on_is_waited_for() -> None:
    """For a vial and the change of racks, also before any pause was seen."""
    assert needed(5.0, Known(goes_on=True)) == READING_SECONDS
    assert needed(5.0, Known(pause=600.0, goes_on=True)) == 2400.0
    assert needed(7200.0, Known(goes_on=True)) == 7200.0


def test_what_has_its_last_planned_position_waits_for_no_next_one() -> None:
    """However long its pauses were: the result comes at once."""
    assert needed(5.0, Known(pause=600.0, goes_on=False)) == 5.0


def test_an_old_file_is_waited_for_by_nobody() -> None:
    """It was finished long before it was seen first."""
    assert needed(5.0, Known(goes_on=True, age=READING_SECONDS)) == 5.0
    assert needed(5.0, Known(pause=120.0, age=480.0)) == 5.0


@pytest.mark.parametrize(
    ("content", "left"),
    [
        (b"", 0),
        (bytes(400), 0),
        (b"A01 21\r\n", 0),
        (b"A01 21" + bytes(394), 394),
        ("A01 21\r\n".encode("utf-16"), 0),
        ("A01 21\r\nB".encode("utf-16") + bytes(100), 101),
        (b"\x0a\0\0\0\0\0\0\0BIFF" + bytes(512), 0),
    ],
)
def test_room_that_was_not_written_to_is_the_end_of_a_text(content: bytes, left: int) -> None:
    """Workbooks are filled up with NUL, and hold some inside: of them nothing is said."""
    assert room(content) == left
    assert ROOM_SECONDS > 60.0
