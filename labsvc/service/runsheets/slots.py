"""Compounds in the slots of a protocol's layout, as every form of run sheet says them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from labsvc.model.protocol import Protocol, Role, Slot
from labsvc.model.runsheet import Compound
from labsvc.service.authoring.quantities import dilution_series
from labsvc.service.authoring.schema import nearest
from labsvc.service.runsheets.parts import TAKES_A_COMPOUND, Row, position_of, role_of

SlotFault = Callable[[int, str, str], None]
"""Told with the fill's place, the key that is meant (empty: all of it), and the sentence."""


@dataclass(frozen=True, slots=True)
class Fill:
    """A compound and its slot as written; ``place`` is the line or the number in the list."""

    place: int
    name: str
    slot: str
    top_m: float | None = None
    dilution: float | None = None
    concentrations_m: tuple[float, ...] | None = None
    stock_m: float | None = None
    role: str | None = None
    group: Mapping[str, str] = field(default_factory=dict)


def compounds_of(fills: Sequence[Fill], protocol: Protocol, fault: SlotFault) -> Iterator[Compound]:
    """Each compound with its concentrations, serial dilutions written out."""
    slots = {slot.name: slot for slot in protocol.layout.slots}
    taken: dict[str, str] = {}
    for one in fills:
        if one.slot not in slots:
            known = nearest(one.slot, list(slots), what="it has")
            fault(one.place, "slot", f"protocol {protocol.name} has no slot {one.slot!r}{known}")
            continue
        if one.slot in taken:
            fault(one.place, "", f"slot {one.slot} holds {taken[one.slot]} already")
        taken.setdefault(one.slot, one.name)
        yield Compound(
            name=one.name,
            slot=one.slot,
            concentrations_m=_concentrations(one, slots[one.slot], fault),
            role=_role(one, protocol, fault),
            stock_m=one.stock_m,
            group=dict(one.group),
        )


def _concentrations(one: Fill, slot: Slot, fault: SlotFault) -> tuple[float, ...]:
    points, listed = len(slot.wells), one.concentrations_m
    if listed is None and one.top_m is not None and one.dilution is not None:
        if one.top_m == 0:
            fault(one.place, "top", "the top concentration must be above zero")
        return dilution_series(one.top_m, one.dilution, points)
    if listed is None or one.top_m is not None or one.dilution is not None:
        fault(one.place, "", f"{one.name} needs 'top' with 'dilution', or 'concentrations' alone")
        return ()
    if len(listed) != points:
        said = f"found {len(listed)} concentrations of {one.name}; slot {slot.name} takes {points}"
        fault(one.place, "concentrations", said)
    if any(lower >= higher for higher, lower in pairwise(listed)):
        falling = f"list {one.name} from the highest concentration down"
        fault(one.place, "concentrations", falling)
    return listed


def _role(one: Fill, protocol: Protocol, fault: SlotFault) -> Role:
    """The role written, else reference for the protocol's reference compounds."""
    if one.role is None:
        references = {each.compound.casefold() for each in protocol.references}
        return "reference" if one.name.casefold() in references else "sample"
    try:
        role = role_of(one.role)
    except ValueError as error:
        fault(one.place, "role", str(error))
        return "sample"
    if role not in TAKES_A_COMPOUND:
        fault(one.place, "role", f"a compound is a sample or a reference, not {role}")
    return role


def refuse_slot_wells(
    rows: Sequence[Row],
    fills: Sequence[Fill],
    protocol: Protocol,
    fault: Callable[[int, str], None],
) -> None:
    """A listed position may restate a control, not a well that a compound's slot fills.

    ``fault`` is told the number of the row and the sentence.
    """
    used = {one.slot: one.name for one in fills}
    held = {
        position: used[slot.name]
        for slot in protocol.layout.slots
        if slot.name in used
        for replicates in slot.wells
        for position in replicates
    }
    for index, row in enumerate(rows):
        try:
            position = position_of(row.position, row.rack, protocol)
        except ValueError:
            continue
        if position in held:
            fault(index, f"{position} holds {held[position]} by its slot")
