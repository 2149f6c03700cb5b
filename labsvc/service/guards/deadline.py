"""A limit on the time a driver may take: one that hangs is interrupted, and the service goes on.

In the main thread, where the worker is, a signal of the operating system does it: two system calls
when all is well, and a regular expression that runs wild is interrupted too. In other threads, and
on Windows, which has no such signal, an overseer does it, and only a loop of Python code ends. What
cannot be interrupted is ended with the whole service by its watchdog, and is tried apart the next
time (labsvc.service.work.apart).
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePath
from types import FrameType, TracebackType
from typing import Final, Literal, TypeVar, get_args

from labsvc.errors import InputError
from labsvc.service.guards.overseer import AGAIN_SECONDS, Overseer

SECONDS: Final = 30.0
"""What a capture may take; a report of a plate takes a few milliseconds."""
BYTES_PER_DEADLINE: Final = 5_000_000
"""A larger capture has as much time again for each of these: the slowest parser of labsvc's own
needs 7 s for them."""
IN_A_ROW: Final = 3
"""So many captures in a row past the deadline, and the driver is not asked again: each of them
kept all others waiting."""

Verb = Literal["recognise", "parse", "end", "cut"]
VERBS: Final = get_args(Verb)
T = TypeVar("T")


class DriverOverdue(InputError):
    """A driver was still at a capture when its time was over."""


class _Interrupted(BaseException):
    """Raised inside the driver: no ``except Exception`` of its own keeps it."""


@dataclass(slots=True)
class Deadline:
    """How long a driver may take, and which of them have taken longer."""

    seconds: float = SECONDS
    ever: dict[str, int] = field(default_factory=dict)
    """How often each driver was interrupted."""
    _in_a_row: dict[tuple[str, str], int] = field(default_factory=dict, init=False)

    def given_up(self, driver: str) -> str | None:
        """Why this driver is not asked any more, in one sentence; None as long as it is."""
        if max(self._in_a_row.get((driver, verb), 0) for verb in VERBS) < IN_A_ROW:
            return None
        return (
            f"driver {driver} is not asked any more: {IN_A_ROW} captures in a row were too much "
            "for it. Tell whoever made it; it is asked again after a start or a reload"
        )

    def keep(self, driver: str, verb: Verb, size: int, ask: Callable[[], T]) -> T:
        """What ``ask`` (a call of this driver about so many bytes) answers within its time.

        Raises DriverOverdue, and whatever the driver raises.
        """
        if why := self.given_up(driver):
            raise DriverOverdue(why)
        seconds = self.seconds * (1 + size / BYTES_PER_DEADLINE)
        late = False
        try:
            if _has_alarm():
                return _within(seconds, ask)
            return _OVERSEER.within(seconds, ask)
        except _Interrupted as error:
            late = True
            raise DriverOverdue(_sentence(driver, seconds, error.__traceback__)) from None
        finally:
            self._count(driver, verb, late=late)

    def _count(self, driver: str, verb: Verb, *, late: bool) -> None:
        if late:
            self.ever[driver] = self.ever.get(driver, 0) + 1
            self._in_a_row[driver, verb] = self._in_a_row.get((driver, verb), 0) + 1
        elif self._in_a_row:
            self._in_a_row.pop((driver, verb), None)


class _Alarm:
    """The process's alarm clock. Its handler is set once: to set it each time would be most of what
    a deadline costs."""

    def __init__(self) -> None:
        self.inside = False
        self._listens = False

    def ring(self, _number: int, _frame: FrameType | None) -> None:
        if self.inside:
            raise _Interrupted

    def listen(self) -> None:
        if not self._listens:
            signal.signal(signal.SIGALRM, self.ring)
            self._listens = True


_ALARM: Final = _Alarm()
_OVERSEER: Final = Overseer(_Interrupted)


def _has_alarm() -> bool:
    return hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()


def _within(seconds: float, ask: Callable[[], T]) -> T:
    """Raises _Interrupted out of ``ask`` when it takes longer, and at no other place."""
    _ALARM.listen()
    try:
        _ALARM.inside = True
        signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN_SECONDS)
        try:
            return ask()
        finally:
            # It may ring at this very line: the rest is done all the same.
            _ALARM.inside = False
    finally:
        _ALARM.inside = False
        signal.setitimer(signal.ITIMER_REAL, 0)


def _sentence(driver: str, seconds: float, trace: TracebackType | None) -> str:
    return (
        f"driver {driver} had not finished after {seconds:.3g} s and was interrupted{_place(trace)}"
        ": most likely a fault of the driver, not of the file. Tell whoever made it, or raise "
        "deadline in labsvc.yaml, then hand the file over again: labsvc ingest"
    )


def _place(trace: TracebackType | None) -> str:
    """The innermost line of the driver's own, not of what it calls of Python's."""
    where = ""
    while trace is not None:
        code, module = trace.tb_frame.f_code, str(trace.tb_frame.f_globals.get("__name__"))
        ours = module in (__name__, Overseer.__module__)
        if not ours and module.partition(".")[0] not in sys.stdlib_module_names:
            file = PurePath(code.co_filename).name
            where = f" (in {code.co_name}, {file} line {trace.tb_lineno})"
        trace = trace.tb_next
    return where
