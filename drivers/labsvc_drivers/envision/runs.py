"""From an export to the run: one for the file, its plates numbered as printed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from labsvc.driver import (
    FORMATS,
    Channel,
    CountRun,
    DateOrder,
    Instrument,
    ParseError,
    Places,
    PlateFormat,
    Program,
    Reading,
    State,
    canonical,
    number,
    packed,
    whole,
)
from labsvc_drivers.envision.dates import moments
from labsvc_drivers.envision.grid import (
    BARCODE,
    CALCULATED,
    EXPORTED,
    MEASURED,
    NUMBER,
    REPEAT,
    RESULTS,
    Block,
    Export,
    Grid,
    assay_entries,
)
from labsvc_drivers.envision.listing import LIST_HEAD, Listing, Row

_UNIT = re.compile(r"^(?P<name>.*\S|)\s*+\((?P<unit>[^()]*)\)$")
CPS = "CPS"
_UNCLEAR = (
    "the dates could be day/month or month/day (such as {!r}): no date is taken; write locale: "
    "{{dates: day_first}} or {{dates: month_first}} into its source"
)
_NO_DATE = "a list prints no date and no bar code: a run sheet has to say them"


@dataclass(slots=True)
class _Plate:
    """What all blocks of one plate and repeat say of its wells, each in the order of ``shape``.

    ``blocks`` are their places in the export: they are read when it is this plate's turn.
    """

    number: int
    repeat: int
    barcode: str | None
    measured: str
    shape: PlateFormat
    blocks: list[int] = field(default_factory=list)
    channels: dict[str, list[Channel | None]] = field(default_factory=dict)
    calculated: dict[str, tuple[str, ...]] = field(default_factory=dict)


def run_of_grids(export: Export, told: DateOrder | None = None) -> CountRun:
    """The plates of a grid export; ParseError where blocks contradict one another."""
    entries = assay_entries(export.assay)
    printed = [(block.line + 2, block.cells[MEASURED]) for block in export.blocks]
    when = moments(printed, told)
    readings = packed(_wells(export, when))
    unclear = next((text for text, at in when.items() if at is None), None)
    serial = entries.get("Serial#") or entries.get("Serial number")
    version = next(o for o in reversed(export.assay.split("\n")) if o.startswith(EXPORTED))
    first = printed[0][1]
    return CountRun(
        run_key=f"envision {serial or '-'} assay {entries.get('Assay ID', '-')} {first}",
        instrument=Instrument(
            "PerkinElmer", "EnVision", serial, version.removeprefix("Exported with ").strip()
        ),
        readings=readings,
        program=Program(entries.get("Protocol ID"), entries.get("Protocol Name")),
        counted_at=when[first],
        counted_at_text=first,
        warnings=() if unclear is None else (_UNCLEAR.format(unclear),),
        extras={f"block {n}": _verbatim(block) for n, block in enumerate(export.blocks, 1)}
        | {"assay information": export.assay},
    )


def _verbatim(block: Block) -> str:
    """The lines above the grids, and the titles of the grids."""
    return "\n".join([block.head, "", *(grid.title for grid in block.grids)])


def _wells(export: Export, when: Mapping[str, datetime | None]) -> Iterator[Reading]:
    """Plate by plate: the figures of one are let go before the next are read."""
    order = 0
    for plate in _plates(export):
        for grid in (grid for at in plate.blocks for grid in export.blocks[at].grids):
            _add(plate, grid)
        if not plate.channels:
            raise ParseError(f"plate {plate.number} has no '{RESULTS}...': calculated results only")
        measured = when[plate.measured]
        for index, position in enumerate(plate.shape.wells()):
            order += 1
            yield _reading(plate, index, position, order, measured)
        plate.channels, plate.calculated = {}, {}


def _plates(export: Export) -> Sequence[_Plate]:
    """Each with its blocks, in the order of their first ones."""
    found: dict[tuple[int, int], _Plate] = {}
    for at, block in enumerate(export.blocks):
        plate = _plate(block)
        known = found.setdefault((plate.number, plate.repeat), plate)
        same = ("barcode", "measured", "shape")
        if any(getattr(known, name) != getattr(plate, name) for name in same):
            raise ParseError(
                f"two blocks of plate {plate.number} repeat {plate.repeat} differ in bar code, "
                "date or size; repeated and kinetic measurements of one plate are not known",
                line=block.line,
            )
        known.blocks.append(at)
    return tuple(found.values())


def _plate(block: Block) -> _Plate:
    line, cells = block.line + 2, block.cells
    return _Plate(
        number=whole(cells[NUMBER], line=line, what=NUMBER),
        repeat=whole(cells[REPEAT], line=line, what=REPEAT),
        barcode=cells[BARCODE] or None,
        measured=cells[MEASURED],
        shape=block.grids[0].shape,
    )


def _add(plate: _Plate, grid: Grid) -> None:
    """A grid of results as a channel, one of calculated results as text."""
    if grid.shape != plate.shape:
        raise ParseError(f"{grid.title!r} is of another size than its plate", line=grid.line)
    if grid.title in plate.calculated or _name(grid) in plate.channels:
        raise ParseError(
            f"{grid.title!r} stands twice for plate {plate.number}; kinetic and repeated "
            "measurements of one plate are not known",
            line=grid.line,
        )
    if grid.title.startswith(CALCULATED):
        plate.calculated[grid.title] = grid.cells
        return
    name = _name_of(grid.title.removeprefix(RESULTS), grid.line)
    plate.channels[name] = [
        _channel(name, cell, grid.line_of(index), f"plate {plate.number} {well}") if cell else None
        for index, (well, cell) in enumerate(zip(grid.shape.wells(), grid.cells, strict=True))
    ]


def _name(grid: Grid) -> str:
    match = _UNIT.match(grid.title.removeprefix(RESULTS))
    return match["name"] if match else grid.title


def _name_of(title: str, line: int) -> str:
    """What stands before ``(CPS)``: the only unit of counted plates that is known."""
    match = _UNIT.match(title)
    if match is None or match["unit"] != CPS:
        raise ParseError(
            f"found the results {title!r}; expected {CPS} in brackets behind the name: this "
            "driver reads plates counted for light from a scintillant, in counts per second",
            line=line,
        )
    return match["name"]


def _channel(name: str, cell: str, line: int, where: str) -> Channel:
    """Counts per second as counts per minute; what is taken off is not printed."""
    return Channel(name, cpm=round(number(cell, line=line, what=where) * 60, 9))


def _reading(
    plate: _Plate, index: int, position: str, order: int, when: datetime | None
) -> Reading:
    found = [one for cells in plate.channels.values() if (one := cells[index]) is not None]
    if 0 < len(found) < len(plate.channels):
        raise ParseError(
            f"plate {plate.number} {position} is blank in some of its results and counted in others"
        )
    kept = {title: cells[index] for title, cells in plate.calculated.items() if cells[index]}
    return Reading(
        position,
        order,
        channels=tuple(found),
        plate=plate.number,
        plate_id=plate.barcode,
        repeat=plate.repeat,
        counted_at=when if found else None,
        state=State.COUNTED if found else State.NOT_COUNTED,
        extras=kept,
    )


def run_of_list(listing: Listing) -> CountRun:
    """The wells of a list; ParseError where one stands twice or a cell is no figure."""
    rates = dict(_value_columns(listing))
    readings = packed(_once(listing.rows, rates))
    digest = hashlib.sha256(listing.identity.encode()).hexdigest()[:16]
    above = {f"line above the header {n}": line for n, line in enumerate(listing.above, 1)}
    return CountRun(
        run_key=f"envision list {digest}",
        instrument=Instrument("PerkinElmer"),
        readings=readings,
        warnings=(_NO_DATE,),
        extras={"columns": listing.header} | above,
    )


def _once(rows: Iterator[Row], rates: Mapping[str, str]) -> Iterator[Reading]:
    seen = Places()
    for order, row in enumerate(rows, 1):
        reading = _listed(row, rates, order)
        if seen.met((reading.plate, reading.repeat), reading.position):
            raise ParseError(
                f"plate {reading.plate} repeat {reading.repeat} well {reading.position} stands "
                "twice; kinetic measurements are not known",
                line=row.line,
            )
        yield reading


def _value_columns(listing: Listing) -> Iterator[tuple[str, str]]:
    """The columns of count rates, and the names of their channels."""
    found = 0
    for column in listing.columns[len(LIST_HEAD) :]:
        match = _UNIT.match(column)
        if match and match["unit"] == CPS:
            found += 1
            yield column, match["name"]
    if not found:
        raise ParseError(
            f"no column of {listing.header!r} has {CPS} in brackets behind its name, such as "
            "'0.1sec (CPS)'",
            line=listing.line,
        )


def _listed(row: Row, rates: Mapping[str, str], order: int) -> Reading:
    cells, line = row.cells, row.line
    try:
        position = canonical(cells["Well"])
    except ValueError as error:
        raise ParseError(f"in column Well, {error}", line=line) from None
    if not FORMATS[384].holds(position):
        raise ParseError(f"found the well {cells['Well']!r}; expected A01 to P24", line=line)
    return Reading(
        position,
        order,
        channels=tuple(
            _channel(name, cells[column], line, f"{column} of {position}")
            for column, name in rates.items()
        ),
        plate=whole(cells["Plate"], line=line, what="Plate"),
        repeat=whole(cells["Repeat"], line=line, what="Repeat"),
        extras={
            name: cell
            for name, cell in cells.items()
            if cell and name not in rates and name not in LIST_HEAD[:3]
        },
    )
