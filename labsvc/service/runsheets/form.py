"""An empty run sheet for a protocol, to be filled in: what it must say, and where.

No concentration and no name is proposed but the protocol's own: what is left blank is not said,
and lint tells what is missing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from labsvc.errors import ConfigError
from labsvc.model.plate import FORMATS
from labsvc.model.protocol import BINDING, Protocol
from labsvc.service.authoring.editorschema import RUNSHEET_SCHEMA, header
from labsvc.service.authoring.plaincells import neutral, neutral_remark
from labsvc.service.authoring.scalars import quoted

Shape = Literal["slots", "plate", "list"]
Table = list[list[str]]
SLOT_HEADER = ["slot", "compound", "top", "dilution", "concentrations"]
_OURS = ("rack", "position", "role", "compound")
_HINTS = {
    "operator": "A. Miller",
    "radioligand": "1.04 nM, counted aliquot",
    "kd": "0.8 nM, notebook 12",
    "km": "1 uM, notebook 12",
}
_WHEN = "2026-03-02 09:05"


@dataclass(frozen=True, slots=True)
class Form:
    """``head``: key and what is known of it; ``hints`` shows by key how it is written."""

    protocol: Protocol
    shape: Shape
    head: tuple[tuple[str, str], ...]
    hints: dict[str, str]
    tables: tuple[Table, ...]


def form(protocol: Protocol, *, plate: str | None = None, shape: Shape | None = None) -> Form:
    """The form of a run sheet for this protocol; ConfigError for a shape that it cannot have."""
    shape = shape or _natural(protocol)
    size = protocol.layout.size
    if shape == "slots" and not protocol.layout.slots:
        raise ConfigError(f"protocol {protocol.name} has no slots; take --shape plate or list")
    if shape == "plate" and size is None:
        raise ConfigError(f"protocol {protocol.name} counts vials; take --shape list")
    head = tuple(_head(protocol, plate))
    hints = {key: _hint(key) for key, _ in head}
    return Form(protocol, shape, head, hints, tuple(_tables(protocol, shape)))


def _natural(protocol: Protocol) -> Shape:
    if protocol.layout.slots:
        return "slots"
    return "list" if protocol.layout.size is None else "plate"


def _head(protocol: Protocol, plate: str | None) -> Iterator[tuple[str, str]]:
    yield "protocol", protocol.name
    if protocol.layout.size is None and plate is None:
        yield "count file", ""
    else:
        yield "plate", plate or ""
    if protocol.reduction.controls == "run":  # several plates are in one file
        yield "count file", ""
        yield "count plate", ""
    yield "operator", ""
    yield f"lot {protocol.radioligand.name}", ""
    events = (event for step in protocol.steps for event in (step.begins, step.ends) if event)
    for event in dict.fromkeys(events):
        yield f"time {event}", ""
    if protocol.fit is not None and protocol.fit.affinity:
        yield "radioligand", ""
        if protocol.radioligand.affinity is None:
            yield ("kd" if protocol.kind in BINDING else "km"), ""


def _hint(key: str) -> str:
    if key.startswith("time "):
        return _WHEN
    return _HINTS.get(key, "")


def _tables(protocol: Protocol, shape: Shape) -> Iterator[Table]:
    if shape == "slots":
        yield [SLOT_HEADER, *_slot_rows(protocol)]
    elif shape == "plate":
        yield grid(protocol, "compound", protocol.layout.roles)
        yield grid(protocol, "concentration_uM", {})
    else:
        yield [_columns(protocol)]


def _slot_rows(protocol: Protocol) -> Iterator[list[str]]:
    """One row for each slot; the protocol's reference compounds are in the first."""
    named = iter([one.compound for one in protocol.references])
    for slot in protocol.layout.slots:
        compound = protocol.radioligand.name if slot.role else next(named, "")
        yield [slot.name, compound, "", "", ""]


def _columns(protocol: Protocol) -> list[str]:
    """Those of a list of positions, with what the protocol tells groups apart by."""
    matched = (*protocol.reduction.same, *protocol.reduction.vehicle_same)
    concentration = next((one for one in matched if one.startswith("concentration_")),
                         "concentration_uM")  # fmt: skip
    ours = _OURS if protocol.layout.size is None else _OURS[1:]
    return list(dict.fromkeys([*ours, concentration, *matched, "mask"]))


def grid(protocol: Protocol, corner: str, held: Mapping[str, str]) -> Table:
    """A table shaped like the protocol's plate, with what its wells hold."""
    plate = FORMATS[protocol.layout.size or 96]
    wells = list(plate.wells())
    rows = [wells[start : start + plate.columns] for start in range(0, plate.size, plate.columns)]
    numbers = [str(column) for column in range(1, plate.columns + 1)]
    return [[corner, *numbers], *([row[0][0], *(held.get(one, "") for one in row)] for row in rows)]


