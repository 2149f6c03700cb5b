"""What all forms of run sheets have in common: roles, times, positions."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from labsvc.errors import ConfigError
from labsvc.model.notation import molar
from labsvc.model.plate import FORMATS, canonical
from labsvc.model.protocol import BINDING, Cited, Protocol, Role
from labsvc.model.runsheet import Placement
from labsvc.service.authoring import quantities
from labsvc.service.authoring.schema import nearest, word

ROLES: Mapping[str, Role] = {
    **{role: role for role in get_args(Role)},
    "control": "vehicle",
    "nsb": "nonspecific",
    "empty": "unused",
    "stock": "unused",
}
"""The roles, with the words laboratories also write for them."""

TAKES_A_COMPOUND = ("sample", "reference")
_MOMENT = re.compile(
    r"^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2})?\s?(Z|[+-]\d{2}:\d{2})?$", re.ASCII
)
_RACK_POSITION = re.compile(r"^[A-Za-z0-9][A-Za-z0-9-]{0,15}$")
_CONCENTRATION = re.compile(r"^concentration_([A-Za-zµμ]{1,3})$")
_OWN = ("rack", "position", "role", "compound", "concentration")

Fault = Callable[[int | None, str], None]
Protocols = Callable[[str], Protocol | None]


@dataclass(frozen=True, slots=True)
class Known:
    """The protocols that a run sheet may name: by name; the file's own if it names none.

    ``names`` are those to suggest where one is misspelled.
    """

    protocols: Protocols
    default: str | None = None
    names: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One position as written, with its line. ``columns`` are all further columns as written."""

    line: int
    position: str
    role: str
    rack: str = ""
    compound: str = ""
    concentration_m: float | None = None
    columns: Mapping[str, str] = field(default_factory=dict)


def zone_of(timezone: str, *, file: str) -> ZoneInfo:
    """The time zone; ConfigError for one that is not known."""
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigError(
            f"{timezone!r} is no time zone; write an IANA name such as Europe/Vienna", file=file
        ) from error


