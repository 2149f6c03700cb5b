"""The other plates of a run, where a protocol takes the controls of all of them together.

Each is matched by itself, with its own run sheet, before its controls count. While one of them
waits for something, all wait: a mean over some of the controls would be another number later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from labsvc.core.assays.pooling import plate_name, setting
from labsvc.core.matching.match import match
from labsvc.core.matching.recognition import shown
from labsvc.core.matching.sheetindex import belonging
from labsvc.core.matching.units import beside
from labsvc.model.assay import Assay, BenchEvent, Held, Unit
from labsvc.model.protocol import Protocol
from labsvc.model.result import Operation
from labsvc.model.runsheet import RunSheet


def with_fellows(
    assay: Assay,
    protocols: Sequence[Protocol],
    sheets: Sequence[RunSheet],
    events: Sequence[BenchEvent],
) -> Assay | Held:
    """The assay with the run's other plates of its protocol; held while one of them is."""
    if assay.protocol.reduction.controls != "run":
        return assay
    found = [match(one, protocols, sheets, events) for one in beside(assay.unit)]
    waiting = [
        one
        for one in found
        if isinstance(one, Held) and _may_be_of(one.unit, one, assay.protocol, protocols, sheets)
    ]
    if waiting:
        return _held(assay, waiting)
    return joined(assay, [one for one in found if isinstance(one, Assay)])


def joined(assay: Assay, others: Sequence[Assay]) -> Assay:
    """The assay with those of the other plates that are of its protocol; the others are told."""
    same = [one for one in others if one.protocol.name == assay.protocol.name]
    left = [plate_name(one) for one in beside(assay.unit)
            if one.plate not in {each.unit.plate for each in same}]  # fmt: skip
    fellows = tuple(replace(one, wells=setting(one.wells)) for one in same)
    return replace(assay, fellows=fellows, operations=(*assay.operations, *_left_out(left)))


def _left_out(plates: Sequence[str]) -> tuple[Operation, ...]:
    if not plates:
        return ()
    sentence = (
        f"Of the run's other plates {', '.join(plates)} are of another protocol or of none; their "
        "controls take no part."
    )
    return (Operation("plates of other protocols", sentence, {"plates": float(len(plates))}),)


def _may_be_of(
    unit: Unit,
    held: Held,
    protocol: Protocol,
    protocols: Sequence[Protocol],
    sheets: Sequence[RunSheet],
) -> bool:
    """Whether a held plate may yet turn out to be of this protocol."""
    if any(one.taken and one.name == protocol.name for one in held.candidates):
        return True
    named = belonging(shown(unit), protocols, sheets)
    return any(one.name == protocol.name for one, _ in named)


def _held(assay: Assay, waiting: Sequence[Held]) -> Held:
    first, names = waiting[0], [plate_name(one.unit) for one in waiting]
    more = f" ({len(names) - 1} more plates wait too)" if len(names) > 1 else ""
    return Held(
        assay.unit,
        f"protocol {assay.protocol.name} takes the controls of all plates of the run together, and "
        f"{names[0]} is held: {first.because}{more}",
        f"{first.released_by}; a plate that takes no part is named by a run sheet that masks its "
        "controls, or of another protocol",
        assay.candidates,
        waits_for=tuple(one.unit.plate_id or "" for one in waiting),
    )
