"""What came out: reduced points, curves, fits, findings, the verdict, and how they were made.

Concentrations are molar. Percentages are in percent. None means: could not be had.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import chain
from struct import iter_unpack
from typing import Literal, NamedTuple, overload

from labsvc.model.telling import Report

FitStatus = Literal["converged", "at_bound", "not_converged", "too_few_points", "ambiguous"]
Interval = tuple[float | None, float | None]


class Status(StrEnum):
    """The outcome of one check."""

    PASS = "pass"  # noqa: S105 - a QC outcome, no password
    WARN = "warn"
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"


class Verdict(StrEnum):
    """What QC says of a whole result; ``held`` when there was nothing to judge by."""

    ACCEPTED = "accepted"
    REVIEW = "review"
    REJECTED = "rejected"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Constant:
    """A number that came from outside the readings, with where it came from."""

    name: str
    value: float
    unit: str
    source: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One step of the reduction, in words and numbers: what ``runs explain`` shows."""

    name: str
    sentence: str
    inputs: Mapping[str, float | str | None] = field(default_factory=dict)


class Point(NamedTuple):
    """One position, reduced. A tuple for the same reason as a ``Well``.

    ``response`` is what the protocol plots (percent specific, percent inhibition, fraction).
    ``masked`` is the reason the point is left out of every mean and fit; None: it counts.
    ``response_sd`` is the SD of the response from counting alone, where it was asked for.
    """

    position: str
    role: str
    rack: str | None = None
    compound: str | None = None
    concentration_m: float | None = None
    group: Mapping[str, str] = {}
    counts: float | None = None
    cpm: float | None = None
    dpm: float | None = None
    specific: float | None = None
    response: float | None = None
    masked: str | None = None
    response_sd: float | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """One fitted or derived parameter with its 95 % interval (an open end is None)."""

    value: float | None
    unit: str
    stderr: float | None = None
    ci95: Interval | None = None
    ci_method: str | None = None
    fixed: bool = False


class BandPoint(NamedTuple):
    """The fitted curve at one concentration with its 95 % confidence band."""

    concentration_m: float
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Band(Sequence[BandPoint]):
    """A fitted curve point by point. Reads like a tuple of them.

    A plate's have 3,000 ``numbers``, which only its figure looks at: they lie as doubles, one point
    after the other, and are a point each only when asked for.
    """

    numbers: bytes = b""

    @classmethod
    def of(cls, points: Iterable[BandPoint]) -> Band:
        return cls(array("d", chain.from_iterable(points)).tobytes())

    def __len__(self) -> int:
        return len(self.numbers) // 32

    def __iter__(self) -> Iterator[BandPoint]:
        return map(BandPoint._make, iter_unpack("4d", self.numbers))

    @overload
    def __getitem__(self, index: int) -> BandPoint: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[BandPoint, ...]: ...
    def __getitem__(self, index: int | slice) -> BandPoint | tuple[BandPoint, ...]:
        return tuple(self)[index]


@dataclass(frozen=True, slots=True)
class Fit:
    """One model on one curve. Not converging is a result, not an error.

    ``qualifier`` is ``>`` or ``<`` when the data only bound the answer; ``qualifier_bound`` is
    that bound (molar).
    """

    model: str
    status: FitStatus
    n_points: int
    parameters: Mapping[str, Parameter]
    residual_ss: float | None = None
    residual_sd: float | None = None
    degrees_of_freedom: int | None = None
    r_squared: float | None = None
    aicc: float | None = None
    qualifier: str | None = None
    qualifier_bound: float | None = None
    remarks: tuple[str, ...] = ()
    band: Band = Band()


@dataclass(frozen=True, slots=True)
class Affinity:
    """Ki with its formula and every number that went in."""

    value: float | None
    ci95: Interval | None
    formula: str
    inputs: Mapping[str, float | str | None]


@dataclass(frozen=True, slots=True)
class Curve:
    """The points of one compound in one run, its fit, and what may be reported."""

    compound: str
    points: tuple[Point, ...]
    fit: Fit | None
    ki: Affinity | None
    reportable: str
    role: str = "sample"


@dataclass(frozen=True, slots=True)
class Group:
    """A mean over replicates, as an uptake table gives it (fraction of added, of vehicle)."""

    keys: Mapping[str, str]
    n: int
    values: Mapping[str, float | None]
    masked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """A check's outcome in one sentence, with the number and the limits it was held against."""

    check: str
    status: Status
    value: float | None
    limits: str
    sentence: str


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """A bench step as it happened: ``at`` is aware, in UTC; ``source`` says who told us.

    ``washes`` (0: none, None: not known), each of ``wash_ml``, where the log tells them.
    """

    step: str
    at: datetime | None
    source: str
    finding: str | None = None
    washes: int | None = None
    wash_ml: float | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A protocol or run sheet that was weighed, and why it was taken or not."""

    name: str
    taken: bool
    why: str


@dataclass(frozen=True, slots=True)
class Masking:
    """A position that a person left out after the count. ``at`` is aware, in UTC."""

    position: str
    reason: str
    by: str
    at: datetime
    rack: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """All that was made of one run (one plate or one rack run). ``run_id`` is stable for ever."""

    run_id: str
    verdict: Verdict
    title: str
    protocol: str | None
    protocol_version: str | None
    protocol_digest: str | None
    runsheet: str | None
    runsheet_digest: str | None
    instrument: str
    run_key: str
    plate: int | None
    plate_id: str | None
    counted_at_text: str | None
    candidates: tuple[Candidate, ...] = ()
    timeline: tuple[TimelineEntry, ...] = ()
    constants: tuple[Constant, ...] = ()
    operations: tuple[Operation, ...] = ()
    points: tuple[Point, ...] = ()
    curves: tuple[Curve, ...] = ()
    groups: tuple[Group, ...] = ()
    findings: tuple[Finding, ...] = ()
    held_because: str | None = None
    released_by: str | None = None
    waits_for: tuple[str, ...] = ()
    """Other plates of the run that a held one waits for."""
    response_label: str = ""
    plate_size: int | None = None
    simulated: bool = False
    lots: Mapping[str, str] = field(default_factory=dict)
    operator: str | None = None
    masks: tuple[Masking, ...] = ()
    report: Report | None = None
    """What its protocol asks its report to show."""
