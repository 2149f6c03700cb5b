"""Controls of their own: with which controls each position is compared.

``same`` names what a position and both of its controls must agree in (cells, rack);
``vehicle_same`` what the 100 % control must agree in besides (compound, solvent). A control that
says nothing in a column serves those that have none of their own.
"""

from __future__ import annotations

from collections.abc import Sequence

from labsvc.model.protocol import Reduction as Plan
from labsvc.model.result import Point

Key = tuple[str, ...]
_COMPARED = ("sample", "reference")


def parts(
    points: Sequence[Point], plan: Plan, controls: tuple[str, str]
) -> dict[str, list[Point]]:  # fmt: skip
    """The points of each kind with their controls and the background; by what the kind is called.

    ``controls`` are the roles of the 100 % and the 0 % control. Without any column named, or any
    position to compare, there are no kinds: empty.
    """
    names = tuple(dict.fromkeys((*plan.same, *plan.vehicle_same)))
    if not names:
        return {}
    keys = dict.fromkeys(_key(one, names) for one in points if one.role in _COMPARED)
    return {", ".join(text or "-" for text in key): _part(points, names, key, plan, controls)
            for key in keys}  # fmt: skip


def _part(
    points: Sequence[Point], names: Key, key: Key, plan: Plan, controls: tuple[str, str]
) -> list[Point]:
    wanted = dict(zip(names, key, strict=True))
    upper, lower = controls
    chosen = (
        *_serving([one for one in points if one.role == upper], wanted, names),
        *_serving([one for one in points if one.role == lower], wanted, plan.same),
    )
    held = {id(one) for one in chosen}
    return [
        one
        for one in points
        if id(one) in held
        or one.role == "background"
        or (one.role in _COMPARED and _key(one, names) == key)
    ]


def _serving(
    controls: Sequence[Point], wanted: dict[str, str], names: Sequence[str]
) -> list[Point]:  # fmt: skip
    """Those that agree in every column; without any, those that agree or say nothing."""
    own = [one for one in controls if all(_value(one, name) == wanted[name] for name in names)]
    return own or [
        one for one in controls if all(_value(one, name) in ("", wanted[name]) for name in names)
    ]


def _key(point: Point, names: Sequence[str]) -> Key:
    return tuple(_value(point, name) for name in names)


def _value(point: Point, name: str) -> str:
    if name == "compound":
        return point.compound or point.group.get(name, "")
    if name == "rack":
        return point.rack or ""
    return point.group.get(name, "")
