"""The memory of a process that files plates: little is looked through, and little is kept."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import sys

_THRESHOLD = 100_000
_ARENA_MAX = -8
"""M_ARENA_MAX of glibc's malloc.h."""


def settle() -> None:
    """Called once all that stays is loaded: from now on garbage is looked for among the rest.

    To look through what stays would cost a plate 50 ms; at the usual threshold the collector took
    a fifth of the line's time, as a plate makes some hundred thousand short-lived values.
    """
    _trim()
    gc.freeze()
    gc.set_threshold(_THRESHOLD)


def share_one_heap() -> None:
    """Called before any thread starts: all of them share one heap of the C library.

    Each would have its own, and keep there what its busiest moment needed: 2 MB for the service.
    Nothing is changed where the C library is not glibc.
    """
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError, OSError):
            ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)


def give_back() -> None:
    """Called now and then: what nobody uses any more goes back to the system, some milliseconds.

    The C library keeps the pages between what stays, and each day's busiest hour leaves others.
    """
    gc.collect()
    _trim()


def _trim() -> None:
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError, OSError):
            ctypes.CDLL(None).malloc_trim(0)
