"""The layout section of a protocol: which wells hold what.

Wells are written singly (``A01``) or as the block between two corners (``A01-D01``). A slot's
block is read from its first corner: ``A02-B11`` with ``series: across`` is a series over columns
2 to 11, the highest concentration in column 2, replicates in rows A and B.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from labsvc.model.plate import FORMATS, PlateFormat, block, canonical, row_and_column, well
from labsvc.model.protocol import Layout, Role, Slot
from labsvc.service.protocolschema import LayoutText, SlotText
from labsvc.service.yamltext import Path

_BLOCK = re.compile(r"^([A-Za-z]{1,2}\d+)\s*[-:]\s*([A-Za-z]{1,2}\d+)$")
_ROLES: tuple[Role, ...] = (
    "total", "nonspecific", "vehicle", "background", "blank", "standard", "total_added", "unused",
)  # fmt: skip
Wells = tuple[tuple[str, ...], ...]
Fault = Callable[[Path, str], None]


def read_layout(text: LayoutText, fault: Fault) -> Layout:
    """The layout; every fault is told with its path inside the file."""
    if text.plate is None:
        for key in (*_ROLES, "slots"):
            if getattr(text, key):
                fault(("layout", key), "a layout without a plate has no wells; the run sheet "
                      "lists the positions")  # fmt: skip
        return Layout(size=None)
    reader = _Reader(FORMATS[text.plate], fault)
    roles: dict[str, Role] = {}
    for role in _ROLES:
        for position in reader.role_wells(role, getattr(text, role)):
            roles[position] = role
    slots = tuple(reader.slot(name, slot) for name, slot in text.slots.items())
    return Layout(size=text.plate, roles=roles, slots=slots)


class _Reader:
    """Reads wells of one plate and sees to it that none is given twice."""

    def __init__(self, plate: PlateFormat, fault: Fault) -> None:
        self._plate = plate
        self._fault = fault
        self._taken: dict[str, str] = {}

    def role_wells(self, role: str, texts: Iterable[str]) -> tuple[str, ...]:
        found: list[str] = []
        for index, text in enumerate(texts):
            path: Path = ("layout", role, index)
            first, last = self._corners(text, path) or ("", "")
            found += self._claimed(block(first, last) if first else (), role, path)
        return tuple(found)

    def slot(self, name: str, text: SlotText) -> Slot:
        path: Path = ("layout", "slots", name)
        points = self._slot_points(text, path)
        everything = (position for replicates in points for position in replicates)
        self._claimed(everything, f"slot {name}", path)
        if len({len(replicates) for replicates in points}) > 1:
            self._fault(path, f"slot {name} has points with different numbers of replicates")
        return Slot(name, points)

    def _slot_points(self, text: SlotText, path: Path) -> Wells:
        if text.points is not None and text.wells is None and text.series is None:
            return self._explicit(text.points, (*path, "points"))
        if text.points is None and text.wells is not None and text.series is not None:
            corners = self._corners(text.wells, (*path, "wells"))
            return series(*corners, across=text.series == "across") if corners else ()
        self._fault(path, "expected 'wells' with 'series', or 'points' alone")
        return ()

    def _explicit(self, points: list[list[str]], path: Path) -> Wells:
        if not points or not all(points):
            self._fault(path, "expected the wells of each concentration, [[A02, B02], ...]")
        return tuple(
            tuple(
                corners[0]
                for nth, text in enumerate(replicates)
                if (corners := self._corners(text, (*path, index, nth), single=True))
            )
            for index, replicates in enumerate(points)
        )

    def _corners(self, text: str, path: Path, *, single: bool = False) -> tuple[str, str] | None:
        """The first and last corner of a block; a single well is both. None: fault told."""
        match = _BLOCK.match(text.strip())
        if match and single:
            self._fault(path, f"found the block {text!r}; expected one well such as A02")
            return None
        try:
            corners = (
                (canonical(match[1]), canonical(match[2])) if match else (canonical(text),) * 2
            )
        except ValueError:
            self._fault(path, f"{text!r} is no well or block; write A01 or A01-D01")
            return None
        outside = [corner for corner in corners if not self._plate.holds(corner)]
        if outside:
            self._fault(path, f"{outside[0]} is not on a plate of {self._plate.size} wells")
            return None
        return corners

    def _claimed(self, wells: Iterable[str], what: str, path: Path) -> tuple[str, ...]:
        """The wells, now taken by ``what``; the first that was taken already is a fault."""
        wells = tuple(wells)
        clash = next((position for position in wells if position in self._taken), None)
        if clash is not None:
            self._fault(path, f"{clash} is {what} here and {self._taken[clash]} already")
        elif len(set(wells)) < len(wells):
            self._fault(path, f"a well is named twice in {what}")
        self._taken.update(dict.fromkeys(wells, what))
        return wells


def series(first: str, last: str, *, across: bool) -> Wells:
    """The points of a block from ``first`` to ``last``, each with its replicates.

    ``across``: the series runs along the columns and the rows are replicates; else the reverse.
    """
    (row_a, column_a), (row_b, column_b) = row_and_column(first), row_and_column(last)
    rows, columns = _through(row_a, row_b), _through(column_a, column_b)
    if across:
        return tuple(tuple(well(row, column) for row in rows) for column in columns)
    return tuple(tuple(well(row, column) for column in columns) for row in rows)


def _through(first: int, last: int) -> range:
    return range(first, last + 1) if first <= last else range(first, last - 1, -1)
