"""The keys of a protocol file and what each may hold (docs/reference/protocol.md)."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic import WithJsonSchema as Json

from labsvc.model.protocol import Kind
from labsvc.service import quantities
from labsvc.service.schema import (
    Celsius,
    CiPerMmol,
    Day,
    Millilitres,
    Minutes,
    Molar,
    MolarRange,
    Name,
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
    "percent_specific", "percent_of_control", "percent_inhibition", "fraction_of_added"
]
PARAMETERS = ("top", "bottom", "hill")


def _protocol_name(text: str) -> str:
    if _NAME.match(text) is None:
        raise ValueError(f"{text!r} is no protocol name; use a-z, 0-9 and hyphens: net-binding")
    return text


def _isotope(text: str) -> str:
    if _ISOTOPE.match(text) is None:
        raise ValueError(f"{text!r} is no isotope; write it such as 3H or 125I")
    return text


def _pattern(text: str) -> str:
    try:
        found = re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is no regular expression: {error}") from error
    for group in found.groupindex:
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
        Annotated[float | Literal["run sheet"], BeforeValidator(_molar_or_run_sheet)] | None
    ) = None
    kd: AffinityText | None = None
    km: AffinityText | None = None
    specific_activity: SpecificActivityText | None = None


class SlotText(Strict):
    """Either a block of wells with the direction of the series, or every point's wells."""

    wells: str | None = None
    series: Literal["across", "down"] | None = None
    points: list[list[str]] | None = None


class LayoutText(Strict):
    plate: Annotated[int | None, BeforeValidator(_plate), Json({"enum": [24, 48, 96, 384, "none"]})]
    total: list[str] = Field(default_factory=list)
    nonspecific: list[str] = Field(default_factory=list)
    vehicle: list[str] = Field(default_factory=list)
    background: list[str] = Field(default_factory=list)
    blank: list[str] = Field(default_factory=list)
    standard: list[str] = Field(default_factory=list)
    total_added: list[str] = Field(default_factory=list)
    unused: list[str] = Field(default_factory=list)
    slots: dict[Name, SlotText] = Field(default_factory=dict)


class StepText(Strict):
    name: Word
    duration: Minutes | None = None
    tolerance: Minutes | None = None
    maximum: Minutes | None = None
    temperature: Celsius | None = None
    begins: Word | None = Field(default=None, alias="from")
    ends: Word | None = Field(default=None, alias="to")
    text: Sentence = ""


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


class CountingText(Strict):
    channel: Name | None = None
    unit: Literal["cpm", "dpm"] = "cpm"
    count_time: Minutes | None = None
    efficiency: EfficiencyText | None = None
    quench: QuenchText | None = None


class ReductionText(Strict):
    response: Response
    added_factor: Annotated[float, Field(gt=0)] = 1.0
    same: list[Name] = Field(default_factory=list)
    vehicle_same: list[Name] = Field(default_factory=list)
    exclude_flags: list[Word] = Field(default_factory=list)


def _parameter(text: str) -> str:
    if text not in PARAMETERS:
        raise ValueError(f"{text!r} is no parameter of the fit{nearest(text, list(PARAMETERS))}")
    return text


class FitText(Strict):
    model: Literal["inhibition_3pl", "inhibition_4pl"]
    fixed: dict[Annotated[str, AfterValidator(_parameter)], float] = Field(default_factory=dict)
    ki: bool = False
    weights: Literal["none", "poisson"] = "none"


class LimitsText(Strict):
    fail_below: float | None = Field(default=None, alias="fail below")
    warn_below: float | None = Field(default=None, alias="warn below")
    warn_above: float | None = Field(default=None, alias="warn above")
    fail_above: float | None = Field(default=None, alias="fail above")
    source: Sentence


class ReferenceText(Strict):
    compound: Name
    ki: MolarRange | None = None
    ic50: MolarRange | None = None
    source: Sentence


CHECKS = (
    "z_prime",
    "signal_to_background",
    "control_cv_percent",
    "replicate_cv_percent",
    "nonspecific_percent",
    "specific_percent",
    "ligand_depletion_percent",
    "hill",
    "curve_top",
    "curve_bottom",
)


def _check_name(text: str) -> str:
    if text not in CHECKS:
        raise ValueError(f"{text!r} is no check{nearest(text, list(CHECKS))}")
    return text


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
    layout: LayoutText
    steps: list[StepText] = Field(default_factory=list)
    counting: CountingText = CountingText()
    reduction: ReductionText
    fit: FitText | None = None
    qc: dict[Annotated[str, AfterValidator(_check_name)], LimitsText] = Field(default_factory=dict)
    reference: list[ReferenceText] = Field(default_factory=list)
