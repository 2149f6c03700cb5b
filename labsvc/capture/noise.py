"""Whether what comes over a line is the instrument's text, or noise of wrong line settings. Pure.

A byte is eight bits whatever the counter meant by them. Read as 8N1, the text of a counter that
sends seven bits and a parity has the parity in its eighth bit; read at another baud rate, it is
bytes of all kinds. A driver that says which bytes its instrument sends lets us tell.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from labsvc.capture.port import PortSettings

WINDOW_BYTES: Final = 1024
# Plugging in makes a few strange bytes on any line; settings are judged by more than that.
LEAST_BYTES: Final = 32
NOISY_SHARE: Final = 0.1
CLEAR_SHARE: Final = 0.02
_SEVEN_BITS: Final = bytes(byte & 0x7F for byte in range(256))
_EVEN: Final = bytes(byte for byte in range(256) if byte.bit_count() % 2 == 0)
_ODD: Final = bytes(byte for byte in range(256) if byte.bit_count() % 2 == 1)
_HIGH: Final = bytes(range(128, 256))


class Noise:
    """Listens to one line. ``alphabet`` holds the bytes its instrument sends; None: any byte.

    ``usual`` are the settings its driver knows, in words.
    """

    def __init__(self, alphabet: bytes | None, settings: PortSettings, usual: str) -> None:
        self._alphabet = alphabet
        self._settings = settings
        self._usual = usual
        self._recent = b""

    def hear(self, content: bytes) -> None:
        if self._alphabet is not None:
            self._recent = (self._recent + content[-WINDOW_BYTES:])[-WINDOW_BYTES:]

    def forget(self, whole: bytes) -> None:
        """A whole transmission came: the settings are right, if it is the instrument's text."""
        strange = len(whole.translate(None, self._alphabet)) if self._alphabet else 0
        if strange < NOISY_SHARE * len(whole):
            self._recent = b""

    @property
    def hint(self) -> str | None:
        """One sentence on what the settings should be; None while nothing speaks against them."""
        if self._alphabet is None or len(self._recent) < LEAST_BYTES:
            return None
        strange = len(self._recent.translate(None, self._alphabet))
        if strange < NOISY_SHARE * len(self._recent):
            return None
        return (
            f"{strange} of the last {len(self._recent)} bytes are none that this instrument "
            f"sends: the line settings {self._settings} are wrong; {self._advice()}"
        )

    def _advice(self) -> str:
        parity = self._parity()
        if parity is None:
            return (
                f"its driver knows {self._usual}. Compare baud rate, bits and parity with the "
                "instrument's own setup"
            )
        better = replace(self._settings, bytesize=7, parity=parity)
        return f"without the eighth bit it is the instrument's text, so try: settings: {better}"

    def _parity(self) -> str | None:
        """E, O or M when the eighth bit is the parity of seven; None: it is something else."""
        if self._settings.bytesize != 8 or self._alphabet is None:
            return None
        text = self._recent.translate(_SEVEN_BITS)
        if len(text.translate(None, self._alphabet)) > CLEAR_SHARE * len(text):
            return None
        # Always set comes first: it is neither even nor odd but for a lucky choice of letters.
        for parity, obeying in (("M", _HIGH), ("E", _EVEN), ("O", _ODD)):
            if len(self._recent.translate(None, obeying)) <= CLEAR_SHARE * len(self._recent):
                return parity
        return None
