"""The keys of a protocol's radioligand and counting sections (docs/reference/protocol.md)."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic import WithJsonSchema as Json

from labsvc.service.authoring import quantities
from labsvc.service.authoring.schema import (
    CiPerMmol,
    CountRate,
    Day,
    Minutes,
    Molar,
    Name,
    Percent,
    Sentence,
    Strict,
)

RUN_SHEET = "run sheet"
_ISOTOPE = re.compile(r"^[1-9][0-9]{0,2}[A-Z][a-z]?$")


def _isotope(text: str) -> str:
    if _ISOTOPE.match(text) is None:
        raise ValueError(f"{text!r} is no isotope; write it such as 3H or 125I")
    return text


def _molar_or_run_sheet(text: object) -> object:
    return text if text == RUN_SHEET else quantities.molar(text)


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
