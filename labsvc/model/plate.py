"""Plates and positions: one canonical spelling (``B07``; a rack position as printed, ``3``)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_uppercase

_WELL = re.compile(r"^([A-Za-z]{1,2})0*([1-9][0-9]?)$")


@dataclass(frozen=True, slots=True)
class PlateFormat:
    """A plate of ``rows`` x ``columns`` wells."""

    rows: int
    columns: int

    @property
    def size(self) -> int:
        return self.rows * self.columns

    def wells(self) -> Iterator[str]:
        """Every well, along the rows: A01, A02, ..."""
        for row in range(self.rows):
            for column in range(1, self.columns + 1):
                yield well(row, column)

    def holds(self, position: str) -> bool:
        try:
            row, column = row_and_column(position)
        except ValueError:
            return False
        return row < self.rows and column <= self.columns


FORMATS = {
    24: PlateFormat(4, 6),
    48: PlateFormat(6, 8),
    96: PlateFormat(8, 12),
    384: PlateFormat(16, 24),
}


@lru_cache(maxsize=4096)  # a report of a million wells then keeps each name once
def well(row: int, column: int) -> str:
    """The well in ``row`` (0-based) and ``column`` (1-based): ``well(1, 7) == "B07"``."""
    return f"{ascii_uppercase[row]}{column:02d}"


@lru_cache(maxsize=4096)  # asked a dozen times for each reading
def row_and_column(position: str) -> tuple[int, int]:
    """Row (0-based) and column (1-based) of a well; ValueError when it is no well."""
    match = _WELL.match(position.strip())
    if match is None or len(match[1]) != 1:
        raise ValueError(f"{position!r} is not a well such as A01 or H12")
    return ascii_uppercase.index(match[1].upper()), int(match[2])


@lru_cache(maxsize=4096)
def canonical(position: str) -> str:
    """The one spelling of a well: ``b7`` and ``B07`` become ``B07``; ValueError otherwise."""
    return well(*row_and_column(position))


def block(first: str, last: str) -> tuple[str, ...]:
    """The wells of the rectangle from ``first`` to ``last``, along the rows."""
    (row_a, column_a), (row_b, column_b) = row_and_column(first), row_and_column(last)
    return tuple(
        well(row, column)
        for row in range(min(row_a, row_b), max(row_a, row_b) + 1)
        for column in range(min(column_a, column_b), max(column_a, column_b) + 1)
    )
