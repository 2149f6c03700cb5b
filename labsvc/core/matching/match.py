"""Which protocol and which run sheet a run belongs to: every candidate, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from labsvc.core.benchsteps.changeover import changeover_findings
from labsvc.core.benchsteps.clocks import (
    clock_findings,
    clock_operations,
    harvest_to_count,
    offsets,
)
from labsvc.core.benchsteps.timeline import events_of, timeline
from labsvc.core.matching.layout import wells
from labsvc.core.matching.masking import with_masks
from labsvc.core.matching.orientation import Doubt, doubt, operation, told, turned
from labsvc.core.matching.recognition import Shown, grounds, plate_identity, rule_of, shown, why_not
from labsvc.core.matching.sheetindex import belonging
from labsvc.core.matching.units import beside
from labsvc.errors import LayoutError
from labsvc.model.assay import Assay, BenchEvent, Held, Unit
from labsvc.model.protocol import Protocol
from labsvc.model.result import Candidate, Operation
from labsvc.model.runsheet import RunSheet

MOST = 50
"""So many protocols that do not take a run are told with it: a result is kept for ever."""


def match(
    unit: Unit,
    protocols: Sequence[Protocol],
    sheets: Sequence[RunSheet],
    events: Sequence[BenchEvent],
) -> Assay | Held:
    """The one protocol and the one run sheet for this unit, or why it is held.

    A run sheet that belongs to the unit settles which protocol; without one, every protocol that
    recognises the run is named. One that names the count itself needs no recognition: the person
    has said it. ``events`` may be of any plate; those of this one are used. Of the protocols that
    do not take it the nearest ``MOST`` are named.
    """
    found = _matched(unit, protocols, sheets, events)
    near = _nearest(found.candidates)
    return found if near is found.candidates else replace(found, candidates=near)


def _matched(
    unit: Unit,
    protocols: Sequence[Protocol],
    sheets: Sequence[RunSheet],
    events: Sequence[BenchEvent],
) -> Assay | Held:
    seen = shown(unit)
    weighed = _weighed(seen, protocols)
    claiming = [protocol for protocol, why in weighed if why is None]
    candidates = _ranked(seen, weighed)
    belong = belonging(seen, protocols, sheets)
    pairs = [
        (protocol, sheet) for protocol, sheet in belong if sheet.names_count or protocol in claiming
    ]
    if len(pairs) == 1:
        protocol, sheet = pairs[0]
        return assemble(unit, protocol, sheet, events, _taken(candidates, protocol, sheet))
    if len(pairs) > 1:
        names = " and ".join(sorted(sheet.name for _, sheet in pairs))
        return Held(
            unit,
            f"{len(pairs)} run sheets claim this run: {names}",
            "remove all but one of them, or narrow their plate or count file",
            candidates,
        )
    if belong:
        protocol, sheet = belong[0]
        why = next(why for one, why in weighed if one is protocol)
        return _unrecognised(unit, protocol, sheet, why or "", candidates)
    return _held(unit, seen, claiming, candidates)


def assemble(
    unit: Unit,
    protocol: Protocol,
    sheet: RunSheet,
    events: Sequence[BenchEvent],
    candidates: tuple[Candidate, ...],
) -> Assay | Held:
    """The unit joined with this protocol and run sheet; held when they do not fit the run."""
    known = replace(unit, plate_id=sheet.plate_id or plate_identity(shown(unit), protocol))
    try:
        lay = told(protocol, sheet, events_of(known, events))
        read = turned(known, protocol, lay.orientation)
        placed = wells(read, protocol, with_masks(sheet, unit.masks))
        doubted = doubt(known, protocol, lay, placed)
    except LayoutError as error:
        released_by = "a run sheet or protocol that fits the run"
        if unit.masks:
            released_by += ", or labsvc runs mask --unmask for what people masked in it"
        return Held(known, f"{_of_cycle(unit)}{error}", released_by, candidates)
    if doubted is not None and not lay.by_person:
        return Held(known, doubted.sentence, _released_by(doubted, sheet), candidates)
    steps = timeline(known, protocol, sheet, events)
    clocks = offsets(known, steps)
    doubts = (doubted.finding,) if doubted is not None else ()
    return Assay(
        unit=read,
        protocol=protocol,
        runsheet=sheet,
        wells=placed,
        timeline=steps,
        candidates=candidates,
        operations=(
            *_cycle_told(unit),
            *operation(lay, protocol.layout.size),
            *clock_operations(clocks),
            *harvest_to_count(steps, protocol.radioligand.isotope),
        ),
        findings=(*doubts, *clock_findings(clocks), *changeover_findings(known, steps)),
    )


def _cycle_told(unit: Unit) -> tuple[Operation, ...]:
    """Which pass over the vials or plates this is, where there were several."""
    cycles = max((reading.cycle for reading in unit.run.readings), default=1)
    if cycles == 1:
        return ()
    sentence = (
        f"The counter went over its samples {cycles} times; this is cycle {unit.cycle}, and each "
        "is a run of its own."
    )
    return (Operation("cycle", sentence, {"cycle": float(unit.cycle), "cycles": float(cycles)}),)


def _of_cycle(unit: Unit) -> str:
    return f"cycle {unit.cycle}: " if unit.cycle > 1 else ""


def _released_by(doubted: Doubt, sheet: RunSheet) -> str:
    said = " or ".join(f"'orientation: {one}'" for one in doubted.better)
    return (
        f"{said} in run sheet {sheet.name} or in the harvest log; "
        f"'orientation: {doubted.told.orientation}' in the run sheet files it as it was read"
    )


def plates_of(
    unit: Unit, protocols: Sequence[Protocol], sheets: Sequence[RunSheet]
) -> frozenset[str]:
    """Every name the unit's plate may go by: whose bench events ``match`` should be given.

    Where a protocol pools the controls of a run, the names of the run's other plates too.
    """
    names: set[str | None] = set()
    for one in (unit, *(beside(unit) if pools(unit, protocols, sheets) else ())):
        seen = shown(one)
        names |= {seen.plate_id, *(plate_identity(seen, protocol) for protocol in protocols)}
        names |= {sheet.plate_id for _, sheet in belonging(seen, protocols, sheets)}
    # In one spelling: the database takes no notice of case, and would give each event twice.
    return frozenset({name.casefold(): name for name in sorted(filter(None, names))}.values())


def pools(unit: Unit, protocols: Sequence[Protocol], sheets: Sequence[RunSheet]) -> bool:
    """Whether the unit may be of a protocol that takes the controls of several plates together."""
    if unit.plate is None or len(unit.readings) == len(unit.run.readings):
        return False  # as nearly all: one plate in its run
    pooling = [one for one in protocols if one.reduction.controls == "run"]
    if not pooling:
        return False
    seen = shown(unit)
    return any(why_not(seen, one) is None for one in pooling) or any(
        belonging(seen, pooling, sheets)
    )


def _weighed(
    seen: Shown, protocols: Sequence[Protocol]
) -> list[tuple[Protocol, str | None]]:  # fmt: skip
    """Each protocol with why it does not take the run. A rule goes before all recognition."""
    always = [one.name for one in protocols if rule_of(seen, one) is not None]
    weighed = [(one, why_not(seen, one)) for one in protocols]
    if not always:
        return weighed
    instead = f"{' and '.join(always)} is always used for such runs"
    return [
        (one, why if one.name in always else "; ".join(filter(None, (why, instead))))
        for one, why in weighed
    ]


def _ranked(
    seen: Shown, weighed: Sequence[tuple[Protocol, str | None]]
) -> tuple[Candidate, ...]:  # fmt: skip
    """The protocols that recognise the run first, then those that fail by the least."""
    found = [
        Candidate(protocol.name, why is None, why or grounds(seen, protocol))
        for protocol, why in weighed
    ]
    return tuple(sorted(found, key=lambda one: -1 if one.taken else one.why.count("; ")))


def _nearest(candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """All that were taken, and of the others the first, best ones; how many more is said."""
    others = [one for one in candidates if not one.taken]
    if len(others) <= MOST:
        return candidates
    taken = [one for one in candidates if one.taken]
    more = f"{len(others) - MOST} more protocols"
    rest = Candidate(more, False, "none of them is nearer to this run than these")
    return (*taken, *others[:MOST], rest)


def _taken(
    candidates: tuple[Candidate, ...], protocol: Protocol, sheet: RunSheet
) -> tuple[Candidate, ...]:
    """The candidates with the run sheet's word: its protocol taken, the others ruled out."""
    ground = "the count it names" if sheet.names_count else f"plate {sheet.plate_id}"
    settled = [
        one
        if not one.taken or one.name == protocol.name
        else Candidate(one.name, False, f"{one.why}, but run sheet {sheet.name} names another")
        for one in candidates
    ]
    named = [
        Candidate(one.name, True, f"named by run sheet {sheet.name}")
        if one.name == protocol.name and not one.taken
        else one
        for one in settled
    ]
    return (*named, Candidate(sheet.name, True, f"run sheet of {ground}"))


