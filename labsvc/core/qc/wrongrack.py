"""Signs in the order and the places of a count that another rack is in the counter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from labsvc.core.matching.layout import Place
from labsvc.model.protocol import Role
from labsvc.model.run import Reading

OFF_PLAN = 3
"""So many positions, none of them planned: one or two may be standards before the rack."""
PASSED = 2
"""So many planned positions passed by: one vial may have been dropped."""


def passed_by(plan: Mapping[Place, Role], counted: Sequence[Reading]) -> list[Place]:
    """The planned places without a vial that the counter has passed; none below ``PASSED``.

    Only in racks that were counted upwards, position by position.
    """
    missing = [place for rack in _racks(counted) for place in _gaps(rack, plan, counted)]
    return missing if len(missing) >= PASSED else []


def _racks(counted: Sequence[Reading]) -> list[str | None]:
    return list(dict.fromkeys(one.rack for one in counted))


def _gaps(rack: str | None, plan: Mapping[Place, Role], counted: Sequence[Reading]) -> list[Place]:
    numbers = [int(one.position) for one in counted
               if one.rack == rack and _is_number(one.position)]  # fmt: skip
    if not numbers or numbers != sorted(numbers):
        return []
    seen = set(numbers)
    return [
        (where, position)
        for where, position in plan
        if where == rack and _is_number(position) and int(position) < numbers[-1]
        and int(position) not in seen
    ]  # fmt: skip


def _is_number(position: str) -> bool:
    return position.isascii() and position.isdigit()


def spelt(places: Iterable[Place], most: int = 4) -> str:
    """``rack 14 positions 5, 6 and 7``; of many the first, and how many more."""
    found = list(places)
    by_rack: dict[str | None, list[str]] = {}
    for rack, position in found[:most]:
        by_rack.setdefault(rack, []).append(position)
    said = " and ".join(_in_rack(rack, held) for rack, held in by_rack.items())
    return f"{said} and {len(found) - most} more" if len(found) > most else said


def _in_rack(rack: str | None, positions: Sequence[str]) -> str:
    return f"rack {rack}: {', '.join(positions)}" if rack else ", ".join(positions)
