"""A plate drawn as text, with a mark of two characters at most in each well."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from labsvc.model.plate import FORMATS
from labsvc.model.protocol import Protocol

NOTHING = "."


def drawn(marks: Mapping[str, str], size: int) -> list[str]:
    """A line of column numbers and one for each row; wells without a mark are dots."""
    plate = FORMATS[size]
    wells = list(plate.wells())
    rows = [wells[start : start + plate.columns] for start in range(0, size, plate.columns)]
    numbers = "    " + " ".join(f"{column:>2}" for column in range(1, plate.columns + 1))
    return [
        numbers,
        *(f"  {row[0][0]} " + " ".join(f"{marks.get(one, NOTHING):>2}" for one in row)
          for row in rows),
    ]  # fmt: skip


def protocol_marks(protocol: Protocol) -> dict[str, str]:
    """T for total, N for nonspecific ...; the name of a slot for its wells."""
    marks = {position: role[0].upper() for position, role in protocol.layout.roles.items()}
    for slot in protocol.layout.slots:
        for replicates in slot.wells:
            marks |= dict.fromkeys(replicates, slot.name[:2])
    return marks


def legend(protocol: Protocol) -> Iterator[str]:
    """What each mark of the protocol's plate means."""
    roles = list(protocol.layout.roles.values())
    for role in dict.fromkeys(roles):
        yield f"  {role[0].upper():>2}  {role.replace('_', ' ')}: {roles.count(role)} wells"
    for slot in protocol.layout.slots:
        what = f"{slot.role}, " if slot.role else ""
        yield (
            f"  {slot.name[:2]:>2}  slot {slot.name}: {what}{len(slot.wells)} concentrations from "
            f"{slot.wells[0][0]}, {len(slot.wells[0])} wells of each"
        )


def plate_document(protocol: Protocol) -> dict[str, Any]:
    """The plate by well, for programs: role, or slot and number of the concentration."""
    wells: dict[str, dict[str, Any]] = {
        position: {"role": role, "slot": None, "point": None}
        for position, role in protocol.layout.roles.items()
    }
    for slot in protocol.layout.slots:
        for point, replicates in enumerate(slot.wells, 1):
            found = {"role": slot.role or "sample", "slot": slot.name, "point": point}
            wells |= {position: dict(found) for position in replicates}
    return {
        "name": protocol.name,
        "version": protocol.version,
        "title": protocol.title,
        "kind": protocol.kind,
        "digest": protocol.digest,
        "plate": protocol.layout.size,
        "wells": dict(sorted(wells.items())),
    }
