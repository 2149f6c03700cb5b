"""An Assay: a run matched to all that is needed to make sense of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from labsvc.model.protocol import Protocol, Role
from labsvc.model.result import Candidate, Finding, Masking, Operation, TimelineEntry
from labsvc.model.run import CountRun, Reading
from labsvc.model.runsheet import RunSheet


@dataclass(frozen=True, slots=True)
class BenchEvent:
    """A harvest or another bench step with its time in UTC and who told us.

    ``washes``: how many, 0 when there were none, None when nobody told. ``wash_ml``: of each, where
    that is known and all are alike.
    """

    plate_id: str
    step: str
    at: datetime
    source: str
    ended_at: datetime | None = None
    orientation: str | None = None
    washes: int | None = None
    wash_ml: float | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """The part of a CountRun that is one experiment: one plate of it, or the whole rack run.

    Where the counter went over its vials or plates several times, each ``cycle`` is a unit.
    ``plate_id`` is the identity read from the report or from the name of its file. ``masks`` are
    those that people have set since it was first filed, ``masks_beside`` such of the run's other
    plates, by number (where their controls are pooled).
    """

    run: CountRun
    driver: str
    file_name: str
    plate: int | None
    plate_id: str | None
    readings: tuple[Reading, ...]
    counted_at: datetime | None
    received_at: datetime
    simulated: bool = False
    source: str = ""
    masks: tuple[Masking, ...] = ()
    cycle: int = 1
    masks_beside: Mapping[int, tuple[Masking, ...]] = field(default_factory=dict)


class Well(NamedTuple):
    """One position: what it holds, and what was counted there (None: no reading).

    A plate has hundreds, so a tuple: one is made in a third of the time of a frozen dataclass.
    """

    position: str
    rack: str | None
    role: Role
    compound: str | None
    concentration_m: float | None
    reading: Reading | None
    group: Mapping[str, str] = {}
    masked: str | None = None


@dataclass(frozen=True, slots=True)
class Assay:
    """A unit with its protocol, run sheet, wells and timeline.

    The positions of the unit's readings are the plate's: where the filter was counted turned, they
    are turned back.
    """

    unit: Unit
    protocol: Protocol
    runsheet: RunSheet
    wells: tuple[Well, ...]
    timeline: tuple[TimelineEntry, ...]
    candidates: tuple[Candidate, ...]
    operations: tuple[Operation, ...] = ()
    """What was done to the readings before they were placed."""
    findings: tuple[Finding, ...] = ()
    """What was found while matching."""
    fellows: tuple[Assay, ...] = ()
    """The other plates of the run, where their controls are pooled with this one's; of their wells
    the controls and the background."""


@dataclass(frozen=True, slots=True)
class Held:
    """A readable unit that cannot be analysed yet: why, and what would release it."""

    unit: Unit
    because: str
    released_by: str
    candidates: tuple[Candidate, ...] = ()
    waits_for: tuple[str, ...] = ()
    """The other plates of the run (their names; empty where not known) that it waits for."""
