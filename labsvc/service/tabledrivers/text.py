"""The YAML of a table driver to its spec, with every fault on its line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labsvc.driver.tables.spec import QUANTITIES, ChannelSpec, Names, TableSpec
from labsvc.errors import ConfigError
from labsvc.service.authoring.schema import examined
from labsvc.service.authoring.yamltext import Path as Key
from labsvc.service.authoring.yamltext import read_yaml
from labsvc.service.tabledrivers.schema import (
    ChannelSchema,
    ColumnsSchema,
    GridSchema,
    LabelsSchema,
    TableSchema,
    TextSchema,
)

_UNITS = {"s": 1.0, "min": 60.0, "h": 3600.0}


def parse_table(content: bytes, *, file: str) -> TableSpec:
    """The table driver in ``content``; ConfigError (file, line) for the first fault."""
    spec, faults = survey_table(content, file=file)
    if spec is None or faults:
        raise faults[0]
    return spec


def survey_table(content: bytes, *, file: str) -> tuple[TableSpec | None, list[ConfigError]]:
    """The spec (None when there is none), and every fault in the file's order."""
    try:
        document = read_yaml(content, file=file)
    except ConfigError as fault:
        return None, [fault]
    written, faults = examined(document, TableSchema)
    if written is None:
        return None, faults
    found = [document.fault(where, what) for where, what in _contradictions(written)]
    if found:
        return None, sorted(found, key=lambda fault: fault.line or 0)
    return _spec(written), []


def _contradictions(table: TableSchema) -> Iterator[tuple[Key, str]]:
    """What is well written, and cannot be meant."""
    if (table.columns is None) == (table.grid is None):
        yield ("columns",), "write columns (a list) or grid (a plate), one of the two"
    if table.text is not None and table.workbook is not None:
        yield ("workbook",), "a file is a text or a workbook: write one of the two keys"
    if table.dates.order is not None and table.dates.format is not None:
        yield ("dates", "format"), "an order beside a format says nothing more: write one of them"
    if set(table.not_counted) & set(table.overflow):
        yield ("overflow",), "a text cannot mean both not counted and overflow"
    yield from _without_quantity(table)
    yield from _twice(table)
    if table.grid is not None:
        yield from _grid_faults(table, table.grid)


def _without_quantity(table: TableSchema) -> Iterator[tuple[Key, str]]:
    names: set[str] = set()
    for number, channel in enumerate(table.channels):
        if not _quantities(channel):
            yield ("channels", number), f"channel {channel.name!r} needs cpm, counts or dpm"
        if channel.name in names:
            yield ("channels", number), f"two channels are named {channel.name!r}"
        names.add(channel.name)


def _twice(table: TableSchema) -> Iterator[tuple[Key, str]]:
    """A name that is meant by two fields: which of them a column is could not be told."""
    seen: dict[str, Key] = {}
    for where, names in _named(table):
        for one in names:
            alike = " ".join(one.split()).casefold()
            if seen.setdefault(alike, where) != where:
                yield where, f"{one!r} is the name of {_said(seen[alike])} too"


def _said(where: Key) -> str:
    return " of ".join(str(part) for part in reversed(where) if isinstance(part, str))


def _named(table: TableSchema) -> Iterator[tuple[Key, Names]]:
    for field, names in _columns(table).items():
        yield ("columns", field), names
    for number, channel in enumerate(table.channels):
        for quantity, names in _quantities(channel).items():
            yield ("channels", number, quantity), names


def _grid_faults(table: TableSchema, grid: GridSchema) -> Iterator[tuple[Key, str]]:
    many = sum(len(_quantities(one)) for one in table.channels)
    if not grid.titled and many != 1:
        yield ("grid",), f"{many} quantities in grids are told apart by titles: write titled: true"
    if table.skip.matching or table.skip.without_position:
        yield ("skip",), "a grid has no rows to skip: only rows A, B, ... are read"
    if table.recognise.header:
        yield ("recognise", "header"), "a grid has no column names; write head_contains"


def _columns(table: TableSchema) -> dict[str, Names]:
    found: dict[str, Names] = {}
    for field in ColumnsSchema.model_fields if table.columns is not None else ():
        value: Any = getattr(table.columns, field)
        if value is not None:
            found[field] = getattr(value, "names", value)
    return found


def _quantities(channel: ChannelSchema) -> dict[str, Names]:
    pairs = ((quantity, getattr(channel, quantity)) for quantity in QUANTITIES)
    return {quantity: names for quantity, names in pairs if names is not None}


def _spec(table: TableSchema) -> TableSpec:
    columns, text = table.columns, table.text or TextSchema()
    labels = {field: getattr(table.labels, field) for field in LabelsSchema.model_fields}
    live_time = columns.live_time if columns else None
    quench = columns.quench if columns else None
    return TableSpec(
        name=table.name,
        title=table.title,
        vendor=table.instrument.vendor,
        model=table.instrument.model,
        maturity=table.maturity,
        shape="grid" if columns is None else "list",
        channels=tuple(map(_channel, table.channels)),
        decimal=table.decimal,
        patterns=tuple(table.files.patterns),
        quiet_seconds=table.files.quiet,
        file="workbook" if table.workbook is not None else "text",
        sheet=table.workbook.sheet if table.workbook is not None else None,
        encoding=text.encoding,
        separator=text.separator,
        head_contains=tuple(table.recognise.head_contains),
        header=tuple(table.recognise.header),
        columns=_columns(table),
        labels={field: names for field, names in labels.items() if names is not None},
        live_time_unit_s=_UNITS[live_time.unit] if live_time else 1.0,
        quench_kind=quench.kind if quench else None,
        date_order=table.dates.order,
        date_format=table.dates.format,
        skip=tuple(table.skip.matching),
        skip_without_position=table.skip.without_position,
        not_counted=table.not_counted,
        overflow=table.overflow,
        plate_marker=table.plate_marker,
        titled=table.grid.titled if table.grid is not None else False,
        end=table.end,
        run_key=tuple(table.run_key),
    )


def _channel(written: ChannelSchema) -> ChannelSpec:
    return ChannelSpec(
        name=written.name,
        quantities=_quantities(written),
        nuclide=written.nuclide,
        corrected=tuple(written.corrected),
    )
