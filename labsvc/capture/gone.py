"""Files that were taken long ago and have left the folder: nobody need know them any more.

Only rows of the ledger go. Should such a file come back, its bytes are known by their digest, and
it is the same capture.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from labsvc.model.filing import SeenFile

FORGOTTEN_AFTER: Final = timedelta(days=30)
"""A file that was changed later may be away for a while only."""
FIRST_SECONDS: Final = 3600.0
REPEATED_SECONDS: Final = 86400.0
_TOGETHER: Final = 500
_ESCAPE: Final = "\\x"
"""What stands for bytes that are no text: such a path does not lead to its file."""
_NOTHING_THERE: Final = (None, 2, 3)
"""No such file, no such folder (winerror.h; elsewhere there is no such number). For Python a share
that is away is the same error, by other numbers."""


def gone(taken: Iterable[SeenFile], oldest: datetime) -> Iterator[list[str]]:
    """The paths, some at a time, of those last changed before ``oldest`` that are there no more."""
    limit = int((oldest - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * 1_000_000_000
    found: list[str] = []
    for one in taken:
        if one.modified_ns < limit and _left(one.path):
            found.append(one.path)
        if len(found) == _TOGETHER:
            yield found
            found = []
    if found:
        yield found


def _left(path: str) -> bool:
    """Whether nothing is there. A share that fails says nothing."""
    if os.sep == "/" and _ESCAPE in path:
        return False
    try:
        os.lstat(path)
    except FileNotFoundError as error:
        return getattr(error, "winerror", None) in _NOTHING_THERE
    except OSError:
        return False
    return False
