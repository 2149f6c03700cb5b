"""What the YAML of a table driver may hold."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from labsvc.driver.tables.spec import Names
from labsvc.service.authoring import quantities
from labsvc.service.authoring.patterns import compiled
from labsvc.service.authoring.schema import Name, Strict, as_written, visible

_DRIVER = re.compile(r"^[a-z0-9][a-z0-9-]{0,39}$")
_DIRECTIVES = re.compile(r"%(.)")
_KNOWN_DIRECTIVES = set("dmYyHIMSpf%")


def _several(value: object) -> Names:
    """One text or a list of them."""
    found = value if isinstance(value, list) else [value]
    texts = [as_written(one) for one in found]
    if not texts or not all(isinstance(one, str) for one in texts):
        raise ValueError("expected a name, or a list of names such as [Pos, Position]")
    return tuple(visible(str(one)) for one in texts)


def _markers(value: object) -> Names:
    found = value if isinstance(value, list) else [value]
    texts = [as_written(one) for one in found]
    if not all(isinstance(one, str) for one in texts):
        raise ValueError('expected a list of texts such as ["-", Missing] ("" is a blank cell)')
    return tuple(visible(str(one)) if str(one).strip() else "" for one in texts)


def _pattern(text: str) -> str:
    compiled(text)
    return text


def _date_format(text: str) -> str:
    unknown = [one for one in _DIRECTIVES.findall(text) if one not in _KNOWN_DIRECTIVES]
    if unknown or not all(f"%{one}" in text for one in "dm") or "%y" not in text.lower():
        raise ValueError(
            f"{text!r} is no date format; expected one such as '%d.%m.%Y %H:%M' (of %d %m %Y %y "
            "%H %I %M %S %p %f)"
        )
    return text


def _driver_name(text: str) -> str:
    if _DRIVER.match(text) is None:
        raise ValueError(f"{text!r} is no driver's name such as cobra-csv (a-z, 0-9 and -)")
    return text


def _seconds(text: object) -> float:
    return round(quantities.minutes(text) * 60, 6)


Several = Annotated[Names, BeforeValidator(_several)]
Markers = Annotated[Names, BeforeValidator(_markers)]
Pattern = Annotated[Name, AfterValidator(_pattern)]
DateFormat = Annotated[Name, AfterValidator(_date_format)]
DriverName = Annotated[Name, AfterValidator(_driver_name)]
Seconds = Annotated[float, BeforeValidator(_seconds)]
RunPart = Literal["program_number", "program_name", "run_id", "serial_number", "counted_at"]


class _Instrument(Strict):
    vendor: Name
    model: Name | None = None


class _Files(Strict):
    patterns: list[Name] = Field(min_length=1)
    quiet: Seconds = 30.0


class _Recognise(Strict):
    head_contains: list[Name] = Field(default_factory=list)
    header: list[Name] = Field(default_factory=list)


class TextSchema(Strict):
    encoding: Literal["auto", "utf-8", "utf-16", "cp1252", "latin-1"] = "auto"
    separator: Literal["auto", "comma", "semicolon", "tab"] = "auto"


class _Workbook(Strict):
    sheet: Name | None = None


class _Dates(Strict):
    order: Literal["day_first", "month_first", "iso"] | None = None
    format: DateFormat | None = None


class _LiveTime(Strict):
    names: Several
    unit: Literal["s", "min", "h"]


class _Quench(Strict):
    names: Several
    kind: Name


class ColumnsSchema(Strict):
    position: Several
    rack: Several | None = None
    sample: Several | None = None
    plate: Several | None = None
    plate_id: Several | None = None
    cycle: Several | None = None
    repeat: Several | None = None
    live_time: _LiveTime | None = None
    counted_at: Several | None = None
    clock: Several | None = None
    quench: _Quench | None = None
    program_number: Several | None = None
    program_name: Several | None = None
    run_id: Several | None = None


class LabelsSchema(Strict):
    program_number: Several | None = None
    program_name: Several | None = None
    run_id: Several | None = None
    counted_at: Several | None = None
    serial_number: Several | None = None
    software: Several | None = None
    plate_id: Several | None = None


class ChannelSchema(Strict):
    name: Name
    nuclide: Name | None = None
    counts: Several | None = None
    cpm: Several | None = None
    dpm: Several | None = None
    error_2sigma_percent: Several | None = None
    efficiency_percent: Several | None = None
    corrected: list[Literal["background", "efficiency", "dead_time", "crosstalk", "decay"]] = Field(
        default_factory=list
    )


class _Skip(Strict):
    matching: list[Pattern] = Field(default_factory=list)
    without_position: bool = False


class GridSchema(Strict):
    titled: bool = False


class TableSchema(Strict):
    name: DriverName
    title: Name
    maturity: Literal["draft", "beta", "stable"] = "draft"
    instrument: _Instrument
    files: _Files
    recognise: _Recognise = Field(default_factory=_Recognise)
    text: TextSchema | None = None
    workbook: _Workbook | None = None
    decimal: Literal["point", "comma"]
    dates: _Dates = Field(default_factory=_Dates)
    columns: ColumnsSchema | None = None
    grid: GridSchema | None = None
    channels: list[ChannelSchema] = Field(min_length=1)
    labels: LabelsSchema = Field(default_factory=LabelsSchema)
    plate_marker: Pattern | None = None
    not_counted: Markers = ("-",)
    overflow: Markers = ()
    skip: _Skip = Field(default_factory=_Skip)
    end: Pattern | None = None
    run_key: list[RunPart] = Field(default_factory=list)
