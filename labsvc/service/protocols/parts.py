"""The volumes, report and alert sections of a protocol (docs/reference/protocol.md)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic import WithJsonSchema as Json

from labsvc.model.protocol import Cited, Volumes
from labsvc.model.telling import AlertWish, Report
from labsvc.service.authoring.schema import Millilitres, Name, Strict
from labsvc.service.authoring.yamltext import Path

MOST_ADDRESSES = 50
_ADDRESS = re.compile(r"^[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*$")
_UNITS: Mapping[str, Literal["mM", "µM", "nM", "pM"]] = {
    "mM": "mM", "uM": "µM", "µM": "µM", "μM": "µM", "nM": "nM", "pM": "pM",
}  # fmt: skip
Fault = Callable[[Path, str], None]
Section = Literal["history", "plate", "bench", "match", "readings"]


def _address(text: str) -> str:
    if _ADDRESS.match(text) is None or len(text) > 254:
        raise ValueError(f"{text!r} is no mail address; write it such as assays@lab.example")
    return text


def _unit(text: object) -> object:
    if text not in _UNITS:
        raise ValueError(f"{text!r} is no unit of a report; write mM, uM, nM or pM")
    return _UNITS[str(text)]


class VolumesText(Strict):
    """What goes into one well; ``well`` is the whole."""

    well: Millilitres
    radioligand: Millilitres | None = None
    membrane: Millilitres | None = None
    compound: Millilitres | None = None
    buffer: Millilitres | None = None


class ReportText(Strict):
    """What the report shows."""

    title: Name | None = None
    curves: Annotated[list[Name], Field(max_length=384)] = Field(default_factory=list)
    unit: Annotated[
        Literal["", "mM", "µM", "nM", "pM"],
        BeforeValidator(_unit),
        Json({"enum": ["mM", "uM", "nM", "pM"]}),
    ] = ""
    without: list[Section] = Field(default_factory=list)


class AlertText(Strict):
    """Who is told of the runs, and from which verdict on."""

    to: Annotated[
        list[Annotated[Name, AfterValidator(_address)]], Field(max_length=MOST_ADDRESSES)
    ] = Field(default_factory=list)
    at: Literal["accepted", "review", "rejected", "never"] = "rejected"


def read_volumes(text: VolumesText, fault: Fault) -> Volumes:
    """The volumes; told are those that cannot be: nothing in a well, parts beyond the whole."""
    found = Volumes(text.well, text.radioligand, text.membrane, text.compound, text.buffer)
    for name, volume in {"well": found.well, **found.parts()}.items():
        if volume == 0:
            fault(("volumes", name), f"the volume of {name} must be above zero")
    whole, parts = found.well * 1000, sum(found.parts().values()) * 1000
    if parts > whole * (1 + 1e-9):
        names = " + ".join(found.parts())
        say = f"{names} make {parts:.6g} uL, more than the {whole:.6g} uL of the well"
        fault(("volumes", "well"), say)
    return found


def protein_in_a_well(
    value: float | None, concentration: float | None, source: str, volumes: Volumes | None
) -> Cited:
    """mg in each well: as told, or its concentration times the volume that brings it.

    ValueError where neither or both are told, where it is nothing, or the volume is not known.
    """
    if (value is None) == (concentration is None):
        raise ValueError("write the protein in each well as 'value', or its 'concentration'")
    if 0 in (value, concentration):
        raise ValueError("the protein must be above zero")
    if value is not None:
        return Cited(value, "mg", source)
    if volumes is None or volumes.membrane is None:
        raise ValueError(
            "the protein in a well is not known from its concentration alone; write what brings it "
            "in the protocol, volumes: {well: 250 uL, membrane: 200 uL}, or the value in a well"
        )
    told = f"{source}: {concentration:g} mg/mL, {volumes.membrane * 1000:g} uL in each well"
    return Cited(float(f"{(concentration or 0.0) * volumes.membrane:.12g}"), "mg", told)


def read_report(text: ReportText, fault: Fault) -> Report:
    for key, names in (("curves", text.curves), ("without", text.without)):
        _once(names, ("report", key), fault)
    if not text.model_dump(exclude_defaults=True):
        fault(("report",), "nothing is said of the report; write title, curves, unit or without")
    return Report(text.title or "", tuple(text.curves), text.unit, tuple(text.without))


def read_alert(text: AlertText, fault: Fault) -> AlertWish:
    _once([one.casefold() for one in text.to], ("alert", "to"), fault)
    if not text.model_dump(exclude_unset=True):
        fault(("alert",), "nothing is said of the alert; write to: [ADDRESS], at: VERDICT, or both")
    if text.at == "never" and text.to:
        fault(("alert", "at"), "'never' tells nobody, but 'to' names somebody; give one of them")
    return AlertWish(tuple(text.to), text.at)


def _once(names: list[str] | list[Section], path: Path, fault: Fault) -> None:
    for index, name in enumerate(names):
        if name in names[:index]:
            fault((*path, index), f"{name!r} is here twice")
