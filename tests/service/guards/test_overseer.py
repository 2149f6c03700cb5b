"""Calls in threads that no signal reaches: interrupted when they take too long, and only they."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic, perf_counter

import pytest

from labsvc.service.guards import overseer as module
from labsvc.service.guards.overseer import Overseer, raise_in_thread
from tests.patience import PATIENCE

SOON = 0.05


class Interrupted(BaseException):
    """No driver catches it by its name."""


def in_a_thread(act: Callable[[], object]) -> object:
    """What it answers, or what it raises, in a thread of its own."""
    found: list[object] = []

    def run() -> None:
        try:
            found.append(act())
        except BaseException as error:  # noqa: BLE001
            found.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    (answer,) = found
    return answer


def for_ever() -> None:
    while True:
        pass


def test_a_loop_is_interrupted() -> None:
    """In the thread it runs in."""
    one = Overseer(Interrupted)
    assert isinstance(in_a_thread(lambda: one.within(SOON, for_ever)), Interrupted)


def test_one_that_keeps_it_is_interrupted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bare except keeps the first, not the second."""
    monkeypatch.setattr(module, "AGAIN_SECONDS", SOON)
    one = Overseer(Interrupted)

    def stubborn() -> None:
        try:
            for_ever()
        except BaseException:  # noqa: BLE001
            for_ever()

    assert isinstance(in_a_thread(lambda: one.within(SOON, stubborn)), Interrupted)


def test_a_call_in_time_is_left_alone_and_what_follows_too() -> None:
    """Thousands that end just as their time does: none is interrupted once it is over."""
    one = Overseer(Interrupted)

    def lasting(seconds: float) -> int:
        until = perf_counter() + seconds
        while perf_counter() < until:
            pass
        return 7

    def many() -> tuple[int, int]:
        answered = interrupted = 0
        until = monotonic() + 2.0
        while monotonic() < until:
            try:
                answered += one.within(0.001, lambda: lasting(0.001)) == 7
            except Interrupted:
                interrupted += 1
            lasting(0.0005)  # here it would end the test
        return answered, interrupted

    found = in_a_thread(many)
    assert isinstance(found, tuple), found
    assert found[0] + found[1] > 100
    assert one._calls == set()


def test_what_a_call_raises_is_its_own() -> None:
    """And it is not watched any more."""
    one = Overseer(Interrupted)

    def breaks() -> None:
        raise KeyError("head")

    assert isinstance(in_a_thread(lambda: one.within(60, breaks)), KeyError)
    assert one._calls == set()


def test_a_call_that_began_later_may_be_due_first() -> None:
    """The one that has long is not what is waited for."""
    one, began, go_on = Overseer(Interrupted), threading.Event(), threading.Event()

    def patient() -> str:
        began.set()
        go_on.wait(PATIENCE)
        return "done"

    answers: list[str] = []
    thread = threading.Thread(target=lambda: answers.append(one.within(600, patient)))
    thread.start()
    began.wait(PATIENCE)
    assert isinstance(in_a_thread(lambda: one.within(SOON, for_ever)), Interrupted)
    go_on.set()
    thread.join(PATIENCE)
    assert answers == ["done"]


def test_an_interruption_on_its_way_when_the_call_ends_holds_nothing_up() -> None:
    """It was decided on, the call came to its end, and only then it was raised: nothing stays."""
    decided, ended, pause = threading.Event(), threading.Event(), threading.Event()

    def late(thread: int, kind: type[BaseException]) -> None:
        decided.set()
        ended.wait(PATIENCE)
        pause.wait(SOON)
        raise_in_thread(thread, kind)

    def ends() -> None:
        decided.wait(PATIENCE)
        ended.set()

    one = Overseer(Interrupted, late)
    assert isinstance(in_a_thread(lambda: one.within(0.001, ends)), Interrupted)
    assert in_a_thread(lambda: one.within(PATIENCE, lambda: 7)) == 7
    assert one._calls == set()
