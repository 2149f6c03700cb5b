"""The processes of a crew: started together, each with pipes of its own, ended together."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator

import psutil
import pytest

from labsvc import __version__
from labsvc.service.work import members
from labsvc.service.work.members import Member
from tests.patience import PATIENCE


@pytest.fixture
def three() -> Iterator[list[Member]]:
    started = members.start(3)
    yield started
    for one in started:
        members.end(one.leader)
        one.requests.close()
        one.replies.close()


def test_each_says_its_version_on_pipes_of_its_own(three: list[Member]) -> None:
    assert [pickle.load(one.replies) for one in three] == [__version__] * 3
    assert len({one.replies.fileno() for one in three}) == 3


def test_one_ends_with_its_own_input_and_the_others_stay(three: list[Member]) -> None:
    """No other process holds a pipe open that is not its own."""
    assert [pickle.load(one.replies) for one in three] == [__version__] * 3
    for one in (three[1], three[0]):
        one.requests.close()
        assert one.replies.read() == b""
    three[2].requests.write(pickle.dumps("what is no order")[:-1])
    three[2].requests.flush()
    assert psutil.pid_exists(three[2].leader.pid)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="each is a process that was started by itself")
def test_all_end_together_whatever_they_are_doing(three: list[Member]) -> None:
    """Also those still starting: their replies end, and no process is left."""
    leader = psutil.Process(three[0].leader.pid)
    assert pickle.load(three[2].replies) == __version__
    copies = leader.children()
    members.end(three[0].leader)
    assert [one.replies.read()[:1] for one in three[1:]]
    gone, alive = psutil.wait_procs(copies, timeout=PATIENCE)
    assert (len(gone), alive) == (len(copies), [])