def moment(text: str, zone: ZoneInfo) -> datetime:
    """A time of the bench in UTC: ``2026-03-02 09:05`` in ``zone``, or with its own offset.

    ValueError for the hour that comes twice, or never, when the clocks change.
    """
    written = text.strip()
    try:
        found = datetime.fromisoformat(written) if _MOMENT.match(written) else None
    except ValueError:
        found = None
    if found is None:
        raise ValueError(f"{written!r} is no time; write it as 2026-03-02 09:05")
    if found.tzinfo is not None:
        return found.astimezone(UTC)
    earlier, later = (found.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if earlier.utcoffset() != later.utcoffset():
        if earlier.astimezone(UTC) > later.astimezone(UTC):
            raise ValueError(
                f"{written} never comes in {zone.key}: the clocks skip it; correct the time"
            )
        raise ValueError(
            f"{written} comes twice in {zone.key}, where the clocks go back; write it with its "
            f"offset from UTC, {written}{_offset(earlier)} or {written}{_offset(later)}"
        )
    return earlier.astimezone(UTC)


def _offset(moment: datetime) -> str:
    return moment.isoformat()[-6:]


def concentration_unit(column: str) -> str | None:
    """``uM`` for the column ``concentration_uM``; None for other columns and unknown units."""
    match = _CONCENTRATION.match(column)
    if match is None:
        return None
    try:
        quantities.molar(f"1 {match[1]}")
    except ValueError:
        return None
    return match[1]


def known_protocol(
    name: str | None, among: Known, *, file: str, line: int | None, where: str
) -> Protocol:
    """The protocol that a run sheet names; ConfigError when it names none or an unknown one."""
    if name is None:
        raise ConfigError(f"no protocol is named; write {where}", file=file)
    protocol = among.protocols(name)
    if protocol is None:
        close = get_close_matches(name, sorted(among.names), n=1, cutoff=0.6)
        advice = f"did you mean {close[0]!r}?" if close else "correct the name, or add the protocol"
        raise ConfigError(
            f"protocol {name!r} is not in force; {advice} (labsvc protocol ls shows those in "
            "force)",
            file=file,
            line=line,
        )
    return protocol


def needs_of(protocol: Protocol, *, ligand: Cited | None, affinity: Cited | None) -> Iterator[str]:
    """What the protocol leaves to the run sheet for its Ki and this one does not give."""
    if protocol.fit is None or not protocol.fit.affinity:
        return
    symbol = "kd" if protocol.kind in BINDING else "km"
    if protocol.radioligand.affinity is None and affinity is None:
        yield f"protocol {protocol.name} leaves {symbol} to the run sheet; write {symbol} here"
    if protocol.radioligand.concentration_m is None and ligand is None:
        yield (
            f"protocol {protocol.name} leaves the radioligand's concentration to the run sheet; "
            "write radioligand here"
        )


def in_the_well(working: Cited, protocol: Protocol) -> Cited:
    """The concentration in a well of what a working solution of the radioligand has, molar.

    ValueError where the protocol does not tell how much of it goes into a well.
    """
    volumes = protocol.volumes
    if volumes is None or volumes.radioligand is None:
        raise ValueError(
            f"protocol {protocol.name} does not tell how much radioligand goes into a well; write "
            "volumes: {well: 250 uL, radioligand: 25 uL} there, or the concentration in the well"
        )
    share = volumes.radioligand / volumes.well
    source = (
        f"{working.source}: working solution of {molar(working.value)}, "
        f"{volumes.radioligand * 1000:g} uL in {volumes.well * 1000:g} uL"
    )
    # Twelve digits: a tenth of 10.4 nM is 1.04 nM, not 1.0400000000000001 nM.
    value, sd = (None if one is None else float(f"{one * share:.12g}")
                 for one in (working.value, working.sd))  # fmt: skip
    return Cited(value or 0.0, "M", source, sd)


def event_of(name: str, protocol: Protocol) -> str:
    """A bench event; ValueError for one that looks like a misspelled event of the protocol."""
    known = {event for step in protocol.steps for event in (step.begins, step.ends) if event}
    word(name)
    if name not in known and (close := get_close_matches(name, sorted(known), n=1, cutoff=0.75)):
        raise ValueError(f"the protocol has no event {name!r}; did you mean {close[0]!r}?")
    return name


def placements(rows: Sequence[Row], protocol: Protocol, fault: Fault) -> tuple[Placement, ...]:
    """What each listed position holds; a position listed twice or of no such plate is a fault."""
    taken: dict[tuple[str, str], int] = {}
    found = []
    for row in rows:
        try:
            placement = _placement(row, protocol)
        except ValueError as error:
            fault(row.line, str(error))
            continue
        place = (placement.rack or "", placement.position)
        if place in taken:
            fault(row.line, f"{_said(placement)} is here twice (first on line {taken[place]})")
        taken.setdefault(place, row.line)
        found.append(placement)
    return tuple(found)


def _said(placement: Placement) -> str:
    rack = f"rack {placement.rack} " if placement.rack else ""
    return f"{rack}position {placement.position}"


def _placement(row: Row, protocol: Protocol) -> Placement:
    role = _role_in(row, protocol)
    if role in TAKES_A_COMPOUND and not row.compound:
        raise ValueError(f"position {row.position} is a {role} and needs its compound")
    if role in TAKES_A_COMPOUND and row.concentration_m is None:
        raise ValueError(f"position {row.position} is a {role} and needs its concentration")
    return Placement(
        position=position_of(row.position, row.rack, protocol),
        role=role,
        rack=row.rack or None,
        compound=row.compound or None,
        concentration_m=row.concentration_m,
        group=_group(row, role, protocol),
    )


def _role_in(row: Row, protocol: Protocol) -> Role:
    """The role written; a compound without one is a reference where the protocol names it so."""
    if row.role or not (row.compound or row.concentration_m is not None):
        return role_of(row.role)
    references = {one.compound.casefold() for one in protocol.references}
    return "reference" if row.compound.casefold() in references else "sample"


def role_of(text: str) -> Role:
    """The role, in our word for it; ValueError for others."""
    role = ROLES.get(text.strip().lower())
    if role is None:
        raise ValueError(f"{text!r} is no role{nearest(text, list(ROLES))}")
    return role


def position_of(text: str, rack: str, protocol: Protocol) -> str:
    """The one spelling of a position; ValueError where the protocol's layout has no such."""
    size = protocol.layout.size
    if size is None:
        if _RACK_POSITION.match(text) is None:
            raise ValueError(f"{text!r} is no position; write it as the counter does, such as 12")
        return text
    if rack:
        raise ValueError(f"found rack {rack!r}, but protocol {protocol.name} counts plates")
    if not FORMATS[size].holds(text):
        raise ValueError(f"{text!r} is no well of a plate of {size}; write it such as A01")
    return canonical(text)


def spelled(position: str) -> str:
    """A position for looking it up: a well in its one spelling, others as written."""
    try:
        return canonical(position)
    except ValueError:
        return position


def _group(row: Row, role: Role, protocol: Protocol) -> dict[str, str]:
    """What tells this position's group, of this ``role``, from others.

    That is every further column, and those of ours that the protocol matches by (``same``).
    """
    matched = (*protocol.reduction.same, *protocol.reduction.vehicle_same)
    further = {
        name: text
        for name, text in row.columns.items()
        if name in matched or (name not in _OWN and concentration_unit(name) is None)
    }
    # A control that says nothing in a column serves those that have none of their own.
    silent = protocol.reduction.response != "fraction_of_added" and role not in TAKES_A_COMPOUND
    lacking = [name for name in matched if name not in further
               and not (silent and name not in _OWN)]  # fmt: skip
    return {**further, **{name: _own(row, name) for name in lacking}}


def _own(row: Row, name: str) -> str:
    """One of our own columns as text; ValueError for a column that the run sheet lacks."""
    unit = concentration_unit(name)
    if unit is not None:
        return "" if row.concentration_m is None else _number_in(row.concentration_m, unit)
    if name in ("compound", "role", "rack"):
        return str(getattr(row, name))
    raise ValueError(f"position {row.position} has no {name!r}, by which the protocol compares")


def _number_in(concentration_m: float, unit: str) -> str:
    scale = Decimal(repr(quantities.molar(f"1 {unit}")))
    return f"{(Decimal(repr(concentration_m)) / scale).normalize():f}"
