"""Reading a file that is somebody else's: never written to, never locked, trusted at rest only.

Paths stay as the operating system spelt them, so that a name that is no UTF-8 can be opened too.
"""

from __future__ import annotations

import os

from labsvc.capture.settle import Stamp


class NotYet(Exception):
    """Another program keeps the file, or its rights or its disk keep us out, for now."""


def stamp(path: str) -> Stamp:
    """Size and time of change as they are now. Raises FileNotFoundError, NotYet."""
    try:
        return stamp_of(os.stat(path))  # noqa: PTH116
    except FileNotFoundError:
        raise
    except OSError as error:
        raise NotYet(f"it cannot be read yet: {error.strerror or error}") from error


def content(path: str, expected: Stamp) -> bytes | None:
    """The whole content; None when the file was not ``expected`` before, while and after reading.

    Raises FileNotFoundError, NotYet.
    """
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            before = stamp_of(os.fstat(file.fileno()))
            # One byte more than expected shows a file that grew without a new time.
            read = file.read(expected.size + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise NotYet(f"it cannot be read yet: {error.strerror or error}") from error
    at_rest = before == expected == stamp(path) and len(read) == expected.size
    return read if at_rest else None


def stamp_of(stat: os.stat_result) -> Stamp:
    """The two figures of ``stat`` that tell whether a file changed."""
    return Stamp(stat.st_size, stat.st_mtime_ns)
