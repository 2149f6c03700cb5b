"""The keys of a protocol file and what each may hold (docs/reference/protocol.md)."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic import WithJsonSchema as Json

from labsvc.core.defaultlimits import DEFAULTS
from labsvc.model.protocol import Kind, Limits
from labsvc.service import quantities
from labsvc.service.exampletext import ExampleText
from labsvc.service.patterns import compiled
from labsvc.service.schema import (
    Celsius,
    CiPerMmol,
    CountRate,
    Day,
    Milligrams,
    Millilitres,
    Minutes,
    Molar,
    MolarRange,
    Name,
    Orientation,
    Percent,
    Sentence,
    Strict,
    Word,
    nearest,
)

RUN_SHEET = "run sheet"
_NAME = re.compile(r"^[a-z0-9][a-z0-9-]{0,63}$")
_ISOTOPE = re.compile(r"^[1-9][0-9]{0,2}[A-Z][a-z]?$")
_GROUPS = {"plate_id"}
Response = Literal[
    "percent_specific", "percent_of_control", "percent_inhibition", "fraction_of_added",
    "bound", "rate", "uptake",
]  # fmt: skip
Model = Literal[
    "inhibition_3pl", "inhibition_4pl", "saturation_total_nsb", "michaelis_menten_nonsaturable",
    "homologous_competition", "association_dissociation", "association_one_conc", "dissociation",
]  # fmt: skip
_CURVE = ("top", "bottom", "hill")
PARAMETERS: dict[str, tuple[str, ...]] = {
    "inhibition_3pl": _CURVE,
    "inhibition_4pl": _CURVE,
    "saturation_total_nsb": ("background", "ns"),
    "michaelis_menten_nonsaturable": ("p",),
    "homologous_competition": ("ns",),
    "association_dissociation": ("ns",),
    "association_one_conc": ("y0",),
    "dissociation": ("ns", "y0"),
}
"""Of each model, the parameters that may be held."""


def _protocol_name(text: str) -> str:
    if _NAME.match(text) is None:
        raise ValueError(f"{text!r} is no protocol name; use a-z, 0-9 and hyphens: net-binding")
    return text


def _isotope(text: str) -> str:
    if _ISOTOPE.match(text) is None:
        raise ValueError(f"{text!r} is no isotope; write it such as 3H or 125I")
    return text


def _pattern(text: str) -> str:
    for group in compiled(text).groupindex:
        if group not in _GROUPS:
            raise ValueError(f"the named group {group!r} means nothing here; known: plate_id")
    return text


def _molar_or_run_sheet(text: object) -> object:
    return text if text == RUN_SHEET else quantities.molar(text)


def _plate(size: object) -> object:
    if size == "none":
        return None
    if size not in (24, 48, 96, 384):
        raise ValueError(f"found {size!r}; expected 24, 48, 96 or 384 wells, or none for vials")
    return size


class Program(Strict):
    """The counter's own counting method."""

    number: Name | None = None
    name: Name | None = None


class RecogniseText(Strict):
    drivers: list[Name] = Field(default_factory=list)
    program: Program = Program()
    file_name: Annotated[str, AfterValidator(_pattern)] | None = None
    plate_id_prefix: Name | None = None
    readings: Annotated[int, Field(gt=0)] | None = None
    sources: list[Name] = Field(default_factory=list)
    counted_from: Day | None = None
    counted_until: Day | None = None


class AffinityText(Strict):
    """Kd or Km: a value with its source, or left to each run sheet."""

    value: Molar | None = None
    sd: Molar | None = None
    source: Sentence | None = None
    given_by: Literal["run sheet"] | None = Field(default=None, alias="from")


class SpecificActivityText(Strict):
    value: CiPerMmol
    date: Day
    label: Literal["carrier-free", "in carrier"] | None = None


class RadioligandText(Strict):
    name: Name
    isotope: Annotated[Name, AfterValidator(_isotope)]
    concentration: (
        Annotated[
            float | Literal["run sheet"],
            BeforeValidator(_molar_or_run_sheet),
            Json({"type": "string", "examples": ["1 nM", RUN_SHEET]}),
        ]
        | None
    ) = None
    kd: AffinityText | None = None
    km: AffinityText | None = None
    specific_activity: SpecificActivityText | None = None


Wells = Annotated[list[str], Field(max_length=384)]
"""Wells and blocks: no plate has more."""


class SlotText(Strict):
    """Either a block of wells with the direction of the series, or every point's wells."""

    wells: str | None = None
    series: Literal["across", "down"] | None = None
    points: Annotated[list[Wells], Field(max_length=384)] | None = None
    role: Literal["total", "nonspecific"] | None = None


class LayoutText(Strict):
    plate: Annotated[int | None, BeforeValidator(_plate), Json({"enum": [24, 48, 96, 384, "none"]})]
    total: Wells = Field(default_factory=list)
    nonspecific: Wells = Field(default_factory=list)
    vehicle: Wells = Field(default_factory=list)
    background: Wells = Field(default_factory=list)
    blank: Wells = Field(default_factory=list)
    standard: Wells = Field(default_factory=list)
    total_added: Wells = Field(default_factory=list)
    unused: Wells = Field(default_factory=list)
    slots: dict[Name, SlotText] = Field(default_factory=dict)
    orientation: Orientation | None = None


class FilterText(Strict):
    """The filter, and what it lies in before use."""

    type: Name
    presoak: Name = ""
    time: Minutes | None = None


