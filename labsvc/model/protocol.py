"""A Protocol: what to do with runs of one assay. Floats in named units; sources kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Kind = Literal["competition_binding", "uptake_inhibition", "uptake_fraction"]
Role = Literal[
    "total", "nonspecific", "sample", "reference", "background", "blank", "standard",
    "total_added", "vehicle", "unused",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recognise:
    """How a run shows that it belongs to the protocol. Every part that is given must hold.

    ``program_name`` is a glob; ``file_name`` a regular expression whose named groups
    (``plate_id``) tell more of the run.
    """

    drivers: tuple[str, ...] = ()
    program_number: str | None = None
    program_name: str | None = None
    file_name: str | None = None
    plate_id_prefix: str | None = None
    readings: int | None = None


@dataclass(frozen=True, slots=True)
class Cited:
    """A number with its unit and where it comes from; ``sd`` where its uncertainty was given."""

    value: float
    unit: str
    source: str
    sd: float | None = None


@dataclass(frozen=True, slots=True)
class Radioligand:
    """The labelled ligand or substrate. ``affinity`` is Kd (binding) or Km (uptake), molar.

    ``label`` says what decay does to the specific activity (see core.activity); None: not said.
    """

    name: str
    isotope: str
    concentration_m: float | None = None
    affinity: Cited | None = None
    specific_activity_ci_per_mmol: float | None = None
    specific_activity_on: date | None = None
    label: Literal["carrier_free", "in_carrier"] | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A bench operation.

    Its duration runs from the timeline event ``begins`` to ``ends`` and is checked against
    ``minutes`` +- ``tolerance_minutes``; without both it is only described.
    """

    name: str
    minutes: float | None = None
    tolerance_minutes: float | None = None
    maximum_minutes: float | None = None
    temperature_c: float | None = None
    begins: str | None = None
    ends: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place on the plate for one compound: one tuple of replicate positions per
    concentration, the highest concentration first."""

    name: str
    wells: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything is. ``size`` is the plate's number of wells; None: vials in racks.

    ``roles`` places controls; ``slots`` places compounds that the run sheet names.
    """

    size: int | None
    roles: Mapping[str, Role] = field(default_factory=dict)
    slots: tuple[Slot, ...] = ()


@dataclass(frozen=True, slots=True)
class QuenchSet:
    """Quenched standards: pairs of the index and the efficiency in percent."""

    index: str
    standards: tuple[tuple[float, float], ...]
    source: str = ""


@dataclass(frozen=True, slots=True)
class Counting:
    """How the counts are read. ``channel`` None: the first channel."""

    channel: str | None = None
    unit: Literal["cpm", "dpm"] = "cpm"
    count_minutes: float | None = None
    efficiency_percent: float | None = None
    efficiency_source: str = ""
    quench: QuenchSet | None = None


@dataclass(frozen=True, slots=True)
class Reduction:
    """How counts become the response.

    ``percent_specific``: 100 x (cpm - NSB) / (total - NSB).
    ``percent_of_control``: 100 x (cpm - blank) / (vehicle - blank).
    ``percent_inhibition``: 100 - percent_of_control.
    ``fraction_of_added``: cpm / added cpm of the same group, then / its vehicle control.
    """

    response: Literal[
        "percent_specific", "percent_of_control", "percent_inhibition", "fraction_of_added"
    ]
    added_factor: float = 1.0
    same: tuple[str, ...] = ()
    vehicle_same: tuple[str, ...] = ()
    exclude_flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FitPlan:
    """Which model, with what held fixed. ``affinity`` asks for Ki by Cheng-Prusoff.

    ``weights`` ``poisson``: each point by the inverse of its counting variance.
    """

    model: Literal["inhibition_3pl", "inhibition_4pl"]
    fixed: Mapping[str, float] = field(default_factory=dict)
    affinity: bool = False
    weights: Literal["none", "poisson"] = "none"


@dataclass(frozen=True, slots=True)
class Limits:
    """The accepted and the tolerated range of one check: outside ``warn_*`` it warns, outside
    ``fail_*`` it fails; None: no such limit. ``source`` says who set it."""

    warn_low: float | None = None
    warn_high: float | None = None
    fail_low: float | None = None
    fail_high: float | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """The compound run every time, with its accepted Ki or IC50 range (molar)."""

    compound: str
    parameter: Literal["ki", "ic50"]
    low_m: float
    high_m: float
    source: str


@dataclass(frozen=True, slots=True)
class Protocol:
    """One assay. ``digest`` is the SHA-256 of ``text``, the YAML as written."""

    name: str
    version: str
    title: str
    kind: Kind
    target: str
    recognise: Recognise
    radioligand: Radioligand
    layout: Layout
    reduction: Reduction
    counting: Counting = Counting()
    nonspecific: str = ""
    assay_volume_ml: float | None = None
    steps: tuple[Step, ...] = ()
    fit: FitPlan | None = None
    qc: Mapping[str, Limits] = field(default_factory=dict)
    references: tuple[Reference, ...] = ()
    text: str = ""
    digest: str = ""
    file: str = ""
