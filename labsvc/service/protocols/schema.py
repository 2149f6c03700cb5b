"""The keys of a protocol file and what each may hold (docs/reference/protocol.md)."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic import WithJsonSchema as Json

from labsvc.model.protocol import Kind
from labsvc.service.authoring.patterns import compiled
from labsvc.service.authoring.schema import (
    Celsius,
    Day,
    MgPerMl,
    Milligrams,
    Millilitres,
    Minutes,
    Name,
    Orientation,
    Sentence,
    Strict,
    Word,
    nearest,
)
from labsvc.service.protocols.countingschema import CountingText, RadioligandText
from labsvc.service.protocols.exampletext import ExampleText
from labsvc.service.protocols.parts import AlertText, ReportText, VolumesText
from labsvc.service.protocols.qualityschema import (
    CheckName,
    HitsText,
    Limited,
    ReferenceText,
    with_defaults,
)

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
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
    if _NAME.fullmatch(text) is None:
        raise ValueError(f"{text!r} is no protocol name; use a-z, 0-9 and hyphens: net-binding")
    return text


def _pattern(text: str) -> str:
    for group in compiled(text).groupindex:
        if group not in _GROUPS:
            raise ValueError(f"the named group {group!r} means nothing here; known: plate_id")
    return text


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
    """Protein in each well, or in what brings it (``volumes: membrane``)."""

    value: Milligrams | None = None
    concentration: MgPerMl | None = None
    source: Sentence


class ReductionText(Strict):
    response: Response
    added_factor: Annotated[float, Field(gt=0)] = 1.0
    same: list[Name] = Field(default_factory=list)
    vehicle_same: list[Name] = Field(default_factory=list)
    exclude_flags: list[Word] = Field(default_factory=list)
    time: Minutes | None = None
    controls: Literal["plate", "run"] = "plate"


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
    volumes: VolumesText | None = None
    protein: ProteinText | None = None
    layout: LayoutText
    steps: list[StepText] = Field(default_factory=list)
    counting: CountingText = CountingText()
    reduction: ReductionText
    fit: FitText | None = None
    qc: Annotated[dict[CheckName, Limited], BeforeValidator(with_defaults)] = Field(
        default_factory=dict
    )
    reference: list[ReferenceText] = Field(default_factory=list)
    hits: HitsText | None = None
    report: ReportText | None = None
    alert: AlertText | None = None
    example: ExampleText | None = None
