"""Play a recorded session as its instrument sent it: into a pseudo-terminal."""

from __future__ import annotations

import os
import select
import struct
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from labsvc.capture.recording import Chunk
from labsvc.errors import ConfigError, SourceError

if sys.platform != "win32":
    import fcntl
    import pty
    import termios
    import tty

LOOK_SECONDS: Final = 0.05
# A program that opens a port throws away what it finds there: it must have done so.
SETTLE_SECONDS: Final = 0.5
MAX_SPEED: Final = 0.0
"""The speed that waits for nothing."""


def timed(chunks: Iterable[Chunk], speed: float) -> Iterator[tuple[float, bytes]]:
    """Each chunk with the seconds after the start at which it is due; speed 2 is twice as fast."""
    for chunk in chunks:
        yield (chunk.milliseconds / 1000 / speed if speed else 0.0), chunk.content


def parse_speed(text: str) -> float:
    """``1``, ``0.5``, ``20x`` or ``max``. Raises ConfigError."""
    if text.strip().lower() == "max":
        return MAX_SPEED
    try:
        speed = float(text.strip().lower().removesuffix("x"))
    except ValueError:
        speed = 0.0
    if not 0.001 <= speed <= 1e6:
        raise ConfigError(f"speed '{text}' is none; write a number such as 1 or 20, or max")
    return speed


class Terminal:
    """A pseudo-terminal that stands for an instrument; ``name`` is the port to open.

    ``link`` is a name for it that the caller chooses. Only where there are such things: elsewhere
    ConfigError says what to use instead.
    """

    def __init__(self, link: Path | None = None) -> None:
        if sys.platform == "win32":
            raise ConfigError(
                "Windows has no pseudo-terminals; use replay://FILE as the port of the source, or "
                "a pair of virtual ports"
            )
        self._master, slave = pty.openpty()
        tty.setraw(slave)
        self.device = os.ttyname(slave)
        # Nobody has it open: that is how it is seen when somebody opens it.
        os.close(slave)
        os.set_blocking(self._master, False)
        self._link: Path | None = None
        try:
            self.name = self._linked(link) if link is not None else self.device
        except ConfigError:
            os.close(self._master)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """The instrument is unplugged."""
        os.close(self._master)
        if self._link is not None:
            with suppress(OSError):
                self._link.unlink()

    @property
    def opened(self) -> bool:
        """Whether a program has the port open now."""
        waiting = select.poll()
        waiting.register(self._master, 0)
        return not waiting.poll(0)

    def await_reader(self, pause: Callable[[float], object], stopped: Callable[[], bool]) -> bool:
        """Wait until a program has opened the port and set it up; False when stopped before."""
        while not stopped():
            if self.opened:
                pause(SETTLE_SECONDS)
                return True
            pause(LOOK_SECONDS)
        return False

    def send(self, content: bytes, stopped: Callable[[], bool]) -> None:
        """All of it, as fast as it is read. Raises SourceError when the reader goes away."""
        left = memoryview(content)
        while left and not stopped():
            if not self.opened:
                raise SourceError(f"the program that read {self.name} closed it")
            if select.select([], [self._master], [], LOOK_SECONDS)[1]:
                with suppress(BlockingIOError):
                    left = left[os.write(self._master, left) :]

    def await_read(self, pause: Callable[[float], object], stopped: Callable[[], bool]) -> None:
        """Wait until all that was sent is read: what is left in a terminal goes with it."""
        quiet = 0
        while quiet < 2 and self.opened and not stopped():
            quiet = 0 if self._unread() else quiet + 1
            pause(LOOK_SECONDS)

    def _unread(self) -> int:
        slave = os.open(self.device, os.O_RDONLY | os.O_NOCTTY)
        try:
            (waiting,) = struct.unpack("i", fcntl.ioctl(slave, termios.FIONREAD, bytes(4)))
        finally:
            os.close(slave)
        return int(waiting)

    def _linked(self, link: Path) -> str:
        """A link that points nowhere was left by an earlier replay."""
        try:
            if link.is_symlink() and not link.exists():
                link.unlink()
            link.symlink_to(self.device)
        except OSError as error:
            raise ConfigError(f"cannot make the link {link}: {error.strerror}") from error
        self._link = link
        return str(link)


def play(
    chunks: Iterable[Chunk],
    send: Callable[[bytes], None],
    *,
    speed: float,
    monotonic: Callable[[], float],
    pause: Callable[[float], object],
    stopped: Callable[[], bool],
) -> int:
    """Send each chunk when it is due; the bytes sent. ``pause`` may return early when stopped."""
    started, sent = monotonic(), 0
    for due, content in timed(chunks, speed):
        if (early := started + due - monotonic()) > 0:
            pause(early)
        if stopped():
            break
        send(content)
        sent += len(content)
    return sent
