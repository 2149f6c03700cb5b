"""What an instrument reported: runs of vials, harvests, calibrations. Nothing filled in or derived.

Times here are naive: the instrument's own clock. The service attaches the source's zone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple


class State(StrEnum):
    """Whether a position was counted."""

    COUNTED = "counted"
    NOT_COUNTED = "not_counted"
    ABORTED = "aborted"
    OVERFLOW = "overflow"


class _Whole:
    """Pickled as the call that makes it: three times as fast as a dataclass by itself."""

    __slots__ = ()

    def __reduce__(self) -> tuple[Any, ...]:
        kind: Any = type(self)
        return kind, _values(kind)(self)


@cache
def _values(kind: Any) -> Callable[[object], tuple[object, ...]]:
    """What gives all fields of one, in their order (two or more)."""
    return attrgetter(*(one.name for one in fields(kind)))


@dataclass(frozen=True, slots=True)
class Instrument(_Whole):
    """The counter as far as its output says. None: not printed."""

    vendor: str
    model: str | None = None
    serial_number: str | None = None
    software: str | None = None


@dataclass(frozen=True, slots=True)
class Program(_Whole):
    """The counter's own counting method (counters call it a protocol)."""

    number: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Quench(_Whole):
    """A quench index: ``kind`` as printed (tSIE, SIS, H#, IC#)."""

    kind: str
    value: float


class Channel(NamedTuple):
    """One energy window of a reading.

    cpm and dpm per minute; percentages in percent. None: not printed, never 0.
    ``corrected`` names what the instrument already took off: background, efficiency, dead_time,
    crosstalk, decay. A tuple for the same reason as a ``Reading``.
    """

    name: str
    nuclide: str | None = None
    counts: float | None = None
    cpm: float | None = None
    dpm: float | None = None
    error_2sigma_percent: float | None = None
    efficiency_percent: float | None = None
    corrected: tuple[str, ...] = ()


class Reading(NamedTuple):
    """One vial or well counted once.

    ``position`` is a well (``A01``) or the printed number of a rack place (``"3"``).
    ``order`` is the 1-based order in the report. ``flags`` are single words of ours
    (``recovered``, ``instrument_flag``, ``count_conditions_modified`` ...) and ``extras`` keeps
    what was printed and has no field of its own.

    A report has up to millions, so a tuple: one is made, and comes back from a packed block, in a
    third of the time of a frozen dataclass.
    """

    position: str
    order: int
    channels: tuple[Channel, ...] = ()
    plate: int | None = None
    plate_id: str | None = None
    rack: str | None = None
    sample: str | None = None
    cycle: int = 1
    repeat: int = 1
    live_time_s: float | None = None
    counted_at: datetime | None = None
    state: State = State.COUNTED
    flags: tuple[str, ...] = ()
    quench: Quench | None = None
    extras: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class CountRun(_Whole):
    """One pass of a counter over its vials or plates.

    ``run_key`` is what makes this run itself (instrument, program, time, raw path ...): the same
    run exported twice has the same key. ``counted_at_text`` is the printed time, untouched.
    ``readings`` are a tuple, or packed where they are many thousands (``labsvc.driver.packing``).
    """

    run_key: str
    instrument: Instrument
    readings: Sequence[Reading]
    program: Program = Program()
    counted_at: datetime | None = None
    counted_at_text: str | None = None
    warnings: tuple[str, ...] = ()
    extras: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wash(_Whole):
    """One wash of the filter."""

    volume_ml: float | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class HarvestRun(_Whole):
    """A bench event of one plate, most of all its filtration onto a filter.

    ``step`` is ``harvest`` or another bench step (``reaction_start``, ``wash`` ...). A time that
    was not printed (a bare barcode scan) is None: the time of receipt then stands for it.
    ``washes`` are empty when the plate was not washed, None when that was not printed.
    """

    run_key: str
    plate_id: str
    step: str = "harvest"
    filter_id: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    program: str | None = None
    washes: tuple[Wash, ...] | None = None
    orientation: str | None = None
    operator: str | None = None
    extras: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Measure(_Whole):
    """One figure of a counter's check of itself.

    ``name`` is one of ours: ``efficiency``, ``background``, ``chi_square``, ``E2_B`` (efficiency
    squared over background) ... ``nuclide``, ``region`` (the window, ``0-18.6 keV``), ``unit`` and
    ``limits`` are as printed; ``passed`` is the counter's own verdict. None: not printed.
    """

    name: str
    value: float | None
    unit: str | None = None
    nuclide: str | None = None
    region: str | None = None
    limits: str | None = None
    passed: bool | None = None
    performed_at: datetime | None = None
    performed_at_text: str | None = None


@dataclass(frozen=True, slots=True)
class CalibrationRun(_Whole):
    """A counter's calibration or check of itself: figures of the counter, no vials of anyone's.

    ``performed_at`` is when its first part was done; parts may be hours apart, so each measure has
    its own time. ``run_key`` and ``performed_at_text`` are as in a CountRun.
    """

    run_key: str
    instrument: Instrument
    measures: tuple[Measure, ...]
    performed_at: datetime | None = None
    performed_at_text: str | None = None
    warnings: tuple[str, ...] = ()
    extras: Mapping[str, str] = field(default_factory=dict)


Record = CountRun | HarvestRun | CalibrationRun
