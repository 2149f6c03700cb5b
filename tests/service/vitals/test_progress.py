"""A part that is stuck is seen; one that has nothing to do is not."""

from __future__ import annotations

from labsvc.service.vitals.progress import Progress


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_part_whose_mark_stands_still_is_stuck() -> None:
    """From the limit on, and no more once it moves; it is returned once."""
    clock = Clock()
    progress = Progress(clock, limit=60.0)
    for _ in range(6):
        assert progress.look({"the worker": (1, 7)}) == ()
        clock.now += 10.0
    said = [progress.look({"the worker": (1, 7)}) for _ in range(2)]
    assert said == [("the worker has not got on for 60 s",), ()]
    assert len(progress.stuck) == 1
    progress.look({"the worker": (1, 8)})
    assert not progress.stuck


def test_a_part_that_waits_is_never_stuck() -> None:
    """None: it has nothing to do; its time begins when it has."""
    clock = Clock()
    progress = Progress(clock, limit=60.0)
    progress.look({"scan": None})
    clock.now += 3600.0
    progress.look({"scan": None})
    assert progress.idle_seconds() == {"scan": 0.0}
    progress.look({"scan": ("a", 1)})
    clock.now += 59.0
    progress.look({"scan": ("a", 1)})
    assert not progress.stuck


def test_a_part_that_is_no_more_is_forgotten() -> None:
    """A source taken away by a reload."""
    clock = Clock()
    progress = Progress(clock, limit=60.0)
    progress.look({"line": 1})
    clock.now += 100.0
    progress.look({})
    assert not progress.stuck
