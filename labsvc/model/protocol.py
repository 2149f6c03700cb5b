"""A Protocol: what to do with runs of one assay. Floats in named units; sources kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from labsvc.model.example import Example
from labsvc.model.telling import AlertWish, Report

Kind = Literal[
    "competition_binding", "saturation_binding", "homologous_binding", "kinetic_binding",
    "uptake_inhibition", "uptake_kinetics", "uptake_fraction", "time_course", "primary_screen",
]  # fmt: skip
BINDING: frozenset[Kind] = frozenset(
    {"competition_binding", "saturation_binding", "homologous_binding", "kinetic_binding"}
)
"""The kinds whose affinity is a Kd; that of the others is a Km."""
SATURABLE: frozenset[Kind] = frozenset({"saturation_binding", "uptake_kinetics"})
"""The kinds that find the affinity, from total and non-specific at growing concentrations."""
Role = Literal[
    "total", "nonspecific", "sample", "reference", "background", "blank", "standard",
    "total_added", "vehicle", "unused",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recognise:
    """How a run shows that it belongs to the protocol. Every part that is given must hold.

    ``program_name`` is a glob; ``file_name`` a regular expression whose named groups
    (``plate_id``) tell more of the run. The days are those of the counter's own date, inclusive.
    """

    drivers: tuple[str, ...] = ()
    program_number: str | None = None
    program_name: str | None = None
    file_name: str | None = None
    plate_id_prefix: str | None = None
    readings: int | None = None
    sources: tuple[str, ...] = ()
    counted_from: date | None = None
    counted_until: date | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """What a person said once for all: runs of which ``when`` holds are always of ``protocol``."""

    protocol: str
    when: Recognise
    by: str
    on: date


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
    ``minutes`` +- ``tolerance_minutes``; without both it is only described. ``filter`` with what it
    is soaked in before (``presoak``), and ``washes`` of ``wash_ml`` each, say how it is done.
    """

    name: str
    minutes: float | None = None
    tolerance_minutes: float | None = None
    maximum_minutes: float | None = None
    temperature_c: float | None = None
    begins: str | None = None
    ends: str | None = None
    text: str = ""
    filter: str = ""
    presoak: str = ""
    presoak_minutes: float | None = None
    washes: int | None = None
    wash_ml: float | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """A place on the plate for one compound: one tuple of replicate positions per
    concentration, the highest concentration first. ``role``: what these wells are, where it is
    not for the run sheet to say (total or nonspecific of a saturation)."""

    name: str
    wells: tuple[tuple[str, ...], ...]
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything is. ``size`` is the plate's number of wells; None: vials in racks.

    ``roles`` places controls; ``slots`` places compounds that the run sheet names.
    """

    size: int | None
    roles: Mapping[str, Role] = field(default_factory=dict)
    slots: tuple[Slot, ...] = ()
    orientation: str | None = None
    """How filters of this assay always lie in the counter; None: not said."""


@dataclass(frozen=True, slots=True)
class QuenchSet:
    """Quenched standards: pairs of the index and the efficiency in percent."""

    index: str
    standards: tuple[tuple[float, float], ...]
    source: str = ""


@dataclass(frozen=True, slots=True)
class Standard:
    """What each vial of role ``standard`` holds: ``dpm`` of the protocol's isotope on a day."""

    dpm: float
    on: date
    source: str
    within_percent: float


@dataclass(frozen=True, slots=True)
class Counting:
    """How the counts are read. ``channel`` None: the first channel.

    ``head``: rows and columns of the counter's detectors, which step over the plate together.
    """

    channel: str | None = None
    unit: Literal["cpm", "dpm"] = "cpm"
    count_minutes: float | None = None
    efficiency_percent: float | None = None
    efficiency_source: str = ""
    quench: QuenchSet | None = None
    standard: Standard | None = None
    head: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Reduction:
    """How counts become the response.

    ``percent_specific``: 100 x (cpm - NSB) / (total - NSB).
    ``percent_of_control``: 100 x (cpm - blank) / (vehicle - blank).
    ``percent_inhibition``: 100 - percent_of_control.
    ``fraction_of_added``: cpm / added cpm of the same group, then / its vehicle control.
    ``bound``, ``uptake``: the amount, in fmol/mg where that can be had; ``rate``: / ``minutes``.
    ``controls``: those of the plate, or of all plates of the run together, set 100 % and 0 %.
    """

    response: Literal[
        "percent_specific", "percent_of_control", "percent_inhibition", "fraction_of_added",
        "bound", "rate", "uptake",
    ]  # fmt: skip
    added_factor: float = 1.0
    same: tuple[str, ...] = ()
    vehicle_same: tuple[str, ...] = ()
    exclude_flags: tuple[str, ...] = ()
    minutes: float | None = None
    controls: Literal["plate", "run"] = "plate"


@dataclass(frozen=True, slots=True)
class FitPlan:
    """Which model, with what held fixed. ``affinity`` asks for Ki by Cheng-Prusoff.

    ``weights`` ``poisson``: each point by the inverse of its counting variance.
    """

    model: Literal[
        "inhibition_3pl", "inhibition_4pl", "saturation_total_nsb", "michaelis_menten_nonsaturable",
        "homologous_competition", "association_dissociation", "association_one_conc",
        "dissociation",
    ]  # fmt: skip
    fixed: Mapping[str, float] = field(default_factory=dict)
    affinity: bool = False
    weights: Literal["none", "poisson", "1/y", "1/y2"] = "none"


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
class Hits:
    """From which mean inhibition on a compound of a screen is a hit, and who set that."""

    at_least_percent: float
    source: str


@dataclass(frozen=True, slots=True)
class Volumes:
    """What goes into one well, in mL; ``well`` is the whole. None: not said.

    ``membrane`` is what brings the target: membranes, cells, synaptosomes.
    """

    well: float
    radioligand: float | None = None
    membrane: float | None = None
    compound: float | None = None
    buffer: float | None = None

    def parts(self) -> dict[str, float]:
        """Those that are told, by name."""
        named = {"radioligand": self.radioligand, "membrane": self.membrane,
                 "compound": self.compound, "buffer": self.buffer}  # fmt: skip
        return {name: volume for name, volume in named.items() if volume is not None}


@dataclass(frozen=True, slots=True)
class Reference:
    """The compound run every time, with its accepted range (molar) of Ki, IC50, Kd or Km."""

    compound: str
    parameter: Literal["ki", "ic50", "kd", "km"]
    low_m: float
    high_m: float
    source: str


@dataclass(frozen=True, slots=True)
class Protocol:
    """One assay. ``digest`` is the SHA-256 of ``text``, the YAML as written.

    ``always`` are the rules of the laboratory that name it; they are no part of its text.
    """

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
    protein: Cited | None = None
    steps: tuple[Step, ...] = ()
    fit: FitPlan | None = None
    qc: Mapping[str, Limits] = field(default_factory=dict)
    references: tuple[Reference, ...] = ()
    hits: Hits | None = None
    volumes: Volumes | None = None
    report: Report | None = None
    alert: AlertWish | None = None
    example: Example | None = None
    always: tuple[Rule, ...] = ()
    text: str = ""
    digest: str = ""
    file: str = ""
