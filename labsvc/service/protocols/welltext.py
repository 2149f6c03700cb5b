"""Wells of a plate as people write them.

``A01``, the block ``A01-D01``, ``row A``, ``rows A-B``, ``column 1``, ``columns 1-2``; each may
stand in a quadrant: ``Q2 A01-D01`` is a block of the quarter plate that was stamped into every
second well of every second row. Q1 begins at A01, Q2 at A02, Q3 at B01, Q4 at B02.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from string import ascii_uppercase

from labsvc.model.plate import PlateFormat, block, canonical, row_and_column, well

_QUADRANT = re.compile(r"^Q([1-4])\s+(.+)$", re.IGNORECASE)
_BLOCK = re.compile(r"^([A-Za-z]{1,2}\d+)\s*[-:]\s*([A-Za-z]{1,2}\d+)$")
_ROWS = re.compile(r"^rows?\s+([A-Za-z])(?:\s*-\s*([A-Za-z]))?$", re.IGNORECASE)
_COLUMNS = re.compile(r"^columns?\s+(\d{1,2})(?:\s*-\s*(\d{1,2}))?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Block:
    """A rectangle between two corners; of a quarter plate, where ``quadrant`` is 1 to 4."""

    first: str
    last: str
    quadrant: int | None = None

    @property
    def wells(self) -> tuple[str, ...]:
        """The wells of the plate, along the rows."""
        return self.on_the_plate(block(self.first, self.last))

    def on_the_plate(self, wells: Iterable[str]) -> tuple[str, ...]:
        """Where wells of the rectangle are on the whole plate."""
        if self.quadrant is None:
            return tuple(wells)
        return tuple(_stamped(one, self.quadrant) for one in wells)


def read_block(text: str, plate: PlateFormat) -> Block:
    """The wells in ``text``; ValueError, with a sentence, for what is none on such a plate."""
    match = _QUADRANT.match(text.strip())
    if match is None:
        return Block(*_corners(text.strip(), plate))
    quarter = PlateFormat(plate.rows // 2, plate.columns // 2)
    return Block(*_corners(match[2], quarter), quadrant=int(match[1]))


def _stamped(position: str, quadrant: int) -> str:
    row, column = row_and_column(position)
    down, across = divmod(quadrant - 1, 2)
    return well(2 * row + down, 2 * column - 1 + across)


def _corners(text: str, plate: PlateFormat) -> tuple[str, str]:
    corners = _lines(text, plate) or _written(text)
    outside = [corner for corner in corners if not plate.holds(corner)]
    if outside:
        what = f"a plate of {plate.size} wells"
        raise ValueError(f"{outside[0]} is not on {what}")
    return corners


def _lines(text: str, plate: PlateFormat) -> tuple[str, str] | None:
    """Whole rows or columns."""
    if (match := _ROWS.match(text)) is not None:
        first, last = match[1].upper(), (match[2] or match[1]).upper()
        return f"{first}01", f"{last}{plate.columns:02d}"
    if (match := _COLUMNS.match(text)) is not None:
        first, last = int(match[1]), int(match[2] or match[1])
        return f"A{first:02d}", f"{ascii_uppercase[plate.rows - 1]}{last:02d}"
    return None


def _written(text: str) -> tuple[str, str]:
    match = _BLOCK.match(text)
    try:
        return (canonical(match[1]), canonical(match[2])) if match else (canonical(text),) * 2
    except ValueError as error:
        raise ValueError(
            f"{text!r} is no well or block; write A01 or A01-D01, row A, columns 1-2, or with its "
            "quadrant Q2 A01-D01"
        ) from error
