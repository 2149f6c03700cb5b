"""The layout section of a protocol: which wells hold what.

Wells are written as ``welltext`` reads them. A slot's block is read from its first corner:
``A02-B11`` with ``series: across`` is a series over columns 2 to 11, the highest concentration in
column 2, replicates in rows A and B.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from labsvc.model.plate import FORMATS, PlateFormat, row_and_column, well
from labsvc.model.protocol import Layout, Role, Slot
from labsvc.service.authoring.yamltext import Path
from labsvc.service.protocols.schema import LayoutText, SlotText
from labsvc.service.protocols.welltext import Block, read_block

_ROLES: tuple[Role, ...] = (
    "total", "nonspecific", "vehicle", "background", "blank", "standard", "total_added", "unused",
)  # fmt: skip
Wells = tuple[tuple[str, ...], ...]
Fault = Callable[[Path, str], None]


def read_layout(text: LayoutText, fault: Fault) -> Layout:
    """The layout; every fault is told with its path inside the file."""
    if text.plate is None:
        for key in (*_ROLES, "slots", "orientation"):
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
    return Layout(text.plate, roles, slots, text.orientation)


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
            read = self._block(text, path)
            found += self._claimed(read.wells if read else (), role, path)
        return tuple(found)

    def slot(self, name: str, text: SlotText) -> Slot:
        path: Path = ("layout", "slots", name)
        points = self._slot_points(text, path)
        everything = (position for replicates in points for position in replicates)
        self._claimed(everything, f"slot {name}", path)
        if len({len(replicates) for replicates in points}) > 1:
            self._fault(path, f"slot {name} has points with different numbers of replicates")
        return Slot(name, points, text.role)

    def _slot_points(self, text: SlotText, path: Path) -> Wells:
        if text.points is not None and text.wells is None and text.series is None:
            return self._explicit(text.points, (*path, "points"))
        if text.points is None and text.wells is not None and text.series is not None:
            read = self._block(text.wells, (*path, "wells"))
            return _placed(read, across=text.series == "across") if read else ()
        self._fault(path, "expected 'wells' with 'series', or 'points' alone")
        return ()

    def _explicit(self, points: list[list[str]], path: Path) -> Wells:
        if not points or not all(points):
            self._fault(path, "expected the wells of each concentration, [[A02, B02], ...]")
        return tuple(
            tuple(
                one
                for nth, text in enumerate(replicates)
                if (one := self._single(text, (*path, index, nth)))
            )
            for index, replicates in enumerate(points)
        )

    def _block(self, text: str, path: Path) -> Block | None:
        """The wells that the text names; None: fault told."""
        try:
            return read_block(text, self._plate)
        except ValueError as error:
            self._fault(path, str(error))
            return None

    def _single(self, text: str, path: Path) -> str | None:
        read = self._block(text, path)
        if read is None or len(read.wells) == 1:
            return read.wells[0] if read else None
        self._fault(path, f"found the block {text!r}; expected one well such as A02")
        return None

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


def _placed(read: Block, *, across: bool) -> Wells:
    points = series(read.first, read.last, across=across)
    return tuple(read.on_the_plate(replicates) for replicates in points)


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
