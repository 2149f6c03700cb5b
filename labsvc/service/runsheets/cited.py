"""Quantities above a run sheet's table, each with its source: ``radioligand: 1.04 nM, counted``.

A concentration may have its standard deviation: ``1.04 nM ± 0.05 nM, counted``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from labsvc.model.protocol import BINDING, Cited, Protocol
from labsvc.service.authoring import quantities
from labsvc.service.protocols.parts import protein_in_a_well
from labsvc.service.runsheets.parts import in_the_well
from labsvc.service.runsheets.table import CITED, Sheet

_SPREAD = re.compile(r"\s*(?:±|\+-|\+/-)\s*")
_READ: Mapping[str, Callable[[str], tuple[float, str]]] = {
    "radioligand": lambda text: (quantities.molar(text), "M"),
    "kd": lambda text: (_above_zero(quantities.molar(text)), "M"),
    "km": lambda text: (_above_zero(quantities.molar(text)), "M"),
    "total added": quantities.count_rate,
    "protein concentration": lambda text: (_above_zero(quantities.mg_per_ml(text)), "mg/mL"),
    "protein": lambda text: (_above_zero(quantities.milligrams(text)), "mg"),
}


def cited(sheet: Sheet, protocol: Protocol) -> dict[str, Cited]:
    """The quantities told, by their keys; what is wrong with one is a fault of its line."""
    wrong = "km" if protocol.kind in BINDING else "kd"
    found = {}
    for key in CITED:
        text = sheet.head.get(key)
        if text is None:
            continue
        try:
            if key == wrong:
                right = "kd" if wrong == "km" else "km"
                raise ValueError(f"protocol {protocol.name} takes {right!r}, not {wrong!r}")
            found[key] = _of_this(key, text, protocol)
        except ValueError as error:
            sheet.fault(sheet.head_lines[key], f"{key}: {error}")
    return found


def _of_this(key: str, text: str, protocol: Protocol) -> Cited:
    """What is told of the well, or of what goes into it, which the protocol's volumes tell."""
    if key == "radioligand":
        return _ligand(text, protocol)
    if key == "protein" and "/" in text.partition(",")[0]:
        written = _read("protein concentration", text)
        return protein_in_a_well(None, written.value, written.source, protocol.volumes)
    return _read(key, text)


def _ligand(text: str, protocol: Protocol) -> Cited:
    """In the well, as written, or of the working solution: ``working 10.4 nM, counted``."""
    word, _, rest = text.strip().partition(" ")
    if word != "working":
        return _read("radioligand", text)
    return in_the_well(_read("radioligand", rest), protocol)


def _read(key: str, text: str) -> Cited:
    written, _, source = (part.strip() for part in text.partition(","))
    amount, *spread = _SPREAD.split(written, maxsplit=1)
    value, unit = _READ[key](amount)
    sd = _READ[key](spread[0])[0] if spread else None
    if sd is not None and unit != "M":
        raise ValueError(f"{text!r} has an uncertainty, which is not used here; leave it out")
    if not source:
        raise ValueError(f"{text!r} has no source; write it after a comma: {written}, counted")
    return Cited(value, unit, source, sd)


def _above_zero(value: float) -> float:
    if value == 0:
        raise ValueError("expected more than zero")
    return value
