"""Ctrl-C, SIGTERM, SIGHUP: heard at any moment, acted on where nothing can be held up."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue

ENDING = ("SIGINT", "SIGTERM")


@contextmanager
def heard(act: Callable[[], object], *names: str) -> Iterator[None]:
    """Within it, ``act`` is done for each of these signals; names a system lacks are left out.

    A signal comes between any two steps of the main thread, also while that holds the very lock
    which the act needs (an Event that it waits for has one). So the act is done by a thread of its
    own, asked through the one queue that may be put to from a signal handler. Elsewhere than in the
    main thread, where no signal is heard, nothing is done.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked: SimpleQueue[bool] = SimpleQueue()
    doing = threading.Thread(target=_do, args=(asked, act), name=" ".join(names), daemon=True)
    doing.start()
    before = {
        number: signal.signal(number, lambda *_: asked.put(True))
        for name in names
        if (number := getattr(signal, name, None)) is not None
    }
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)
        asked.put(False)
        doing.join()


def _do(asked: SimpleQueue[bool], act: Callable[[], object]) -> None:
    while asked.get():
        act()