def as_csv(one: Form) -> str:
    """The form as a CSV run sheet; the hints stand in a remark."""
    out = io.StringIO()
    hints = "; ".join(dict.fromkeys(filter(None, one.hints.values())))
    remarks = (
        f"Run sheet for {one.protocol.title} (protocol version {one.protocol.version})",
        f"Fill in after each colon, such as {hints}",
        *(f"{key}: {value}".rstrip() for key, value in one.head),
    )
    out.writelines(neutral_remark(f"# {text}") + "\n" for text in remarks)
    writer = csv.writer(out, lineterminator="\n")
    for number, table in enumerate(one.tables):
        out.write("\n" if number else "")
        writer.writerows([neutral(cell) for cell in row] for row in table)
    return out.getvalue()


def as_yaml(one: Form) -> str:
    """The form as a run sheet in YAML: what is blank is a comment, or for lint to tell."""
    lines = [
        header(RUNSHEET_SCHEMA).rstrip(),
        f"# Run sheet for {one.protocol.title} (protocol version {one.protocol.version}).",
        "# Fill it in, then: labsvc runsheet lint THIS_FILE",
        "# Every key is explained in docs/reference/runsheet.md.",
        "",
        *_yaml_head(one),
        *(_yaml_slots(one) if one.shape == "slots" else _yaml_positions(one)),
        "# Wells left out of every mean and fit, each with its reason.",
        "# masks:",
        "#   - {position: B07, reason: air bubble}",
    ]
    return "\n".join(lines) + "\n"


def _yaml_head(one: Form) -> Iterator[str]:
    told = dict(one.head)
    yield f"protocol: {told['protocol']}"
    if "plate" in told:
        yield (
            f"plate: {_quoted(told['plate'])}" if told["plate"] else "plate:    # as on its barcode"
        )
        if "count plate" in told:
            yield "# Where the counter prints no name of the plate, which one of its file this is:"
            yield '# count: {file: "2026-03-02*.txt", plate: 1}'
    else:
        yield 'count: {file: }    # the counter\'s file, such as "2026-03-02*.csv"'
    yield "# operator: A. Miller"
    yield f"# lots: {{{_quoted(one.protocol.radioligand.name)}: 2419337}}"
    times = [key.removeprefix("time ") for key in told if key.startswith("time ")]
    if times:
        yield "# When the bench steps happened; the harvest log and labsvc step tell them too."
        yield "# times:"
        yield from (f"#   {event}: {_WHEN}" for event in times)
    for key in ("radioligand", "kd", "km"):
        if key in told:
            yield from _yaml_cited(one.protocol, key)
    yield ""


def _yaml_cited(protocol: Protocol, key: str) -> Iterator[str]:
    """Needed where the protocol leaves it to the run sheet, else a comment."""
    value, source = _HINTS[key].split(", ")
    first = "concentration" if key == "radioligand" else "value"
    needed = key != "radioligand" or protocol.radioligand.concentration_m is None
    if needed:
        yield f"{key}: {{{first}: , source: }}    # {first}: {value}, source: {source}"
    else:
        yield f"# {key}: {{{first}: {value}, source: {source}}}"


def _yaml_slots(one: Form) -> Iterator[str]:
    yield "# The highest concentration stands first; a slot that stays empty: take its line away."
    yield "# In place of top and dilution: concentrations: [10 uM, 1 uM, ...], one for each point."
    yield "# top: 10 uM, dilution: half-log (or 1:3)"
    yield "compounds:"
    for slot, compound, *_ in one.tables[0][1:]:
        yield f"  - {{slot: {_quoted(slot)}, name: {_quoted(compound)}, top: , dilution: }}"


def _yaml_positions(one: Form) -> Iterator[str]:
    rack = "" if one.protocol.layout.size else "rack: 1, "
    place = "A02" if one.protocol.layout.size else "1"
    yield "# One line for each position; a workbook or a CSV is less to type (--out NAME.xlsx)."
    yield "positions:"
    yield f"  - {{{rack}position: , role: }}"
    yield f"# - {{{rack}position: {place}, role: sample, compound: LAB-0042, concentration: 10 uM}}"


def _quoted(text: str) -> str:
    """As YAML wants it: bare where it is a plain word, nothing where it is blank."""
    if not text or (text.replace("-", "").isalnum() and text[0] not in "-0"):
        return text
    return quoted(text)
