"""Calls that take too long, interrupted in threads that no signal reaches.

One thread waits for the first call that may be overdue, and sleeps when there is none. It has
Python raise an exception in the other thread: that ends a loop of Python code, wherever it is, and
nothing that does not come back to Python (a regular expression that runs wild, a wait for ever).
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from time import monotonic
from typing import Final, TypeVar

T = TypeVar("T")
AGAIN_SECONDS: Final = 1.0
"""How soon a call that would not be interrupted is interrupted again."""


class _Call:
    """One call: its thread, when it is overdue, and whether it is over."""

    __slots__ = ("at", "over", "thread")

    def __init__(self, seconds: float) -> None:
        self.thread = threading.get_ident()
        self.at = monotonic() + seconds
        self.over = False


class Overseer:
    """Watches over calls in any thread; ``interruption`` is raised in those that take too long, by
    ``raise_in`` (a thread's number, and what to raise there)."""

    def __init__(
        self,
        interruption: type[BaseException],
        raise_in: Callable[[int, type[BaseException]], None] | None = None,
    ) -> None:
        self._interruption = interruption
        self._raise_in = raise_in or raise_in_thread
        # Taken by itself, never through the condition: an interruption may come between the two
        # steps of Condition.__enter__, and the lock would be held for ever.
        self._lock = threading.Lock()
        self._turn = threading.Condition(self._lock)
        self._calls: set[_Call] = set()
        self._wakes_at: float | None = None
        self._thread: threading.Thread | None = None

    def within(self, seconds: float, ask: Callable[[], T]) -> T:
        """What ``ask`` answers; the interruption is raised out of it, and at no other place."""
        call = _Call(seconds)
        try:
            try:
                self._begin(call)
                return ask()
            finally:
                # It may come at this very line: the rest is done all the same. With the lock, so
                # that none is on its way that was decided on before.
                with self._lock:
                    call.over = True
                _raise_what_came()
        finally:
            with self._lock:
                self._calls.discard(call)

    def _begin(self, call: _Call) -> None:
        with self._lock:
            self._calls.add(call)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="overseer", daemon=True)
                self._thread.start()
            elif self._wakes_at is None or call.at < self._wakes_at:
                self._turn.notify()

    def _run(self) -> None:
        with self._lock:
            while True:
                now = monotonic()
                for call in self._calls:
                    if call.at <= now and not call.over:
                        self._raise_in(call.thread, self._interruption)
                        call.at = now + AGAIN_SECONDS
                self._wakes_at = min((call.at for call in self._calls), default=None)
                self._turn.wait(None if self._wakes_at is None else self._wakes_at - now)


def _raise_what_came() -> None:
    """Python raises it when a function begins, at the latest."""


def raise_in_thread(thread: int, kind: type[BaseException]) -> None:
    """In another thread, when it next runs Python code."""
    raised = ctypes.py_object(kind)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), raised)
