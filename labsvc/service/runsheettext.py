"""A run sheet file (YAML or CSV) to a RunSheet, with every fault on its line."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

from labsvc.errors import ConfigError
from labsvc.model.protocol import Protocol
from labsvc.model.runsheet import Mask, RunSheet
from labsvc.service.runsheetcsv import Sheet, read_csv
from labsvc.service.runsheetparts import (
    Protocols,
    event_of,
    known_protocol,
    moment,
    needs_of,
    placements,
    spelled,
    zone_of,
)
from labsvc.service.runsheetyaml import read_runsheet_yaml
from labsvc.service.schema import day


def parse_runsheet(
    content: bytes,
    *,
    file: str,
    timezone: str,
    protocols: Protocols,
    default_protocol: str | None = None,
) -> RunSheet:
    """The run sheet in ``content``; ConfigError (file, line) for the first fault.

    ``protocols`` gives a protocol by its name: layout and slots are read by it.
    ``timezone`` (IANA) is that of the bench times; ``default_protocol`` stands where the file
    names none.
    """
    sheet, faults = _read(content, file, timezone, protocols, default_protocol)
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
) -> list[ConfigError]:
    """Every fault of the file, in its order; empty when it is a run sheet."""
    return _read(content, file, timezone, protocols, default_protocol)[1]


def _read(
    content: bytes, file: str, timezone: str, protocols: Protocols, default: str | None
) -> tuple[RunSheet | None, list[ConfigError]]:
    suffix = PurePosixPath(file).suffix.lower()
    try:
        zone = zone_of(timezone, file=file)
        if suffix == ".csv":
            return _sorted(*_from_csv(content, file, zone, protocols, default))
        if suffix in (".yaml", ".yml"):
            return _sorted(*read_runsheet_yaml(content, file, zone, protocols, default))
        raise ConfigError(
            "this is no run sheet; expected a file name ending in .yaml, .yml or .csv", file=file
        )
    except ConfigError as fault:
        return None, [fault]


def _sorted(
    sheet: RunSheet | None, faults: list[ConfigError]
) -> tuple[RunSheet | None, list[ConfigError]]:
    return sheet, sorted(faults, key=lambda fault: fault.line or 0)


def _from_csv(
    content: bytes, file: str, zone: ZoneInfo, protocols: Protocols, default: str | None
) -> tuple[RunSheet, list[ConfigError]]:
    sheet = read_csv(content, file=file)
    protocol = known_protocol(
        sheet.head.get("protocol", default),
        protocols,
        file=file,
        line=sheet.head_lines.get("protocol"),
        where="a first line '# protocol: its-name'",
    )
    if not sheet.rows and not sheet.faults:
        sheet.fault(None, "this run sheet lists no positions")
    runsheet = RunSheet(
        name=sheet.head.get("name", PurePosixPath(file).stem),
        protocol=protocol.name,
        plate_id=_plate_id(sheet),
        count_file=sheet.head.get("count file"),
        count_program=sheet.head.get("count program"),
        count_date=_count_date(sheet),
        plate=_count_plate(sheet),
        operator=sheet.head.get("operator"),
        lots={name: value for name, value, _ in sheet.entries("lot")},
        placements=placements(sheet.rows, protocol, sheet.fault),
        masks=tuple(_masks(sheet)),
        times=_times(sheet, zone, protocol),
        text=sheet.text,
        digest=hashlib.sha256(sheet.text.encode()).hexdigest(),
    )
    for need in needs_of(protocol, ligand=None, affinity=None):
        sheet.fault(None, f"{need}, in a run sheet in YAML")
    return runsheet, sheet.faults


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


def _masks(sheet: Sheet) -> Iterator[Mask]:
    for row, reason in sheet.masks:
        yield Mask(spelled(row.position), reason, row.rack or None)


def _times(sheet: Sheet, zone: ZoneInfo, protocol: Protocol) -> dict[str, datetime]:
    times = {}
    for name, value, line in sheet.entries("time"):
        try:
            times[event_of(name, protocol)] = moment(value, zone)
        except ValueError as error:
            sheet.fault(line, str(error))
    return times
