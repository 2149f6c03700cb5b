"""The rows of a list, from runs: the printed head and columns where the runs keep them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from labsvc.driver.tables.cells import Row, from_block, matches
from labsvc.driver.tables.figures import Value
from labsvc.driver.tables.listing import Header, find_header, first_plate
from labsvc.driver.tables.spec import TableSpec
from labsvc.driver.tables.spelling import Spelling
from labsvc.model.run import Channel, CountRun, Reading, State

Cells = list[Value]


def list_table(
    runs: Sequence[CountRun], spec: TableSpec, spelling: Spelling, *, twice: bool
) -> list[Sequence[Value]]:
    """Head, column names, a row for each reading, what was skipped, and the end.

    ``twice``: the first reading stands there twice. ValueError where the columns cannot be named.
    """
    kept = runs[0].extras
    names = from_block(kept["header"])[0] if "header" in kept else tuple(_names(spec))
    header = find_header([Row(1, names)], spec)
    if header is None:
        raise ValueError(f"the columns {names} are not those of {spec.name}")
    head = from_block(kept["head"]) if "head" in kept else list(_head(runs[0], spec, spelling))
    readings = list(_readings(runs, header, spec, spelling, head))
    if twice:
        readings.insert(0, readings[0])
    foot = [*from_block(kept.get("skipped", "")), *from_block(kept.get("foot", ""))]
    return [*head, names, *readings, *foot]


def _names(spec: TableSpec) -> Iterator[str]:
    given = [names[0] for names in spec.columns.values()]
    given += [names[0] for one in spec.channels for names in one.quantities.values()]
    yield from dict.fromkeys([*given, *spec.header])


def _head(run: CountRun, spec: TableSpec, spelling: Spelling) -> Iterator[Sequence[Value]]:
    for field, names in spec.labels.items():
        if value := run_value(run, field, spelling):
            yield (names[0], value)


def run_value(run: CountRun, field: str, spelling: Spelling) -> Value:
    """What a label of the head says of the run; empty when the run does not."""
    texts: Mapping[str, str | None] = {
        "program_number": run.program.number,
        "program_name": run.program.name,
        "run_id": run.extras.get("run_id"),
        "serial_number": run.instrument.serial_number,
        "software": run.instrument.software,
        "plate_id": next((one.plate_id for one in run.readings if one.plate_id), None),
    }
    if field == "counted_at" and run.counted_at is not None:
        return spelling.time(run.counted_at)
    return texts.get(field) or ""


def _readings(
    runs: Sequence[CountRun],
    header: Header,
    spec: TableSpec,
    spelling: Spelling,
    head: Sequence[Sequence[Value]],
) -> Iterator[Sequence[Value]]:
    plate = first_plate([Row(n, tuple(cells)) for n, cells in enumerate(head, 1)], spec)[0]
    for run in runs:
        for reading in run.readings:
            if spec.plate_marker and reading.plate not in (None, plate):
                plate = reading.plate
                yield _marker(run, plate, spec)
            yield _row(run, reading, header, spec, spelling)


def _marker(run: CountRun, plate: int | None, spec: TableSpec) -> Sequence[Value]:
    if (kept := run.extras.get(f"plate {plate}")) is not None:
        return from_block(kept)[0]
    row = Row(1, (f"Plate {plate}",))
    if not matches(spec.plate_marker, row):
        raise ValueError(f"how the marker of plate {plate} is spelled is not known")
    return row.cells


def _row(
    run: CountRun, reading: Reading, header: Header, spec: TableSpec, spelling: Spelling
) -> Cells:
    cells: Cells = [""] * len(header.names)
    for field, column in header.fields.items():
        cells[column] = _field(run, reading, field, spec, spelling)
    if "clock" in header.fields and reading.counted_at is not None:
        _split(cells, header, spelling)
    channels = {one.name: one for one in reading.channels}
    for (number, quantity), column in header.places.items():
        channel = channels.get(spec.channels[number].name)
        cells[column] = _figure(channel, quantity, reading.state, spec, spelling)
    for column, name in enumerate(header.names):
        if name in reading.extras:
            cells[column] = reading.extras[name]
    return cells


def _split(cells: Cells, header: Header, spelling: Spelling) -> None:
    """Date and clock time, where they have a column each."""
    day, _, clock = str(cells[header.fields["counted_at"]]).partition(" ")
    cells[header.fields["counted_at"]], cells[header.fields["clock"]] = day, clock


def _field(
    run: CountRun, reading: Reading, field: str, spec: TableSpec, spelling: Spelling
) -> Value:
    match field:
        case "live_time":
            seconds = reading.live_time_s
            return "" if seconds is None else spelling.time_span(seconds)
        case "quench":
            return "" if reading.quench is None else spelling.figure(reading.quench.value)
        case "counted_at":
            return "" if reading.counted_at is None else spelling.time(reading.counted_at)
        case "position" | "rack" | "sample" | "plate" | "plate_id" | "cycle" | "repeat":
            value = getattr(reading, field)
            return "" if value is None else str(value)
    return run_value(run, field, spelling)


def _figure(
    channel: Channel | None, quantity: str, state: State, spec: TableSpec, spelling: Spelling
) -> Value:
    value = None if channel is None else getattr(channel, quantity)
    if value is not None:
        return spelling.figure(value)
    if state is State.OVERFLOW and spec.overflow:
        return spec.overflow[0]
    return spelling.not_counted
