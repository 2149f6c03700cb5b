"""Which protocol and which run sheet a run belongs to: every candidate, and why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, tzinfo

from labsvc.core.layout import wells
from labsvc.core.timeline import timeline
from labsvc.errors import LayoutError
from labsvc.model.assay import Assay, BenchEvent, Held, Unit
from labsvc.model.capture import Capture
from labsvc.model.protocol import Protocol
from labsvc.model.result import Candidate
from labsvc.model.run import CountRun, State
from labsvc.model.runsheet import RunSheet


def units(run: CountRun, capture: Capture, driver: str, zone: tzinfo) -> tuple[Unit, ...]:
    """The experiments in a run: one for each plate, or the whole rack run."""
    plates = sorted({reading.plate for reading in run.readings if reading.plate is not None})
    if not plates:
        return (_unit(run, capture, driver, zone, None),)
    return tuple(_unit(run, capture, driver, zone, plate) for plate in plates)


def _unit(
    run: CountRun, capture: Capture, driver: str, zone: tzinfo, plate: int | None
) -> Unit:  # fmt: skip
    readings = tuple(reading for reading in run.readings if reading.plate == plate)
    identities = {reading.plate_id for reading in readings if reading.plate_id}
    return Unit(
        run=run,
        driver=driver,
        file_name=capture.name,
        plate=plate,
        plate_id=identities.pop() if len(identities) == 1 else None,
        readings=readings,
        counted_at=_zoned(run.counted_at, zone),
        received_at=capture.received_at,
        simulated=capture.simulated,
    )


def _zoned(naive: datetime | None, zone: tzinfo) -> datetime | None:
    return naive.replace(tzinfo=zone) if naive is not None else None


def match(
    unit: Unit,
    protocols: Sequence[Protocol],
    sheets: Sequence[RunSheet],
    events: Sequence[BenchEvent],
) -> Assay | Held:
    """The one protocol and the one run sheet for this unit, or why it is held.

    A run sheet that belongs to the unit settles which protocol; without one, every protocol that
    recognises the run is named. One that names the count itself needs no recognition: the person
    has said it. ``events`` may be of any plate; those of this one are used.
    """
    weighed = [(protocol, why_not(unit, protocol)) for protocol in protocols]
    claiming = [protocol for protocol, why in weighed if why is None]
    candidates = tuple(
        Candidate(protocol.name, why is None, why or _why(unit, protocol))
        for protocol, why in weighed
    )
    belonging = _belonging(unit, protocols, sheets)
    pairs = [
        (protocol, sheet)
        for protocol, sheet in belonging
        if sheet.names_count or protocol in claiming
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
    if belonging:
        return _unrecognised(unit, *belonging[0], candidates)
    return _held(unit, claiming, candidates)


def assemble(
    unit: Unit,
    protocol: Protocol,
    sheet: RunSheet,
    events: Sequence[BenchEvent],
    candidates: tuple[Candidate, ...],
) -> Assay | Held:
    """The unit joined with this protocol and run sheet; held when they do not fit the run."""
    known = replace(unit, plate_id=sheet.plate_id or plate_identity(unit, protocol))
    try:
        placed = wells(known, protocol, sheet)
    except LayoutError as error:
        return Held(known, str(error), "a run sheet or protocol that fits the run", candidates)
    steps = timeline(known, protocol, sheet, events)
    return Assay(known, protocol, sheet, placed, steps, candidates)


def plate_identity(unit: Unit, protocol: Protocol) -> str | None:
    """The plate's identity: as the report gives it, or from the file name by the protocol.

    The name of a file that holds several plates names none of them.
    """
    if unit.plate_id is not None or protocol.recognise.file_name is None or _several(unit):
        return unit.plate_id
    found = re.search(protocol.recognise.file_name, unit.file_name)
    return found.groupdict().get("plate_id") if found else None


def plates_of(
    unit: Unit, protocols: Sequence[Protocol], sheets: Sequence[RunSheet]
) -> frozenset[str]:
    """Every name the unit's plate may go by: whose bench events ``match`` should be given."""
    names = {unit.plate_id, *(plate_identity(unit, protocol) for protocol in protocols)}
    names |= {sheet.plate_id for _, sheet in _belonging(unit, protocols, sheets)}
    return frozenset(name for name in names if name)


def why_not(unit: Unit, protocol: Protocol) -> str | None:
    """Why the protocol does not recognise the unit; None when it does."""
    wanted, program = protocol.recognise, unit.run.program
    counted = len({(one.rack, one.position) for one in unit.readings
                   if one.state is not State.NOT_COUNTED})  # fmt: skip
    identity = plate_identity(unit, protocol)
    checks = (
        (
            wanted.drivers and unit.driver not in wanted.drivers,
            f"it reads {' or '.join(wanted.drivers)}, this run came from {unit.driver}",
        ),
        (
            wanted.program_number is not None and program.number != wanted.program_number,
            f"it expects counter program {wanted.program_number}, found {program.number}",
        ),
        (
            wanted.program_name is not None and not _fits(program.name or "", wanted.program_name),
            f"it expects a counter program named {wanted.program_name}, found {program.name!r}",
        ),
        (
            wanted.file_name is not None and not re.search(wanted.file_name, unit.file_name),
            f"the file name {unit.file_name!r} does not fit {wanted.file_name!r}",
        ),
        (
            wanted.plate_id_prefix is not None
            and not (identity or "").casefold().startswith(wanted.plate_id_prefix.casefold()),
            f"it expects plates named {wanted.plate_id_prefix}..., found {identity or 'none'}",
        ),
        (
            wanted.readings is not None and counted != wanted.readings,
            f"it expects {wanted.readings} counted positions, the run has {counted}",
        ),
    )
    return "; ".join(why for wrong, why in checks if wrong) or None


