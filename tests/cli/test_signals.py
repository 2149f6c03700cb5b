"""Signals that come at the worst moment."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from labsvc.cli.signals import heard
from tests.patience import PATIENCE

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows delivers no signal to a thread")


def test_a_signal_is_heard_while_the_main_thread_holds_the_lock_of_its_act() -> None:
    """It would wait for itself for ever."""
    lock, done = threading.Lock(), threading.Event()

    def act() -> None:
        with lock:
            done.set()

    with heard(act, "SIGTERM"):
        with lock:
            signal.raise_signal(signal.SIGTERM)
        assert done.wait(PATIENCE)


def test_an_act_that_takes_long_holds_up_no_other() -> None:
    """A stop is heard in the middle of a reload, and what was asked before the end is done."""
    told: list[str] = []
    stopped = threading.Event()

    def reload() -> None:
        told.append("reload" if stopped.wait(PATIENCE) else "no stop")

    with heard(stopped.set, "SIGINT", "SIGTERM", "SIGNONE"), heard(reload, "SIGHUP"):
        signal.raise_signal(signal.SIGHUP)
        signal.raise_signal(signal.SIGHUP)
        signal.raise_signal(signal.SIGTERM)
    assert told == ["reload", "reload"]


def test_afterwards_signals_mean_what_they_meant() -> None:
    """Also after an error."""
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(OSError, match="x"), heard(print, "SIGTERM"):
        raise OSError("x")
    assert signal.getsignal(signal.SIGTERM) is before
