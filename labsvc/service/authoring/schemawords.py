"""What an editor says of a key while the cursor is on it: the words of the JSON Schemas.

A key within a section is written ``section.key``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PROTOCOL: Mapping[str, str] = {
    "name": "The protocol's name (a-z, 0-9, hyphens). Run sheets call it by this.",
    "version": "Yours to count up. Results carry it with the digest of the file.",
    "title": "The heading of its reports.",
    "kind": "The kind of assay. It decides what is reduced, fitted and reported.",
    "target": "The protein.",
    "recognise": "How a run shows that it belongs here. Every part that is given must hold.",
    "recognise.drivers": "Names of drivers: labsvc driver ls.",
    "recognise.program": "The counter's own counting protocol. * stands for anything.",
    "recognise.file_name": "A regular expression; (?P<plate_id>NET-\\d+) reads the plate's name.",
    "recognise.plate_id_prefix": "How the plate's name begins.",
    "recognise.readings": "How many positions were counted.",
    "radioligand": "The labelled ligand or substrate.",
    "radioligand.concentration": "Nominal, 1 nM, or 'run sheet'. A measured one goes before it.",
    "radioligand.kd": "Of a binding assay: value and source, or {from: run sheet}.",
    "radioligand.km": "Of an uptake assay: value and source, or {from: run sheet}.",
    "radioligand.specific_activity": "Value with the date that it is certified for.",
    "nonspecific": "What defines non-specific binding, in words: 1 uM desipramine.",
    "assay_volume": "The volume of one well, for ligand depletion: 0.25 mL.",
    "volumes": "What goes into one well: the whole, radioligand, membrane, compound, buffer.",
    "volumes.well": "The whole of one well, for concentrations and depletion: 250 uL.",
    "volumes.membrane": "Membranes, cells or synaptosomes: what brings the target.",
    "protein": "Protein in each well, with its source: amounts are then per mg.",
    "layout": "What each well holds.",
    "layout.plate": "24, 48, 96 or 384 wells; none for vials in racks.",
    "layout.total": "Wells singly (A01) or as the block between two corners (A01-D01).",
    "layout.nonspecific": "Wells singly (A01) or as the block between two corners (A01-D01).",
    "layout.slots": "Places for compounds, which the run sheet names.",
    "layout.orientation": "How filters of this assay always lie in the counter.",
    "steps": "Bench steps. One with from, to, duration and tolerance is timed.",
    "counting": "How the counts are read: channel, unit, efficiency or quench curve.",
    "reduction": "How counts become the response.",
    "reduction.controls": "plate: each plate by its own controls; run: by those of all plates.",
    "fit": "The model. Without it nothing is fitted.",
    "fit.fixed": "Parameters that are held: {top: 100, bottom: 0}.",
    "fit.ki": "Ki by Cheng-Prusoff; needs kd or km and the concentration.",
    "qc": "Limits of the checks, each with its source. A value on its limit passes.",
    "reference": "Compounds of every run, each with its accepted range.",
    "hits": "From which inhibition on a compound of a screen is a hit.",
    "report": "What the report shows.",
    "report.title": "In place of the protocol's title.",
    "report.curves": "Compounds in the order shown; * stands for anything. Not given: all.",
    "report.unit": "The unit of IC50, Ki, Kd and Km. Not given: that which suits each number.",
    "report.without": "Sections left out; what was found, judged and done is always shown.",
    "alert": "Who is told of the runs.",
    "alert.to": "Mail addresses. Not given: those of the settings.",
    "alert.at": "From which verdict on: rejected (with held), review, accepted (each), never.",
    "example": "A worked example, the protocol's own test: labsvc protocol test.",
}
RUNSHEET: Mapping[str, str] = {
    "name": "The run sheet's name; else the file's without its ending.",
    "protocol": "The protocol's name: labsvc protocol ls.",
    "plate": "The plate's name, as on its barcode or in the counter's file name.",
    "count": "How the run was counted, where it cannot be known by a plate's name.",
    "orientation": "How the filter lay in the counter.",
    "operator": "Who did it.",
    "lots": "Lot numbers by name; kept as written.",
    "compounds": "What is in the slots of the protocol: top with dilution, or concentrations.",
    "positions": "What single positions hold.",
    "masks": "Positions left out of every mean and fit, each with its reason.",
    "times": "When the bench events happened: 2026-03-02 09:05, or with an offset.",
    "radioligand": "The measured concentration with its source.",
    "kd": "In place of the protocol's: value and source.",
    "km": "In place of the protocol's: value and source.",
    "total_added": "What each well was given, in dpm or cpm, with its source.",
    "protein": "Protein in each well, with its source.",
}


def described(schema: dict[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    """``schema`` with the words at their keys; KeyError for words of a key that it has not."""
    for path, sentence in words.items():
        node = schema
        for key in path.split("."):
            node = _resolved(node, schema)["properties"][key]
        node["description"] = sentence
    return schema


def _resolved(node: dict[str, Any], top: dict[str, Any]) -> dict[str, Any]:
    """The class that a node refers to, by itself or as one of its choices."""
    for one in (node, *node.get("anyOf", ())):
        if "$ref" in one:
            found: dict[str, Any] = top["$defs"][one["$ref"].rpartition("/")[2]]
            return found
    return node
