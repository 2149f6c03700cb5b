"""Long rows of values kept small: they lie packed, block by block, and are opened to be read.

A report of 100 MB holds millions of readings. As objects each takes 500 bytes and more, packed
some twenty. A report of ordinary size is never packed: its values are a plain tuple.
"""

from __future__ import annotations

import pickle
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Generic, TypeVar, overload

from labsvc.model.run import CountRun, Record

T = TypeVar("T")
K = TypeVar("K")

BLOCK = 4096
"""So many values, or readings of runs, are opened at once: a few MB."""
_FASTEST = 1


class Packed(Sequence[T]):
    """Values in their order. Reads like a tuple of them, and equals one; each read opens a block.

    What is read twice may be two objects, equal to each other.
    """

    __slots__ = ("_blocks", "_ends", "_opened", "_rest")

    def __init__(self, blocks: Sequence[bytes], ends: Sequence[int], rest: tuple[T, ...]) -> None:
        """``ends`` has for each block how many values lie in it and those before it."""
        self._blocks = tuple(blocks)
        self._ends = tuple(ends)
        self._rest = rest
        self._opened: tuple[int, tuple[T, ...]] = (len(self._blocks), rest)

    @property
    def unpacked(self) -> int:
        """How many values at the end are not packed."""
        return len(self._rest)

    def __len__(self) -> int:
        return (self._ends[-1] if self._ends else 0) + len(self._rest)

    def __iter__(self) -> Iterator[T]:
        for block in self._blocks:
            yield from _open(block)
        yield from self._rest

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[T, ...]: ...
    def __getitem__(self, index: int | slice) -> T | tuple[T, ...]:
        if isinstance(index, slice):
            return tuple(self[at] for at in range(*index.indices(len(self))))
        at = index + len(self) if index < 0 else index
        if not 0 <= at < len(self):
            raise IndexError(f"there is no value {index} among {len(self)}")
        number = bisect_right(self._ends, at)
        return self._block(number)[at - (self._ends[number - 1] if number else 0)]

    def _block(self, number: int) -> tuple[T, ...]:
        """A block, or what is not packed; the last one asked for stays open."""
        opened = self._opened
        if opened[0] != number:
            packed = number < len(self._blocks)
            opened = self._opened = (number, _open(self._blocks[number]) if packed else self._rest)
        return opened[1]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Packed | tuple):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return Packed, (self._blocks, self._ends, self._rest)

    def __repr__(self) -> str:
        return f"<{len(self)} values, packed>"


class Packing(Generic[T]):
    """Values that come one by one: those of long ago lie packed already."""

    __slots__ = ("_blocks", "_ends", "_loose", "_weight")

    def __init__(self) -> None:
        self._blocks: list[bytes] = []
        self._ends: list[int] = []
        self._loose: list[T] = []
        self._weight = 0

    def __len__(self) -> int:
        return (self._ends[-1] if self._ends else 0) + len(self._loose)

    def append(self, value: T, weight: int = 1) -> None:
        """``weight`` is that of so many readings."""
        self._loose.append(value)
        self._weight += weight
        if self._weight >= BLOCK:
            self.pack()

    def extend(self, values: Iterable[T]) -> None:
        """Values of weight 1; a block of them at a time."""
        taken = iter(values)
        while more := list(islice(taken, BLOCK - len(self._loose))):
            self._loose += more
            self._weight += len(more)
            if len(self._loose) >= BLOCK:
                self.pack()

    def pack(self) -> None:
        """Pack what is not packed yet."""
        if self._loose:
            self._ends.append(len(self))
            written = pickle.dumps(tuple(self._loose), pickle.HIGHEST_PROTOCOL)
            self._blocks.append(zlib.compress(written, _FASTEST))
            self._loose, self._weight = [], 0

    def values(self) -> Sequence[T]:
        """All of them: a tuple, where none had to be packed."""
        rest = tuple(self._loose)
        return Packed(self._blocks, self._ends, rest) if self._blocks else rest


class Packings(Generic[K, T]):
    """Values by group, in whatever order the groups come: of all together few are not packed."""

    def __init__(self) -> None:
        self._groups: dict[K, Packing[T]] = {}
        self._loose: set[K] = set()
        self._since = 0

    def append(self, group: K, value: T) -> int:
        """How many values the group now has."""
        packing = self._groups.get(group)
        if packing is None:
            packing = self._groups[group] = Packing()
        packing.append(value)
        self._loose.add(group)
        self._since += 1
        if self._since >= 2 * BLOCK:
            self._pack()
        return len(packing)

    def _pack(self) -> None:
        for group in self._loose:
            self._groups[group].pack()
        self._loose.clear()
        self._since = 0

    def items(self) -> Iterator[tuple[K, Sequence[T]]]:
        """Each group, by its first value, with all its values."""
        return ((group, packing.values()) for group, packing in self._groups.items())


def packed(values: Iterable[T]) -> Sequence[T]:
    """The values, taken one by one: a tuple of them, or packed where they are BLOCK or more."""
    packing = Packing[T]()
    packing.extend(values)
    return packing.values()


def packed_records(records: Iterable[Record]) -> Sequence[Record]:
    """The same for records, of which one may have a whole block of readings."""
    packing = Packing[Record]()
    for record in records:
        packing.append(record, _weight(record))
    return packing.values()


def _weight(record: Record) -> int:
    """How many values of it are not packed."""
    if not isinstance(record, CountRun):
        return 1
    readings = record.readings
    return 1 + (readings.unpacked if isinstance(readings, Packed) else len(readings))


def _open(block: bytes) -> tuple[Any, ...]:
    values: tuple[Any, ...] = pickle.loads(zlib.decompress(block))  # noqa: S301 - packed above
    return values
