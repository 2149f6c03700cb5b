"""What a table driver is told: where in a table the readings stand, and how they are spelled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from labsvc.driver.interface import Maturity
from labsvc.model.locale import Decimal

Encoding = Literal["auto", "utf-8", "utf-16", "cp1252", "latin-1", "cp437", "cp850", "shift_jis"]
Separator = Literal["auto", "comma", "semicolon", "tab"]
DateOrder = Literal["day_first", "month_first", "iso"]
Names = tuple[str, ...]

SEPARATORS: Mapping[Separator, str] = {"comma": ",", "semicolon": ";", "tab": "\t"}
QUANTITIES = ("counts", "cpm", "dpm", "error_2sigma_percent", "efficiency_percent")
RUN_FIELDS = ("program_number", "program_name", "run_id")


@dataclass(frozen=True, slots=True)
class ChannelSpec:
    """One window: by quantity (``cpm``, ``counts`` ...) the names its column or grid may have."""

    name: str
    quantities: Mapping[str, Names]
    nuclide: str | None = None
    corrected: Names = ()


@dataclass(frozen=True, slots=True)
class TableSpec:
    """A whole table driver.

    ``columns`` (of a list) gives by field (``position``, ``rack``, ``counted_at`` ...) the names
    its column may have; ``labels`` gives by field (``program_number``, ``run_id`` ...) the texts
    beside or after which it stands. Names are compared without case and doubled blanks.
    ``skip``, ``end`` and ``plate_marker`` are regular expressions for the text of a row.
    """

    name: str
    title: str
    vendor: str
    shape: Literal["list", "grid"]
    channels: tuple[ChannelSpec, ...]
    decimal: Decimal
    model: str | None = None
    maturity: Maturity = "draft"
    patterns: Names = ("*.csv",)
    quiet_seconds: float = 30.0
    file: Literal["text", "workbook"] = "text"
    sheet: str | None = None
    encoding: Encoding = "auto"
    separator: Separator = "auto"
    head_contains: Names = ()
    header: Names = ()
    columns: Mapping[str, Names] = field(default_factory=dict)
    labels: Mapping[str, Names] = field(default_factory=dict)
    live_time_unit_s: float = 1.0
    quench_kind: str | None = None
    date_order: DateOrder | None = None
    date_format: str | None = None
    skip: Names = ()
    skip_without_position: bool = False
    not_counted: Names = ("-",)
    overflow: Names = ()
    plate_marker: str | None = None
    titled: bool = False
    end: str | None = None
    run_key: Names = ()
