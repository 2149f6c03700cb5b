"""Whether the device that a port was opened at is still the one that has its name.

A port that was pulled out does not always say so: reads may go on bringing nothing. So in
silence the name is looked up again: it must be there, and be the same device.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from serial.tools import list_ports

LOOK_SECONDS: Final = 5.0
Identity = tuple[int, int, int]


class Presence:
    """The device behind ``url``, opened as ``name`` (the same, but for ``hwgrep://``).

    Ports over the network and made-up ports are always there.
    """

    def __init__(self, url: str, name: object, monotonic: Callable[[], float]) -> None:
        self._url = url
        self._name = name if isinstance(name, str) else url
        self._monotonic = monotonic
        self._looked = monotonic()
        self._opened = _identity(self._path)
        # Not every driver's ports are in the system's list: only one that was can leave it.
        self._listed = sys.platform == "win32" and self._name.upper() in _listed()

    @property
    def _path(self) -> str | None:
        """The file that stands for the device; the URL when it is one: a link may move."""
        if self._url.startswith("/"):
            return self._url
        return self._name if self._name.startswith("/") else None

    def lost(self) -> str | None:
        """Why the device is not there any more; None when it is, or when nobody can know.

        Looked up every LOOK_SECONDS at most.
        """
        if self._monotonic() - self._looked < LOOK_SECONDS:
            return None
        self._looked = self._monotonic()
        if self._opened is not None:
            now = _identity(self._path)
            if now is None:
                return f"{self._path} is gone"
            if now != self._opened:
                return f"{self._path} is another device by now"
        if self._listed and self._name.upper() not in _listed():
            return f"{self._name} is gone"
        return None


def _identity(path: str | None) -> Identity | None:
    if path is None:
        return None
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_rdev


def _listed() -> set[str]:
    return {one.device.upper() for one in list_ports.comports()}
