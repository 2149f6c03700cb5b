"""The example section of a protocol: its own test (docs/reference/protocol.md)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from pydantic import WithJsonSchema as Json

from labsvc.model.example import Example, Expected, OtherPlate
from labsvc.model.plate import FORMATS
from labsvc.service.authoring import quantities
from labsvc.service.authoring.schema import Day, Name, Strict
from labsvc.service.authoring.yamltext import Document, Path

MOST_READINGS = 5000
MOST_PLATES = 20
_AMOUNT = re.compile(
    r"^([+-]?(?:\d{1,20}\.?\d{0,20}|\.\d{1,20})(?:[eE][+-]?\d{1,3})?)"
    r"\s*((?:1/)?[^\d\s.,][^,]*)?$"
)
_MOLAR = re.compile(r"^[fpnuµμm]?M$")
Fault = Callable[[Path, str], None]
Amount = tuple[float, str]


def amount(written: object) -> Amount:
    """A number with its unit: molar units become M, others stay as written (``fmol/mg``)."""
    text = str(getattr(written, "written", written)).strip()
    match = _AMOUNT.match(text)
    if match is None or isinstance(written, bool):
        raise ValueError(f"{text!r} is no number with its unit, such as 16 nM, 0.71 or 812 fmol/mg")
    unit = (match[2] or "").strip()
    if _MOLAR.match(unit):
        sign = -1.0 if text.startswith("-") else 1.0
        return sign * quantities.molar(text.lstrip("+-")), "M"
    return float(match[1]), unit


_SHOWN = Json({"type": ["string", "number"], "examples": ["16 nM"]})
AmountText = Annotated[Amount, BeforeValidator(amount), _SHOWN]


class AnswerText(Strict):
    """A number of a curve, of a row of the table, or of a check."""

    curve: Name | None = None
    group: dict[Name, Name] = Field(default_factory=dict)
    check: Name | None = None
    value: Name | None = None
    expected: AmountText = Field(alias="is")
    within: AmountText


class OtherPlateText(Strict):
    """Another plate of the example's run."""

    runsheet: str
    readings: str


class ExampleText(Strict):
    """A run sheet, the readings of its run, and what must come of them."""

    runsheet: str
    readings: str
    counted: Day | None = None
    unit: Literal["cpm", "dpm"] = "cpm"
    corrected: list[Name] = Field(default_factory=list)
    verdict: Literal["accepted", "review", "rejected"] | None = None
    other_plates: Annotated[list[OtherPlateText], Field(max_length=MOST_PLATES)] = Field(
        default_factory=list
    )
    answers: list[AnswerText]


def read_example(
    text: ExampleText, size: int | None, document: Document, fault: Fault
) -> Example:  # fmt: skip
    """The worked example of a plate of ``size`` wells (None: vials); faults with their line."""
    if not text.answers:
        fault(("example", "answers"), "expected one answer or more")
    return Example(
        runsheet=text.runsheet,
        readings=_readings(text.readings, size, fault, ("example", "readings")),
        unit=text.unit,
        corrected=tuple(text.corrected),
        verdict=text.verdict,
        answers=tuple(
            _answer(one, ("example", "answers", index), fault)
            for index, one in enumerate(text.answers)
        ),
        counted_on=text.counted,
        line=document.line(("example", "runsheet")) + 1,
        others=tuple(
            OtherPlate(
                one.runsheet,
                _readings(
                    one.readings, size, fault, ("example", "other_plates", index, "readings")
                ),
            )
            for index, one in enumerate(text.other_plates)
        ),
    )


def _readings(text: str, size: int | None, fault: Fault, path: Path) -> tuple[float | None, ...]:
    words = text.split()
    if len(words) > MOST_READINGS:
        fault(path, f"found {len(words)} readings; at most {MOST_READINGS} are read")
        return ()
    if size is not None and len(words) != FORMATS[size].size:
        fault(path, f"found {len(words)} readings; a plate of {size} has {size}, row by row")
    found: list[float | None] = []
    for word in words:
        match = _AMOUNT.match(word)
        if word != "-" and (match is None or match[2]):
            fault(path, f"{word!r} is no reading; write a number, or - for not counted")
            return ()
        found.append(None if match is None else float(match[1]))
    return tuple(found)


def _answer(text: AnswerText, path: Path, fault: Fault) -> Expected:
    given = [key for key in ("curve", "group", "check") if getattr(text, key)]
    if len(given) != 1 or (text.check is None) != (text.value is not None):
        fault(path, "expected 'curve' or 'group' with 'value', or 'check' alone")
    (expected, unit), (within, kind) = text.expected, text.within
    relative = kind == "%"
    if not relative and kind not in (unit, ""):
        fault((*path, "within"), f"found {kind!r}; expected a percentage, or {unit or 'a number'}")
    return Expected(
        kind="curve" if text.curve else "group" if text.group else "check",
        of=text.curve or text.check or dict(text.group),
        value=text.value or "value",
        expected=expected,
        unit=unit,
        within=within / 100 if relative else within,
        absolute=not relative,
    )
