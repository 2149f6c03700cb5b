"""What is done by the clock: again and again, once when asked, and never beside itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from labsvc.service.jobs import Jobs
from tests.patience import PATIENCE

HOUR = 3600.0


class Count:
    """How often it was called; ``until`` waits for the n-th time."""

    def __init__(self) -> None:
        self.times = 0
        self._change = threading.Condition()

    def __call__(self) -> None:
        with self._change:
            self.times += 1
            self._change.notify_all()

    def until(self, times: int) -> None:
        with self._change:
            assert self._change.wait_for(lambda: self.times >= times, PATIENCE)


@pytest.fixture
def jobs() -> Iterator[Jobs]:
    some = Jobs()
    some.start()
    yield some
    some.stop()


def test_a_job_comes_again_and_again(jobs: Jobs) -> None:
    """The first time when it is said to."""
    count = Count()
    jobs.every(0.01, count, first=0.0)
    count.until(3)


def test_a_job_that_is_asked_for_once_comes_once(jobs: Jobs) -> None:
    """With what it was given; by the time another has come it has not come again."""
    given: list[object] = []
    other = Count()
    jobs.once(given.append, "plate")
    jobs.once(other, after=0.05)
    other.until(1)
    assert given == ["plate"]


def test_a_job_takes_the_place_of_one_of_its_name(jobs: Jobs) -> None:
    """An editor that saves in steps calls once, and a new interval holds at once."""
    early, late, slow, quick = Count(), Count(), Count(), Count()
    jobs.once(early, after=HOUR, name="look")
    jobs.once(late, name="look")
    jobs.every(HOUR, slow, name="rescan")
    jobs.every(0.01, quick, name="rescan")
    late.until(1)
    quick.until(2)
    assert (early.times, slow.times) == (0, 0)


def test_a_stop_waits_for_what_goes_on_and_begins_nothing_else() -> None:
    """A message in hand is sent; the next one is for the next start."""
    jobs, begun, free, never = Jobs(), threading.Event(), threading.Event(), Count()
    ended: list[bool] = []

    def work() -> None:
        begun.set()
        ended.append(free.wait(PATIENCE))

    jobs.start()
    jobs.once(work)
    jobs.every(HOUR, never)
    assert begun.wait(PATIENCE)
    threading.Timer(0.05, free.set).start()
    jobs.stop()
    assert (ended, never.times) == ([True], 0)