def _unrecognised(
    unit: Unit,
    protocol: Protocol,
    sheet: RunSheet,
    why: str,
    candidates: tuple[Candidate, ...],
) -> Held:
    return Held(
        replace(unit, plate_id=sheet.plate_id),
        f"run sheet {sheet.name} is for plate {sheet.plate_id}, but its protocol {protocol.name} "
        f"does not recognise this run: {why}",
        f"a corrected protocol in run sheet {sheet.name}, or the count file named in it",
        candidates,
    )


def _held(
    unit: Unit, seen: Shown, claiming: Sequence[Protocol], candidates: tuple[Candidate, ...]
) -> Held:
    if not claiming:
        return Held(
            unit,
            "no protocol recognises this run",
            "a protocol that recognises it, a rule (labsvc runs use), or a run sheet that names "
            "its count file",
            candidates,
        )
    names = " and ".join(protocol.name for protocol in claiming)
    identity = plate_identity(seen, claiming[0])
    which = f"plate {unit.plate} of " if seen.several else ""
    for_what = f"plate {identity}" if identity else f"{which}count file {unit.file_name}"
    if len(claiming) > 1:
        return Held(
            unit,
            f"{len(claiming)} protocols claim this run: {names}",
            f"a run sheet for {for_what} that names one of them, a stricter recognise section, or "
            "a rule (labsvc runs use)",
            candidates,
        )
    return Held(
        replace(unit, plate_id=identity),
        f"no run sheet for {for_what} yet (protocol {names} recognises the run)",
        f"a run sheet for {for_what} in the run sheet folder",
        candidates,
    )
