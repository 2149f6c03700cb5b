"""Which places were met already: exact, and small where they are numbered one after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from hashlib import blake2b

_BITS = 64
_LONGEST_NUMBER = 9


class Places:
    """Places (a vial's number, a well) within groups, such as a cycle of a rack.

    Sixty-four vials of a rack take one entry, where a set would hold a tuple for each.
    """

    def __init__(self) -> None:
        self._met: dict[tuple[Hashable, int], int] = {}
        self._named: dict[str, int] = {}

    def met(self, group: Hashable, place: str) -> bool:
        """Whether this place of the group was asked for before. ``"1"`` and ``"01"`` are two."""
        word, bit = divmod(self._number(place), _BITS)
        key, mask = (group, word), 1 << bit
        met = self._met.get(key, 0)
        if met & mask:
            return True
        self._met[key] = met | mask
        return False

    def _number(self, place: str) -> int:
        """A number as itself, any other text by its turn, below 0."""
        if len(place) <= _LONGEST_NUMBER and place.isascii() and place.isdigit():
            number = int(place)
            if str(number) == place:
                return number
        return -1 - self._named.setdefault(place, len(self._named))


class Visits:
    """How often each place was met, and that never twice at one time."""

    def __init__(self) -> None:
        self._places = Places()
        self._again: Counter[tuple[Hashable, str]] = Counter()
        self._times: set[bytes] = set()

    def count(self, group: Hashable, place: str, when: str) -> int:
        """Which visit of the place this is, from 1; 0 where one at that time was there before."""
        # A digest of 16 bytes stands for place and time: their texts are five times as large.
        said = repr((group, place, when)).encode("utf-8", "surrogatepass")
        known = len(self._times)
        self._times.add(blake2b(said, digest_size=16).digest())
        if len(self._times) == known:
            return 0
        if self._places.met(group, place):
            self._again[group, place] += 1
        return self._again[group, place] + 1 if (group, place) in self._again else 1
