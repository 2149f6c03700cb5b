"""A driver's framer within its deadline: one that hangs must not keep its line for ever."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from labsvc.driver import Fragment, Frame, Framer, Reply
from labsvc.service.guards.deadline import Deadline


class TimedFramer(Framer):
    """Hands each piece on to the framer that ``make`` made; DriverOverdue when that hangs."""

    def __init__(self, driver: str, make: Callable[[], Framer], deadline: Deadline) -> None:
        self._driver = driver
        self._framer = make()
        self._deadline = deadline

    def feed(self, data: bytes) -> Iterable[Frame | Fragment | Reply]:
        # All of it here and now: a generator would do its work outside the deadline.
        return self._deadline.keep(
            self._driver, "cut", len(data), lambda: list(self._framer.feed(data))
        )

    @property
    def pending(self) -> bytes:
        return self._framer.pending
