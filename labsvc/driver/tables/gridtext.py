"""The rows of a file of grids, from a run: what stood above each grid where the run keeps it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from string import ascii_uppercase

from labsvc.driver.tables.cells import Row, from_block, matches
from labsvc.driver.tables.figures import Value
from labsvc.driver.tables.grid import ROWS_BY_COLUMNS, Track, numbered
from labsvc.driver.tables.listtext import run_value
from labsvc.driver.tables.measured import Place
from labsvc.driver.tables.places import PRINTED
from labsvc.driver.tables.spec import TableSpec
from labsvc.driver.tables.spelling import Spelling
from labsvc.model.plate import row_and_column, well
from labsvc.model.run import CountRun, Reading

Rows = list[Sequence[Value]]


def grid_table(
    runs: Sequence[CountRun], spec: TableSpec, spelling: Spelling, *, twice: bool
) -> Rows:
    """Above each grid its marker and title, then the numbers, then A, B, ...

    ``twice``: the first row of the first grid stands there twice. ValueError where a run has no
    wells, or a marker cannot be spelled.
    """
    if len(runs) != 1:
        raise ValueError(f"a file of grids holds one run, not {len(runs)}")
    run = runs[0]
    track = Track(spec)
    rows: Rows = []
    for above in _aboves(run, spec, spelling):
        plate, place, title = track.next([Row(n, tuple(c)) for n, c in enumerate(above, 1)])
        body = list(_body(run, above[-1], plate, place, title, spec, spelling))
        if twice and not rows:
            body.insert(0, body[0])
        rows += [*above, *body]
    return rows + list(from_block(run.extras.get("foot", "")))


def _aboves(run: CountRun, spec: TableSpec, spelling: Spelling) -> Iterator[Rows]:
    """The rows above each grid: as they stood, else the least that the spec asks for."""
    if "above 1" in run.extras:
        number = 1
        while (kept := run.extras.get(f"above {number}")) is not None:
            yield list(from_block(kept))
            number += 1
        return
    head: Rows = [
        (names[0], value)
        for field, names in spec.labels.items()
        if field != "plate_id" and (value := run_value(run, field, spelling))
    ]
    wide = _width(run)
    for plate in dict.fromkeys(one.plate or 1 for one in run.readings):
        marker = _marker(plate, spec)
        for title in _titles(spec):
            yield [*head, *marker, *title, ("", *[str(n) for n in range(1, wide + 1)])]
            head, marker = [], []


def _width(run: CountRun) -> int:
    column = max(row_and_column(one.position)[1] for one in run.readings)
    return min(wide for wide in ROWS_BY_COLUMNS if wide >= column)


def _marker(plate: int, spec: TableSpec) -> Rows:
    if spec.plate_marker is None:
        return []
    row = Row(1, (f"Plate {plate}",))
    if not matches(spec.plate_marker, row):
        raise ValueError(f"how the marker of plate {plate} is spelled is not known")
    return [row.cells]


def _titles(spec: TableSpec) -> Iterator[Rows]:
    for channel in spec.channels:
        for names in channel.quantities.values():
            yield [(names[0],)] if spec.titled else []


def _body(
    run: CountRun,
    numbers: Sequence[Value],
    plate: int,
    place: Place | None,
    title: str,
    spec: TableSpec,
    spelling: Spelling,
) -> Iterator[Sequence[Value]]:
    shape = numbered(Row(1, tuple(numbers)))
    if shape is None:
        raise ValueError(f"{numbers} is no row of column numbers")
    first, wide = shape
    readings = {one.position: one for one in run.readings if (one.plate or 1) == plate}
    after = [""] * (len(numbers) - first - wide)
    for row in range(ROWS_BY_COLUMNS[wide]):
        cells = [
            _cell(readings.get(well(row, column)), place, title, spec, spelling)
            for column in range(1, wide + 1)
        ]
        yield [*[""] * (first - 1), ascii_uppercase[row], *cells, *after]


def _cell(
    reading: Reading | None, place: Place | None, title: str, spec: TableSpec, spelling: Spelling
) -> Value:
    if reading is None:
        return spelling.not_counted
    kept = reading.extras.get(title or PRINTED)
    if place is None or kept is not None:
        return kept or ""
    channel = next((c for c in reading.channels if c.name == spec.channels[place[0]].name), None)
    value = None if channel is None else getattr(channel, place[1])
    return spelling.not_counted if value is None else spelling.figure(value)