def _fits(text: str, pattern: str) -> bool:
    """Whether text fits a pattern: ``*`` is anything, ``?`` one letter, case is ignored.

    Brackets are themselves: ``*[3H]*`` is how a counter's program may be named.
    """
    glob = re.escape(pattern.casefold()).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(glob, text.casefold(), re.DOTALL) is not None


def _why(unit: Unit, protocol: Protocol) -> str:
    wanted = protocol.recognise
    grounds = [
        f"driver {unit.driver}" if wanted.drivers else "",
        f"counter program {unit.run.program.number}" if wanted.program_number else "",
        f"program name {unit.run.program.name!r}" if wanted.program_name else "",
        f"file name {unit.file_name!r}" if wanted.file_name else "",
        f"plate {plate_identity(unit, protocol)}" if wanted.plate_id_prefix else "",
        f"{wanted.readings} counted positions" if wanted.readings else "",
    ]
    return "recognised by " + (", ".join(part for part in grounds if part) or "no condition")


def belongs(unit: Unit, sheet: RunSheet, identity: str | None) -> bool:
    """Whether the run sheet names this unit: by how it was counted, or by plate identity.

    A plate whose report says its name is never taken for another, nor is one named by its file
    unless the run sheet names that file too.
    """
    said = unit.plate_id if sheet.count_file else identity
    if not sheet.names_count:
        return identity is not None and _same(sheet.plate_id, identity)
    if sheet.plate_id and said and not _same(sheet.plate_id, said):
        return False
    return _plate_fits(unit, sheet) and _count_fits(unit, sheet)


def _same(named: str | None, found: str) -> bool:
    return (named or "").casefold() == found.casefold()


def _plate_fits(unit: Unit, sheet: RunSheet) -> bool:
    return sheet.plate == unit.plate or (sheet.plate is None and not _several(unit))


def _several(unit: Unit) -> bool:
    return len({reading.plate for reading in unit.run.readings}) > 1


def _count_fits(unit: Unit, sheet: RunSheet) -> bool:
    program = (unit.run.program.number, unit.run.program.name)
    counted_on = unit.counted_at.date() if unit.counted_at else None
    return (
        (sheet.count_file is None or _fits(unit.file_name, sheet.count_file))
        and (sheet.count_program is None or sheet.count_program in program)
        and (sheet.count_date is None or sheet.count_date == counted_on)
    )


def _belonging(
    unit: Unit, protocols: Sequence[Protocol], sheets: Sequence[RunSheet]
) -> list[tuple[Protocol, RunSheet]]:
    """The run sheets that name this unit, each with its protocol."""
    # Thousands of run sheets may lie there, and few protocols: what a protocol says is asked once.
    named = {one.name: (one, plate_identity(unit, one)) for one in protocols}
    return [
        (named[sheet.protocol][0], sheet)
        for sheet in sheets
        if sheet.protocol in named and belongs(unit, sheet, named[sheet.protocol][1])
    ]


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
    unit: Unit, protocol: Protocol, sheet: RunSheet, candidates: tuple[Candidate, ...]
) -> Held:
    return Held(
        replace(unit, plate_id=sheet.plate_id),
        f"run sheet {sheet.name} is for plate {sheet.plate_id}, but its protocol {protocol.name} "
        f"does not recognise this run: {why_not(unit, protocol)}",
        f"a corrected protocol in run sheet {sheet.name}, or the count file named in it",
        candidates,
    )


def _held(
    unit: Unit, claiming: Sequence[Protocol], candidates: tuple[Candidate, ...]
) -> Held:  # fmt: skip
    if not claiming:
        return Held(
            unit,
            "no protocol recognises this run",
            "a protocol that recognises it, or a run sheet that names its count file",
            candidates,
        )
    names = " and ".join(protocol.name for protocol in claiming)
    identity = plate_identity(unit, claiming[0])
    for_what = f"plate {identity}" if identity else f"count file {unit.file_name}"
    if len(claiming) > 1:
        return Held(
            unit,
            f"{len(claiming)} protocols claim this run: {names}",
            f"a run sheet for {for_what} that names one of them, or a stricter recognise section",
            candidates,
        )
    return Held(
        replace(unit, plate_id=identity),
        f"no run sheet for {for_what} yet (protocol {names} recognises the run)",
        f"a run sheet for {for_what} in the run sheet folder",
        candidates,
    )
