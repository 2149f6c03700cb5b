"""What the commands share: options, JSON on standard output, captures from files."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labsvc.capture.listing import plain
from labsvc.errors import CaptureError, ConfigError
from labsvc.model.capture import Capture
from labsvc.model.locale import UNTOLD, Locale
from labsvc.notify.words import body
from labsvc.service.home import Home, find_home, open_home
from labsvc.service.watching.sources import MAX_BYTES

if TYPE_CHECKING:
    from rich.console import Console

MOST_ROWS = 1_000_000
"""So many are listed at the most: beyond some number a database does not count."""


def console() -> Console:
    """Tables on standard output; wide where no terminal says how wide it is."""
    # Only here: labsvc run lives for months and draws no table.
    from labsvc.cli.plainconsole import PlainConsole  # noqa: PLC0415

    return PlainConsole(width=None if sys.stdout.isatty() else 132)


def print_json(document: Any) -> None:
    """The one JSON document of a ``--json`` command."""
    json.dump(document, sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")


def print_lines(lines: Iterable[str]) -> None:
    """Text from outside may hold marks that a terminal obeys: they are blanks here."""
    print(body("\n".join(lines)))


def text_of(path: Path) -> bytes:
    """The bytes of a protocol or run sheet; ConfigError when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", file=str(path)) from error


@contextmanager
def opened(home: Path | None) -> Iterator[Home]:
    """The home meant, closed afterwards."""
    found = open_home(find_home(home))
    try:
        yield found
    finally:
        found.close()


def capture_of(path: Path, *, source: str = "command line", driver: str | None = None,
               timezone: str = "UTC", locale: Locale = UNTOLD) -> Capture:  # fmt: skip
    """The file's bytes as a capture; CaptureError when it cannot be read or is too large."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise CaptureError(
                f"{path}: the file has {size / 2**20:.0f} MB; at most {MAX_BYTES // 2**20} MB "
                "are read. A counter's report is far smaller: check what it is"
            )
        with path.open("rb") as file:
            # A device says 0 and never ends.
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise CaptureError(f"{path}: cannot be read ({error.strerror})") from error
    if len(content) > MAX_BYTES:
        raise CaptureError(f"{path}: it does not end within {MAX_BYTES // 2**20} MB")
    return Capture(
        name=plain(path.name),
        source=source,
        received_at=datetime.now(UTC),
        content=content,
        driver=driver,
        timezone=timezone,
        locale=locale,
    )
