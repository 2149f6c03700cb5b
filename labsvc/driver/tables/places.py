"""From grids to readings: the wells of each plate, with a figure out of each of its grids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from labsvc.driver.tables.figures import Value, spelled
from labsvc.driver.tables.grid import Grid
from labsvc.driver.tables.labels import labelled
from labsvc.driver.tables.measured import Place, measured
from labsvc.driver.tables.spec import TableSpec
from labsvc.errors import ParseError
from labsvc.model.plate import well
from labsvc.model.run import Reading

PRINTED = "printed"
"""The extra that keeps what an untitled grid has in place of a figure."""


def grid_readings(grids: Sequence[Grid], spec: TableSpec) -> Iterator[Reading]:
    """Every well of every plate, along the rows; ParseError where grids of a plate differ."""
    order = 0
    of_plate: dict[int, list[int]] = {}
    for at, one in enumerate(grids):
        of_plate.setdefault(one.plate, []).append(at)
    for places in of_plate.values():
        own = [grids[at] for at in places]
        _check(own)
        plate_id = _plate_id(own, spec)
        for row in range(len(own[0].rows)):
            for column in range(len(own[0].rows[0])):
                order += 1
                yield _reading(own, spec, (row, column), order, plate_id)


def _check(grids: Sequence[Grid]) -> None:
    first = grids[0]
    titles: set[str] = set()
    for one in grids:
        shape = (len(one.rows), len(one.rows[0]))
        if shape != (len(first.rows), len(first.rows[0])) or one.title in titles:
            raise ParseError(
                f"plate {one.plate} has the grid {one.title!r} twice, or in two sizes; is a marker "
                "between its plates not told (plate_marker)?",
                line=one.above[-1].line,
            )
        titles.add(one.title)


def _plate_id(grids: Sequence[Grid], spec: TableSpec) -> str | None:
    labels = {"plate_id": spec.labels.get("plate_id", ())}
    found = labelled([row for one in grids for row in one.above], labels)
    return spelled(found["plate_id"]) if "plate_id" in found else None


def _reading(
    grids: Sequence[Grid],
    spec: TableSpec,
    at: tuple[int, int],
    order: int,
    plate_id: str | None,
) -> Reading:
    row, column = at
    cells: dict[Place, tuple[str, Value]] = {}
    unread: dict[str, str] = {}
    for one in grids:
        value = one.rows[row][column]
        if one.place is not None:
            cells[one.place] = (one.title or PRINTED, value)
        elif spelled(value):
            unread[one.title] = spelled(value)
    found = measured(cells, spec, grids[0].lines[row])
    return Reading(
        position=well(row, column + 1),
        order=order,
        channels=found.channels,
        plate=grids[0].plate,
        plate_id=plate_id,
        state=found.state,
        extras={**unread, **found.marks},
    )
