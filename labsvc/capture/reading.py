"""Reading a file that is somebody else's: never written to, never locked, trusted at rest only.

Paths stay as the operating system spelt them, so that a name that is no UTF-8 can be opened too.
"""

from __future__ import annotations

import errno
import os
from typing import BinaryIO

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
        with opened(path) as file:
            before = stamp_of(os.fstat(file.fileno()))
            # One byte more than expected shows a file that grew without a new time.
            read = file.read(expected.size + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise NotYet(f"it cannot be read yet: {error.strerror or error}") from error
    at_rest = before == expected == stamp(path) and len(read) == expected.size
    return read if at_rest else None


def opened(path: str) -> BinaryIO:
    """The file itself, for reading. OSError for a link.

    Whoever may write into the folder could name any file of this machine by a link, and have what
    stands in it archived and mailed. A pipe that took the file's place is not waited for.
    """
    try:
        return open(path, "rb", opener=_itself)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise OSError(errno.ELOOP, "it is a link, and links are not followed", path) from error
        raise


def _itself(path: str, flags: int) -> int:
    no_link = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    return os.open(path, flags | no_link)


def stamp_of(stat: os.stat_result) -> Stamp:
    """The two figures of ``stat`` that tell whether a file changed."""
    return Stamp(stat.st_size, stat.st_mtime_ns)
