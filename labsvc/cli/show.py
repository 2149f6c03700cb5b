"""Results as lines of text, from their JSON documents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labsvc.core.benchsteps.timeline import entries_of, one_line
from labsvc.model.notation import significant

Json = dict[str, Any]
DIGITS = 16
"""So many of a digest tell versions apart for people."""


def result_lines(document: Json) -> Iterator[str]:
    """A result for the terminal: verdict, curves or rows, findings."""
    plate = document["plate_id"] or ""
    yield f"{document['id']}  {document['verdict'].upper()}  {plate} {document['title']}".rstrip()
    if document["held_because"]:
        yield f"  held: {document['held_because']}; released by {document['released_by']}"
    for curve in document["curves"]:
        yield f"  {curve['compound']}: {curve['reportable']}"
    yield from _group_lines(document["groups"])
    for one in document["findings"]:
        if one["status"] != "pass":
            yield f"  {one['status'].upper()} {one['sentence']}"


def _group_lines(groups: list[Json]) -> Iterator[str]:
    for group in groups:
        keys = [str(value) for name, value in group.items()
                if isinstance(value, str) and value]  # fmt: skip
        numbers = [
            f"{name} {significant(value, 4)}"
            for name, value in group.items()
            if isinstance(value, int | float) and name != "n"
        ]
        yield f"  {' '.join(keys)}: {', '.join(numbers)}"


def explain_lines(document: Json) -> Iterator[str]:
    """Every number's origin: driver, match, constants, operations, formulas, findings."""
    yield from result_lines(document)
    yield "\nWhere it came from"
    for raw in document.get("raw", []):
        yield f"  {raw['name']}  sha256 {raw['sha256']}"
    when = document["counted_at_text"] or "at a time not given"
    yield f"  {document['instrument']}, counted {when}"
    yield f"  run key: {document['run_key']}"
    if document.get("driver"):
        yield f"  read by driver {document['driver']}, from source {document['source']}"
    yield "\nWhy this protocol and run sheet"
    yield from _made_with(document)
    for why in document["match"]["why"]:
        yield f"  taken: {why}"
    for one in document["match"]["rejected"]:
        yield f"  not {one['protocol']}: {one['why']}"
    yield "\nBench steps"
    line = one_line(entries_of(document))
    if line:
        yield f"  {line}"
    for entry in document["timeline"]:
        remark = f"  ({entry['finding']})" if entry["finding"] else ""
        yield f"  {entry['at']}  {entry['step']}  by {entry['source']}{remark}"
    yield "\nConstants"
    for one in document["constants"]:
        yield f"  {one['name']} = {one['value']:g} {one['unit']}  ({one['source']})"
    yield from _mask_lines(document)
    yield "\nHow the counts were reduced"
    for one in document["operations"]:
        yield f"  {one['sentence']}"
    yield from _curve_explanations(document["curves"])
    yield "\nChecks"
    for one in document["findings"]:
        yield f"  {one['status']}: {one['sentence']}"


def _made_with(document: Json) -> Iterator[str]:
    """The versions it was made with, whatever is in force now; nothing for a held run."""
    protocol, sheet = document["protocol"], document["runsheet"]
    if protocol:
        named = f"{protocol['name']}, version {protocol['version']}"
        yield f"  protocol {named}, digest {protocol['digest'][:DIGITS]}"
    if sheet:
        yield f"  run sheet {sheet['name']}, digest {sheet['digest'][:DIGITS]}"


def _mask_lines(document: Json) -> Iterator[str]:
    """What people left out after the count; nothing is said where nobody did."""
    masks = document.get("masks", ())
    if masks:
        yield "\nMasked by people"
    for one in masks:
        rack = f"rack {one['rack']} position " if one["rack"] else ""
        yield f"  {rack}{one['position']}: {one['reason']}  (by {one['by']} at {one['at']})"


def _curve_explanations(curves: list[Json]) -> Iterator[str]:
    if curves:
        yield "\nCurves"
    for curve in curves:
        fit = curve["fit"]
        if fit is None:
            yield f"  {curve['compound']}: not fitted"
            continue
        yield f"  {curve['compound']}: {fit['model']}, {fit['status']}, {fit['n_points']} points"
        for name, one in fit["parameters"].items():
            if one["value"] is not None:
                yield f"    {name} = {one['value']:.6g} {one['unit']}{_interval(one)}"
        if curve["ki"] and curve["ki"]["value"] is not None:
            inputs = ", ".join(f"{key} {value}" for key, value in curve["ki"]["inputs"].items())
            yield f"    Ki = {curve['ki']['value']:.6g} M by {curve['ki']['formula']} with {inputs}"


def _interval(parameter: Json) -> str:
    if parameter["fixed"]:
        return " (fixed)"
    if parameter["ci95"] is None:
        return ""
    low, high = ("open" if end is None else f"{end:.6g}" for end in parameter["ci95"])
    return f", 95 % interval {low} to {high} ({parameter['ci_method']})"