class WashesText(Strict):
    """How often the filter, pellet or well is washed, each time with how much."""

    number: Annotated[int, Field(gt=0, le=100)]
    volume: Millilitres | None = None


class StepText(Strict):
    name: Word
    duration: Minutes | None = None
    tolerance: Minutes | None = None
    maximum: Minutes | None = None
    temperature: Celsius | None = None
    begins: Word | None = Field(default=None, alias="from")
    ends: Word | None = Field(default=None, alias="to")
    filter: FilterText | None = None
    washes: WashesText | None = None
    text: Sentence = ""


class ProteinText(Strict):
    """Protein in each well."""

    value: Milligrams
    source: Sentence


class EfficiencyText(Strict):
    value: Percent
    source: Sentence


class StandardText(Strict):
    at: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    efficiency: Percent


class QuenchText(Strict):
    """Quenched standards: the index as the counter prints it, and the efficiency there."""

    index: Name
    standards: list[StandardText]
    source: Sentence


class KnownText(Strict):
    """What each vial of role standard holds, of the radioligand's isotope."""

    value: CountRate
    date: Day
    within: Percent
    source: Sentence


def _head(text: object) -> tuple[int, int]:
    found = re.fullmatch(r"([1-9]\d?) *x *([1-9]\d?)", text) if isinstance(text, str) else None
    if found is None or int(found[1]) * int(found[2]) < 2:
        raise ValueError(f"{text!r} is no head of detectors; write rows x columns, such as 2 x 3")
    return int(found[1]), int(found[2])


Head = Annotated[
    tuple[int, int], BeforeValidator(_head), Json({"type": "string", "examples": ["2 x 3"]})
]


class CountingText(Strict):
    channel: Name | None = None
    unit: Literal["cpm", "dpm"] = "cpm"
    count_time: Minutes | None = None
    efficiency: EfficiencyText | None = None
    quench: QuenchText | None = None
    standard: KnownText | None = None
    detectors: Head | None = None


class ReductionText(Strict):
    response: Response
    added_factor: Annotated[float, Field(gt=0)] = 1.0
    same: list[Name] = Field(default_factory=list)
    vehicle_same: list[Name] = Field(default_factory=list)
    exclude_flags: list[Word] = Field(default_factory=list)
    time: Minutes | None = None


def _parameter(text: str) -> str:
    known = sorted({name for names in PARAMETERS.values() for name in names})
    if text not in known:
        raise ValueError(f"{text!r} is no parameter of the fit{nearest(text, known)}")
    return text


class FitText(Strict):
    model: Model
    fixed: dict[Annotated[str, AfterValidator(_parameter)], float] = Field(default_factory=dict)
    ki: bool = False
    weights: Literal["none", "poisson", "1/y", "1/y2"] = "none"


class LimitsText(Strict):
    fail_below: float | None = Field(default=None, alias="fail below")
    warn_below: float | None = Field(default=None, alias="warn below")
    warn_above: float | None = Field(default=None, alias="warn above")
    fail_above: float | None = Field(default=None, alias="fail above")
    source: Sentence


class HitsText(Strict):
    """From which inhibition on a compound of a screen is a hit."""

    at_least: Percent
    source: Sentence


class ReferenceText(Strict):
    compound: Name
    ki: MolarRange | None = None
    ic50: MolarRange | None = None
    kd: MolarRange | None = None
    km: MolarRange | None = None
    source: Sentence


CHECKS = tuple(DEFAULTS)


def _check_name(text: str) -> str:
    if text not in CHECKS:
        raise ValueError(f"{text!r} is no check{nearest(text, list(CHECKS))}")
    return text


CheckName = Annotated[
    str, AfterValidator(_check_name), Json({"type": "string", "enum": list(CHECKS)})
]


def _no_word(limits: object) -> object:
    if isinstance(limits, str):
        raise ValueError(
            f"found {limits!r}; write default, or limits such as {{warn above: 20, source: ours}}"
        )
    return limits


Limited = Annotated[
    LimitsText,
    BeforeValidator(_no_word),
    Json({"anyOf": [{"const": "default"}, LimitsText.model_json_schema()]}),
]


def _with_defaults(qc: Any) -> Any:
    """``z_prime: default`` written out."""
    if not isinstance(qc, dict):
        return qc
    return {
        name: _written(DEFAULTS[name]) if limits == "default" and name in DEFAULTS else limits
        for name, limits in qc.items()
    }


def _written(limits: Limits) -> dict[str, float | str]:
    written = {
        "fail below": limits.fail_low, "warn below": limits.warn_low,
        "warn above": limits.warn_high, "fail above": limits.fail_high,
    }  # fmt: skip
    given = {key: value for key, value in written.items() if value is not None}
    return {**given, "source": f"default of labsvc; {limits.source}"}


class ProtocolText(Strict):
    """A protocol file."""

    name: Annotated[str, AfterValidator(_protocol_name)]
    version: Name
    title: Name
    kind: Kind
    target: Name
    recognise: RecogniseText
    radioligand: RadioligandText
    nonspecific: Sentence = ""
    assay_volume: Millilitres | None = None
    protein: ProteinText | None = None
    layout: LayoutText
    steps: list[StepText] = Field(default_factory=list)
    counting: CountingText = CountingText()
    reduction: ReductionText
    fit: FitText | None = None
    qc: Annotated[dict[CheckName, Limited], BeforeValidator(_with_defaults)] = Field(
        default_factory=dict
    )
    reference: list[ReferenceText] = Field(default_factory=list)
    hits: HitsText | None = None
    example: ExampleText | None = None
