"""A run sheet file (YAML, CSV or XLSX) to a RunSheet, with every fault on its line or cell."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import get_args
from zoneinfo import ZoneInfo

from labsvc.errors import ConfigError
from labsvc.model.protocol import Protocol
from labsvc.model.runsheet import Mask, RunSheet
from labsvc.service.authoring.schema import Orientation, day
from labsvc.service.runsheets.cited import cited
from labsvc.service.runsheets.csvsheet import read_csv
from labsvc.service.runsheets.parts import (
    Known,
    Protocols,
    event_of,
    known_protocol,
    moment,
    needs_of,
    placements,
    position_of,
    spelled,
    zone_of,
)
from labsvc.service.runsheets.slots import SlotFault, compounds_of, refuse_slot_wells
from labsvc.service.runsheets.table import Sheet
from labsvc.service.runsheets.xlsxsheet import read_xlsx
from labsvc.service.runsheets.yamlsheet import read_runsheet_yaml


def parse_runsheet(
    content: bytes,
    *,
    file: str,
    timezone: str,
    protocols: Protocols,
    default_protocol: str | None = None,
    names: Collection[str] = (),
) -> RunSheet:
    """The run sheet in ``content``; ConfigError (file, line) for the first fault.

    ``protocols`` gives a protocol by its name: layout and slots are read by it.
    ``timezone`` (IANA) is that of the bench times; ``default_protocol`` stands where the file
    names none; ``names`` are suggested where one is misspelled.
    """
    among = Known(protocols, default_protocol, names)
    sheet, faults = _read(content, file, timezone, among)
    if sheet is None or faults:
        raise faults[0]
    return sheet


def lint_runsheet(
    content: bytes,
    *,
    file: str,
    timezone: str,
    protocols: Protocols,
    default_protocol: str | None = None,
    names: Collection[str] = (),
) -> list[ConfigError]:
    """Every fault of the file, in its order; empty when it is a run sheet."""
    return _read(content, file, timezone, Known(protocols, default_protocol, names))[1]


def _read(
    content: bytes, file: str, timezone: str, among: Known
) -> tuple[RunSheet | None, list[ConfigError]]:
    suffix = PurePosixPath(file).suffix.lower()
    try:
        zone = zone_of(timezone, file=file)
        if suffix in (".csv", ".xlsx"):
            read = read_csv if suffix == ".csv" else read_xlsx
            return _sorted(*_from_table(read(content, file=file), zone, among))
        if suffix in (".yaml", ".yml"):
            return _sorted(*read_runsheet_yaml(content, file, zone, among))
        raise ConfigError(
            "this is no run sheet; expected a file name ending in .yaml, .yml, .csv or .xlsx",
            file=file,
        )
    except ConfigError as fault:
        return None, [fault]


def _sorted(
    sheet: RunSheet | None, faults: list[ConfigError]
) -> tuple[RunSheet | None, list[ConfigError]]:
    return sheet, sorted(faults, key=lambda fault: fault.line or 0)


def _from_table(
    sheet: Sheet, zone: ZoneInfo, among: Known
) -> tuple[RunSheet | None, list[ConfigError]]:
    line = sheet.head_lines.get("protocol")
    try:
        protocol = known_protocol(
            sheet.head.get("protocol", among.default),
            among,
            file=sheet.file,
            line=line,
            where="'protocol: its-name' above the table ('# protocol: its-name' in a CSV)",
        )
    except ConfigError as fault:
        sheet.fault(line, fault.sentence)
        return None, sheet.faults
    if not (sheet.rows or sheet.fills or sheet.faults):
        sheet.fault(None, "this run sheet lists no positions and no compounds")
    _refuse_other_plate(sheet, protocol)
    runsheet = _runsheet(sheet, zone, protocol)
    needs = needs_of(
        protocol, ligand=runsheet.radioligand_concentration, affinity=runsheet.affinity
    )
    for need in needs:
        sheet.fault(None, f"{need}, above the table, with its source: 1.04 nM, counted aliquot")
    return runsheet, sheet.faults


def _runsheet(sheet: Sheet, zone: ZoneInfo, protocol: Protocol) -> RunSheet:
    refuse_slot_wells(
        sheet.rows, sheet.fills, protocol, lambda n, say: sheet.fault(sheet.rows[n].line, say)
    )
    amounts = cited(sheet, protocol)
    return RunSheet(
        name=sheet.head.get("name", PurePosixPath(sheet.file).stem),
        protocol=protocol.name,
        plate_id=_plate_id(sheet),
        count_file=sheet.head.get("count file"),
        count_program=sheet.head.get("count program"),
        count_date=_count_date(sheet),
        plate=_count_plate(sheet),
        orientation=_orientation(sheet),
        operator=sheet.head.get("operator"),
        lots={name: value for name, value, _ in sheet.entries("lot")},
        compounds=tuple(compounds_of(sheet.fills, protocol, _slot_fault(sheet))),
        placements=placements(sheet.rows, protocol, sheet.fault),
        masks=tuple(_masks(sheet, protocol)),
        times=_times(sheet, zone, protocol),
        radioligand_concentration=amounts.get("radioligand"),
        affinity=amounts.get("kd") or amounts.get("km"),
        total_added=amounts.get("total added"),
        protein=amounts.get("protein"),
        form="csv",
        text=sheet.text,
        digest=hashlib.sha256(sheet.text.encode()).hexdigest(),
    )


def _slot_fault(sheet: Sheet) -> SlotFault:
    return lambda line, _key, message: sheet.fault(line, message)


def _refuse_other_plate(sheet: Sheet, protocol: Protocol) -> None:
    size = protocol.layout.size
    if sheet.size not in (None, size):
        counts = f"a plate of {size} wells" if size else "vials: list their positions"
        sheet.fault(
            None, f"found tables of {sheet.size} wells; protocol {protocol.name} counts {counts}"
        )


def _plate_id(sheet: Sheet) -> str | None:
    """The one plate that the head or the plate column names."""
    named = dict(sheet.plates)
    if "plate" in sheet.head:
        named.setdefault(sheet.head["plate"], sheet.head_lines["plate"])
    if len(named) > 1:
        names = " and ".join(sorted(named))
        sheet.fault(max(named.values()), f"found plates {names}; write one run sheet for each")
    return next(iter(named), None)


def _count_date(sheet: Sheet) -> date | None:
    text = sheet.head.get("count date")
    try:
        return day(text) if text is not None else None
    except ValueError as error:
        sheet.fault(sheet.head_lines["count date"], f"count date: {error}")
        return None


def _orientation(sheet: Sheet) -> str | None:
    text = sheet.head.get("orientation")
    known = get_args(Orientation)
    if text is not None and text not in known:
        sheet.fault(
            sheet.head_lines["orientation"],
            f"orientation: found {text!r}; expected {', '.join(known)}",
        )
        return None
    return text


def _count_plate(sheet: Sheet) -> int | None:
    text = sheet.head.get("count plate")
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or not int(text[:6]) > 0:
        sheet.fault(
            sheet.head_lines["count plate"],
            f"count plate: found {text!r}; expected the plate's number within the file, from 1",
        )
        return None
    return int(text[:6])


def _masks(sheet: Sheet, protocol: Protocol) -> Iterator[Mask]:
    for row, reason in sheet.masks:
        if row in sheet.rows:
            yield Mask(spelled(row.position), reason, row.rack or None)
            continue
        try:
            yield Mask(position_of(row.position, row.rack, protocol), reason, row.rack or None)
        except ValueError as error:
            sheet.fault(row.line, str(error))


def _times(sheet: Sheet, zone: ZoneInfo, protocol: Protocol) -> dict[str, datetime]:
    times = {}
    for name, value, line in sheet.entries("time"):
        try:
            times[event_of(name, protocol)] = moment(value, zone)
        except ValueError as error:
            sheet.fault(line, str(error))
    return times
