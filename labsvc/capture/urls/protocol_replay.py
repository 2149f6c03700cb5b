"""``replay://FILE`` or ``replay://FILE?speed=20``: a recorded session in place of a port.

It reads as the port read when it was recorded; after the last byte it is silent, and stays open.
What is written to it goes nowhere. ``speed`` is a number or ``max``; left out: 1.
"""

from __future__ import annotations

import math
import time
from collections import deque
from pathlib import Path
from typing import Any, Final

from serial.serialutil import PortNotOpenError, SerialBase, SerialException

from labsvc.capture.recording import read_recording
from labsvc.capture.replay import parse_speed, timed
from labsvc.errors import LabsvcError

_MARK: Final = "replay://"
_LONGEST_SLEEP: Final = 0.25


class Serial(SerialBase):
    """A port that plays a recording. The line settings do not matter to it."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self._coming: deque[tuple[float, bytes]] = deque()
        self._here = bytearray()
        self._started = 0.0
        super().__init__(*arguments, **named)

    def open(self) -> None:
        """Load the recording and start its clock. Raises SerialException."""
        if self.is_open:
            raise SerialException("the port is open already")
        file, _, speed = str(self.port).partition("?speed=")
        path = Path(file[len(_MARK) :])
        try:
            recording = read_recording(path.read_bytes())
            self._coming = deque(timed(recording.chunks, parse_speed(speed or "1")))
        except OSError as error:
            raise SerialException(f"recording {path} cannot be read: {error.strerror}") from None
        except LabsvcError as error:
            raise SerialException(f"recording {path}: {error}") from None
        self._here.clear()
        self._started = time.monotonic()
        self.is_open = True

    def close(self) -> None:
        self.is_open = False

    def _reconfigure_port(self) -> None:
        """There is nothing to set."""

    @property
    def in_waiting(self) -> int:
        """Bytes that had come by now."""
        if not self.is_open:
            raise PortNotOpenError
        passed = time.monotonic() - self._started
        while self._coming and self._coming[0][0] <= passed:
            self._here += self._coming.popleft()[1]
        return len(self._here)

    def read(self, size: int = 1) -> bytes:
        """``size`` bytes, or as many as came before the time-out."""
        until = math.inf if self.timeout is None else time.monotonic() + self.timeout
        while self.in_waiting < size and (now := time.monotonic()) < until:
            due = self._started + self._coming[0][0] if self._coming else math.inf
            time.sleep(max(0.0, min(due - now, until - now, _LONGEST_SLEEP)))
        content = bytes(self._here[:size])
        del self._here[:size]
        return content

    def write(self, content: Any, /) -> int:
        """Nobody listens."""
        if not self.is_open:
            raise PortNotOpenError
        return len(content)

    def reset_input_buffer(self) -> None:
        """What a recording holds is not thrown away."""

    def reset_output_buffer(self) -> None:
        """There is none."""
