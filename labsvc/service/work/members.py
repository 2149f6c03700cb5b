"""The processes of a crew as the system has them: started together, talked to by pipes, ended.

To import what a process works with takes it half a second. Where processes can fork, one does it
and the others are copies of it; it has a single thread, so that nothing is lost in a copy. Where
they cannot (Windows), each is started by itself.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import IO, NamedTuple

MOST = 4
"""No backlog is worth more processes."""
_WORDS = "from labsvc.service.work.orders import main; main()"


class Member(NamedTuple):
    """One process: where it hears, where it speaks, and the process that was started for it."""

    requests: IO[bytes]
    replies: IO[bytes]
    leader: subprocess.Popen[bytes]
    """Itself, or the one whose copy it is: they are ended together."""


def start(size: int) -> list[Member]:
    """So many processes; they take orders half a second later. OSError when they cannot be."""
    if sys.platform == "win32" or size == 0:
        return [_started(())[0] for _ in range(size)]
    return _started([(os.pipe(), os.pipe()) for _ in range(size - 1)])


def most() -> int:
    """How many processes a backlog is worth: filing takes half a core of its own."""
    cores = os.cpu_count() or 1
    return min(cores, MOST) if cores > 1 else 0


@contextlib.contextmanager
def early() -> Iterator[list[Member]]:
    """As many as may be needed, started before it is known; at the end of the block all are ended.

    Those that nobody needs are to be dismissed. None where none can be started.
    """
    try:
        # Where they are no copies of each other, each costs as much as the first.
        started = start(1 if sys.platform == "win32" else max(1, most()))
    except OSError:
        started = []  # whoever needs one meets it again, and tells of it
    try:
        yield started
    finally:
        for one in started:
            end(one.leader)
        for one in started:
            _close(one)


def dismiss(member: Member) -> None:
    """It has nothing to do: it ends with its input, and a leader at once with all of its copies."""
    _close(member)
    if member.requests is member.leader.stdin:
        end(member.leader)


def _close(member: Member) -> None:
    for pipe in (member.requests, member.replies):
        with contextlib.suppress(OSError):
            pipe.close()


def end(leader: subprocess.Popen[bytes]) -> None:
    """End a process and its copies, whatever they are doing. Their replies end with them."""
    if sys.platform == "win32":
        leader.kill()
    elif leader.returncode is None:  # its number is its own until somebody has waited for it
        with contextlib.suppress(ProcessLookupError):
            os.killpg(leader.pid, signal.SIGKILL)
    leader.wait()
    for pipe in (leader.stdin, leader.stdout):
        # What could not be told to it is tried once more by the close, in vain.
        with contextlib.suppress(OSError):
            if pipe is not None:
                pipe.close()


def _started(pipes: Sequence[tuple[tuple[int, int], tuple[int, int]]]) -> list[Member]:
    """One process that copies itself for each pair of pipes: for requests, for replies."""
    theirs = [end for (hears, _), (_, speaks) in pipes for end in (hears, speaks)]
    try:
        leader = subprocess.Popen(  # noqa: S603 - our own words and numbers
            [sys.executable, "-P", "-c", _WORDS, *map(str, theirs)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Ctrl-C is for the first process alone; the second is that on Windows.
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            pass_fds=theirs,
        )
    except OSError:
        for (_, tells), (listens, _) in pipes:
            os.close(tells)
            os.close(listens)
        raise
    finally:
        for one in theirs:
            os.close(one)
    assert leader.stdin is not None
    assert leader.stdout is not None
    copies = [
        Member(os.fdopen(tells, "wb"), os.fdopen(listens, "rb"), leader)
        for (_, tells), (listens, _) in pipes
    ]
    return [Member(leader.stdin, leader.stdout, leader), *copies]
