"""What is said of a serial line before it is opened: port, settings, and where its bytes go."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from labsvc.capture.port import check_url, parse_settings
from labsvc.errors import ConfigError


@dataclass(frozen=True, slots=True)
class LineSettings:
    """A serial port that an instrument writes to.

    ``url`` is any pyserial URL (``/dev/serial/by-id/...``, ``COM3``, ``socket://host:port``);
    ``settings`` is like ``1200 7E1``; ``spool`` is the folder in which each line has its own.
    ``suffix`` ends the names of what the line delivers. ``timezone`` is the IANA zone of the
    instrument's clock. ``alphabet`` holds the bytes the instrument sends (None: any), ``usual`` the
    settings its driver knows. Raises ConfigError when made with a URL, settings or a name that are
    unfit.
    """

    name: str
    url: str
    settings: str
    driver: str | None
    timezone: str
    spool: Path
    suffix: str = ".txt"
    simulated: bool = False
    alphabet: bytes | None = None
    usual: str = "other settings"

    def __post_init__(self) -> None:
        parse_settings(self.settings)
        check_url(self.url)
        if not re.fullmatch(r"\w[\w .-]*", self.name):
            raise ConfigError(
                f"source name '{self.name}' cannot name a folder; "
                f"use letters, digits, spaces, dots, dashes and underscores"
            )
