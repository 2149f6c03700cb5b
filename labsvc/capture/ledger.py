"""What was taken from a folder before, small enough for a hundred thousand old files.

The database has every path and digest; here are 24 bytes for each file: enough to tell of a
listing what is new or changed, and nothing else.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left

from labsvc.capture.listing import plain
from labsvc.capture.settle import Stamp

_BITS = (1 << 64) - 1


class Ledger:
    """The stamps of the files that were taken, by path.

    A path is known by its hash of 64 bits. Should two ever share one, each is looked at anew
    whenever the other was noted: none is overlooked, as sizes and times are kept as they are.
    """

    def __init__(self) -> None:
        self._keys = array("Q")
        self._sizes = array("q")
        self._times = array("q")

    def __len__(self) -> int:
        return len(self._keys)

    def note(self, path: str, stamp: Stamp) -> None:
        """``path`` was taken as it is in ``stamp``."""
        key = _key(path)
        at = bisect_left(self._keys, key)
        if at < len(self._keys) and self._keys[at] == key:
            self._sizes[at], self._times[at] = stamp.size, stamp.modified_ns
            return
        self._keys.insert(at, key)
        self._sizes.insert(at, stamp.size)
        self._times.insert(at, stamp.modified_ns)

    def drop(self, path: str) -> None:
        """Know nothing of ``path`` any more."""
        at = self._place(path)
        if at is not None:
            del self._keys[at], self._sizes[at], self._times[at]

    def knows(self, path: str) -> bool:
        """Whether a file of this path was taken, whatever it was like."""
        return self._place(path) is not None

    def same(self, path: str, size: int, modified_ns: int) -> bool:
        """Whether ``path`` was taken as it is now."""
        at = self._place(path)
        return at is not None and self._times[at] == modified_ns and self._sizes[at] == size

    def _place(self, path: str) -> int | None:
        key = _key(path)
        at = bisect_left(self._keys, key)
        return at if at < len(self._keys) and self._keys[at] == key else None


def _key(path: str) -> int:
    return hash(plain(path)) & _BITS
