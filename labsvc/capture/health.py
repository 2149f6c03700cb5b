"""How well a line is heard: its noise, what its hardware counted, when it was last whole."""

from __future__ import annotations

from datetime import datetime

from labsvc.capture.linefaults import LineFaults, count_faults
from labsvc.capture.noise import Noise


class Health:
    """Of one line, over all the ports it was opened at. Two threads of the line tell it."""

    def __init__(self, noise: Noise) -> None:
        self._noise = noise
        self._before = LineFaults()
        self._told = False
        self.faults: LineFaults | None = None
        """Counted since the port was opened; None where nobody counts."""
        self.last_whole_at: datetime | None = None
        """When a whole transmission came: until then a line that is open has proved nothing."""

    def opened(self, port: object) -> None:
        """The counts of before belong to whoever had the port."""
        counted = count_faults(port)
        self._before = counted or LineFaults()
        self.faults = counted and LineFaults()

    def heard(self, content: bytes, port: object) -> None:
        self._noise.hear(content)
        if self.faults is not None and (counted := count_faults(port)) is not None:
            self.faults = counted.since(self._before)

    def whole(self, content: bytes, at: datetime) -> None:
        self._noise.forget(content)
        self._told = False
        self.last_whole_at = at

    @property
    def hint(self) -> str | None:
        """What speaks against the line settings or the cable, in one sentence."""
        return self._noise.hint or (self.faults.hint if self.faults else None)

    def reason(self, why: str) -> str | None:
        """What to say of a part that broke off; None when it is the same noise as before.

        With wrong settings a counter makes a hundred parts an hour: one message says it all, and
        the transcript has every byte.
        """
        if self._told and self._noise.hint:
            return None
        return f"{why}; {self.hint}" if self.hint else why

    def set_aside(self) -> None:
        """The part of the last ``reason`` is on the disk."""
        self._told = self._noise.hint is not None
