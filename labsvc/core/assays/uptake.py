"""Uptake as a fraction of what was added, then of the vehicle control of the same kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from labsvc.core.assays.replicates import Spread, counted, place, spread
from labsvc.model.protocol import Reduction as Plan
from labsvc.model.result import Group, Operation, Point

Key = tuple[str, ...]
Kind = tuple[bool, tuple[tuple[str, str], ...]]


def fractions(
    points: Sequence[Point], plan: Plan, unit: str = "cpm"
) -> tuple[tuple[Group, ...], tuple[Operation, ...]]:
    """One row for each kind of cells and treatment.

    fraction_of_added = mean count of the lysates / (added_factor x mean count of the mix aliquots
    that agree in ``plan.same``); fraction_of_vehicle = that / the vehicle row that agrees in
    ``plan.vehicle_same`` (the mean of several); its SD is the SD of the lysates over what was
    added and the vehicle's fraction: the scatter of mix and vehicle is not in it.
    """
    rows = _by_keys(points, ("sample", "reference", "vehicle"))
    mixes = _mixes(points, plan)
    treated = [_treated(key, found, mixes, plan, unit) for key, found in rows.items()]
    vehicles = _vehicles(treated, plan)
    groups = tuple(_row(one, vehicles.get(_part(one.keys, plan.vehicle_same)), unit)
                   for one in treated)  # fmt: skip
    return groups, _operations(plan, len(groups), unit)


@dataclass(frozen=True, slots=True)
class _Treated:
    """One row before it is compared with its vehicle."""

    keys: dict[str, str]
    role: str
    cells: Spread | None
    added: float | None
    masked: tuple[str, ...]

    @property
    def fraction(self) -> float | None:
        if self.cells is None or self.added is None or self.added <= 0:
            return None
        return self.cells.mean / self.added


def _keys(point: Point) -> dict[str, str]:
    return {**point.group, "compound": point.compound or ""}


def _part(keys: Mapping[str, str], names: Sequence[str]) -> Key:
    return tuple(keys.get(name, "") for name in names)


def _by_keys(points: Sequence[Point], roles: Sequence[str]) -> dict[Kind, list[Point]]:
    """The points of each kind; a vehicle and a sample of the same name stay apart."""
    found: dict[Kind, list[Point]] = {}
    for point in points:
        if point.role in roles:
            kind = (point.role == "vehicle", tuple(sorted(_keys(point).items())))
            found.setdefault(kind, []).append(point)
    return found


def _mixes(points: Sequence[Point], plan: Plan) -> dict[Key, list[Point]]:
    found: dict[Key, list[Point]] = {}
    for point in points:
        if point.role == "total_added":
            found.setdefault(_part(_keys(point), plan.same), []).append(point)
    return found


def _treated(
    kind: Kind, found: Sequence[Point], mixes: Mapping[Key, list[Point]], plan: Plan, unit: str
) -> _Treated:
    keys = dict(kind[1])
    mix = mixes.get(_part(keys, plan.same), [])
    added = spread(counted(mix, "total_added", unit=unit))
    return _Treated(
        keys=keys,
        role=found[0].role,
        cells=spread(counted(found, *{point.role for point in found}, unit=unit)),
        added=plan.added_factor * added.mean if added else None,
        masked=tuple(f"{place(one)}: {one.masked}" for one in (*mix, *found) if one.masked),
    )


def _vehicles(treated: Sequence[_Treated], plan: Plan) -> dict[Key, float]:
    """The fraction of the vehicle control of each kind: the mean where there are several."""
    found: dict[Key, list[float]] = {}
    for one in treated:
        if one.role == "vehicle" and one.fraction is not None:
            found.setdefault(_part(one.keys, plan.vehicle_same), []).append(one.fraction)
    return {key: mean.mean for key, several in found.items() if (mean := spread(several))}


def _row(one: _Treated, vehicle: float | None, unit: str) -> Group:
    fraction, sd = one.fraction, one.cells.sd if one.cells else None
    relative = scatter = None
    if fraction is not None and one.added and vehicle is not None and vehicle > 0:
        relative = fraction / vehicle
        scatter = sd / one.added / vehicle if sd is not None else None
    return Group(
        keys=one.keys,
        n=one.cells.n if one.cells else 0,
        values={
            f"added_{unit}": one.added,
            f"cell_{unit}_mean": one.cells.mean if one.cells else None,
            "fraction_of_added": fraction,
            "fraction_of_vehicle": relative,
            "sd_fraction_of_vehicle": scatter,
        },
        masked=one.masked,
    )


def _operations(plan: Plan, rows: int, unit: str) -> tuple[Operation, ...]:
    same = ", ".join(name.replace("_", " ") for name in plan.same)
    vehicle = ", ".join(name.replace("_", " ") for name in plan.vehicle_same)
    return (
        Operation(
            "fraction of added",
            f"Mean {unit} of the cells / ({plan.added_factor:g} x mean {unit} of the mix with the "
            f"same {same}), for {rows} rows.",
            {"added_factor": plan.added_factor},
        ),
        Operation(
            "fraction of vehicle",
            f"Fraction of added / that of the vehicle control with the same {vehicle}; the SD is "
            "that of the cells alone.",
        ),
    )
