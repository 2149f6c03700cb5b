"""What each position of a unit holds: the protocol's layout, the run sheet, and the readings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from operator import attrgetter
from typing import NamedTuple

from labsvc.errors import LayoutError
from labsvc.model.assay import Unit, Well
from labsvc.model.protocol import Protocol, Role
from labsvc.model.run import Reading, State
from labsvc.model.runsheet import Compound, RunSheet

Place = tuple[str | None, str]
"""Rack (None on a plate) and position."""


class _Plan(NamedTuple):
    role: Role
    compound: str | None = None
    concentration_m: float | None = None
    group: Mapping[str, str] = {}


def wells(unit: Unit, protocol: Protocol, sheet: RunSheet) -> tuple[Well, ...]:
    """Every position that the protocol or the run sheet places, with its reading.

    Raises LayoutError when the plan and the run do not fit: a placed position was never
    counted, (on plates) a counted one is placed nowhere, or a mask is of no placed position.
    """
    plan = _plan(protocol, sheet)
    readings = _latest(unit.readings)
    _refuse_uncounted(plan, readings)
    if protocol.layout.size is not None:
        _refuse_unplaced(plan, readings, protocol, sheet)
    masks = {(mask.rack, mask.position): mask.reason for mask in sheet.masks}
    _refuse_stray_masks(plan, masks, sheet)
    return tuple([
        Well(
            place[1],
            place[0],
            planned.role,
            planned.compound,
            planned.concentration_m,
            reading := readings.get(place),
            planned.group,
            masks.get(place) or _why_unusable(reading, protocol),
        )
        for place, planned in plan.items()
    ])  # fmt: skip


def roles(protocol: Protocol, sheet: RunSheet) -> dict[Place, Role]:
    """What the protocol and the run sheet place where, before anything is counted.

    Raises LayoutError where the two do not fit each other.
    """
    return {place: planned.role for place, planned in _plan(protocol, sheet).items()}


def unplaced(unit: Unit, placed: tuple[Well, ...]) -> int:
    """How many counted readings of the unit no plan mentions."""
    known = {(well.rack, well.position) for well in placed}
    others = [one for one in unit.readings if (one.rack, one.position) not in known]
    return sum(1 for one in _latest(others).values() if one.state is not State.NOT_COUNTED)


def recounted(unit: Unit) -> int:
    """How many places of the unit were counted more than once; ``wells`` takes the last."""
    counted = [
        (reading.rack, reading.position)
        for reading in unit.readings
        if reading.state is not State.NOT_COUNTED
    ]
    if len(set(counted)) == len(counted):
        return 0  # as nearly always
    return sum(1 for n in Counter(counted).values() if n > 1)


def _plan(protocol: Protocol, sheet: RunSheet) -> dict[Place, _Plan]:
    plan: dict[Place, _Plan] = {
        (None, position): _only(role) for position, role in protocol.layout.roles.items()
    }
    by_slot = {compound.slot: compound for compound in sheet.compounds}
    for slot in protocol.layout.slots:
        compound = by_slot.pop(slot.name, None)
        for index, replicates in enumerate(slot.wells):
            holds = _in_slot(compound, index, slot.role)
            for position in replicates:
                plan[None, position] = holds
    if by_slot:
        names = ", ".join(sorted(by_slot))
        known = ", ".join(slot.name for slot in protocol.layout.slots) or "none"
        raise LayoutError(
            f"run sheet {sheet.name} puts a compound in slot {names}, but protocol "
            f"{protocol.name} has the slots {known}; correct the slot in the run sheet"
        )
    for one in sheet.placements:
        plan[one.rack, one.position] = _Plan(one.role, one.compound, one.concentration_m, one.group)
    return plan


@cache
def _only(role: Role) -> _Plan:
    return _Plan(role)


def _in_slot(compound: Compound | None, index: int, role: Role | None) -> _Plan:
    if compound is None or index >= len(compound.concentrations_m):
        return _only("unused")
    return _Plan(
        role or compound.role, compound.name, compound.concentrations_m[index], compound.group
    )


def _latest(readings: Sequence[Reading]) -> dict[Place, Reading]:
    """By place. Where a place was counted several times, the last complete count stands."""
    found: dict[Place, Reading] = {}
    for reading in sorted(readings, key=attrgetter("cycle", "repeat", "order")):
        place = (reading.rack, reading.position)
        if place not in found or reading.state in (State.COUNTED, State.OVERFLOW):
            found[place] = reading
    return found


def _why_unusable(reading: Reading | None, protocol: Protocol) -> str | None:
    if reading is None or (reading.state is State.COUNTED and not reading.flags):
        return None
    if reading.state is State.NOT_COUNTED:
        return "not counted by the instrument"
    if reading.state is State.ABORTED:
        return "counting was aborted"
    if reading.state is State.OVERFLOW and "recovered" not in reading.flags:
        return "the printed value overflowed its column"
    for flag in protocol.reduction.exclude_flags:
        if flag in reading.flags:
            return f"flagged by the counter ({flag.replace('_', ' ')})"
    return None


def _refuse_uncounted(plan: dict[Place, _Plan], readings: dict[Place, Reading]) -> None:
    missing = [
        place for place, planned in plan.items()
        if planned.role != "unused" and place not in readings
    ]  # fmt: skip
    if missing:
        raise LayoutError(
            f"{len(missing)} of the {len(plan)} planned positions were not in the run "
            f"({_spell(missing)}); the run has {len(readings)} readings. Check that the run "
            "sheet belongs to this run"
        )


def _refuse_stray_masks(plan: dict[Place, _Plan], masks: dict[Place, str], sheet: RunSheet) -> None:
    """A mask that hits nothing would leave in what a person wanted out."""
    stray = [place for place in masks if place not in plan]
    if stray:
        raise LayoutError(
            f"run sheet {sheet.name} masks {_spell(stray)}, which the plan does not place; "
            "correct the position (and rack) of the mask"
        )


def _refuse_unplaced(
    plan: dict[Place, _Plan], readings: dict[Place, Reading], protocol: Protocol, sheet: RunSheet
) -> None:
    stray = [
        place
        for place, reading in readings.items()
        if place not in plan and reading.state is not State.NOT_COUNTED
    ]
    if stray:
        raise LayoutError(
            f"the plan places {len(plan)} positions but the run counted {len(readings)}: "
            f"{_spell(stray)} have counts and no role in protocol {protocol.name} or run sheet "
            f"{sheet.name}; give them a role (unused, if so)"
        )


def _spell(places: list[Place], most: int = 5) -> str:
    names = [f"rack {rack} position {name}" if rack else name for rack, name in places[:most]]
    return ", ".join(names) + (f" and {len(places) - most} more" if len(places) > most else "")
