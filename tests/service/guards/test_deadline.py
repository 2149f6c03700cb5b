"""A driver that takes too long is interrupted, wherever it is, and nothing else is."""

from __future__ import annotations

import re
import signal
import threading
import time

import pytest

from labsvc.service.guards.deadline import IN_A_ROW, Deadline, DriverOverdue

SOON = 0.05
LONG = 60.0
"""For a call that is in time, on a busy machine too."""


def for_ever() -> None:
    """A driver's loop that swallows what an ordinary driver may meet."""
    while True:
        try:
            sum(range(100))
        except Exception:  # noqa: BLE001
            continue


def runs_wild() -> None:
    """A regular expression that tries 2 to the power of 40 ways."""
    re.match(r"(a+)+$", "a" * 40 + "!")


def sleeps() -> None:
    """A driver that waits for something that never comes."""
    time.sleep(3600)


@pytest.mark.parametrize("hang", [for_ever, runs_wild, sleeps])
def test_a_driver_that_hangs_is_interrupted(hang: object) -> None:
    """In a loop of its own, in a regular expression, or waiting; the place is told."""
    with pytest.raises(DriverOverdue, match=rf"driver acme had not finished .* {hang.__name__}"):  # type: ignore[attr-defined]
        Deadline(SOON).keep("acme", "parse", 0, hang)  # type: ignore[arg-type]


def test_one_that_swallows_everything_once_is_interrupted_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A bare except keeps the first interruption, not the second."""
    monkeypatch.setattr("labsvc.service.guards.deadline.AGAIN_SECONDS", SOON)

    def stubborn() -> None:
        try:
            sleeps()
        except BaseException:  # noqa: BLE001
            sleeps()

    with pytest.raises(DriverOverdue):
        Deadline(SOON).keep("acme", "parse", 0, stubborn)


def test_in_time_nothing_stays_behind() -> None:
    """No alarm that rings later, and none that anybody but a driver would hear."""
    assert Deadline(60).keep("acme", "parse", 0, lambda: 7) == 7
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    signal.raise_signal(signal.SIGALRM)


def test_what_a_driver_raises_is_its_own() -> None:
    """And the alarm is off."""

    def breaks() -> None:
        raise KeyError("head")

    with pytest.raises(KeyError, match="head"):
        Deadline(60).keep("acme", "parse", 0, breaks)
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_a_large_capture_has_more_time() -> None:
    """In step with its size: 5 MB twice that of an empty one."""
    deadline, given = Deadline(60), []
    deadline.keep("acme", "parse", 5_000_000,
                  lambda: given.append(signal.getitimer(signal.ITIMER_REAL)[0]))  # fmt: skip
    assert 100 < given[0] <= 120


def test_a_driver_that_hangs_each_time_is_not_asked_any_more() -> None:
    """Others wait for it, so three times are enough; another driver is asked as before."""
    deadline = Deadline()
    for _ in range(IN_A_ROW):
        deadline.seconds = LONG
        deadline.keep("acme", "recognise", 0, lambda: True)
        deadline.seconds = SOON
        with pytest.raises(DriverOverdue):
            deadline.keep("acme", "parse", 0, for_ever)
    deadline.seconds = LONG
    with pytest.raises(DriverOverdue, match="is not asked any more"):
        deadline.keep("acme", "parse", 0, lambda: 7)
    assert deadline.keep("other", "parse", 0, lambda: 7) == 7
    assert deadline.ever == {"acme": IN_A_ROW}


def test_a_capture_it_can_read_begins_the_count_anew() -> None:
    """Also one that it refuses: it came to an end."""
    deadline = Deadline()
    for _ in range(2 * IN_A_ROW):
        deadline.seconds = SOON
        with pytest.raises(DriverOverdue, match="had not finished"):
            deadline.keep("acme", "parse", 0, sleeps)
        deadline.seconds = LONG
        assert deadline.keep("acme", "parse", 0, lambda: 7) == 7


def test_in_another_thread_a_loop_is_interrupted_too() -> None:
    """No signal reaches it there; the place is told all the same."""
    heard: list[str] = []

    def ask() -> None:
        try:
            Deadline(SOON).keep("acme", "end", 0, for_ever)
        except DriverOverdue as error:
            heard.append(str(error))

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert "was interrupted (in for_ever, test_deadline.py line " in heard[0]


def test_where_the_system_has_no_alarm_a_loop_is_interrupted_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As on Windows."""
    monkeypatch.delattr(signal, "setitimer")
    with pytest.raises(DriverOverdue):
        Deadline(SOON).keep("acme", "parse", 0, for_ever)
    assert Deadline(LONG).keep("acme", "parse", 0, lambda: 7) == 7
