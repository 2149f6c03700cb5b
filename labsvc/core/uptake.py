"""Uptake as a fraction of what was added, then of the vehicle control of the same kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from labsvc.core.replicates import Spread, counted, spread
from labsvc.model.protocol import Reduction as Plan
from labsvc.model.result import Group, Operation, Point

Key = tuple[str, ...]


def fractions(
    points: Sequence[Point], plan: Plan
) -> tuple[tuple[Group, ...], tuple[Operation, ...]]:
    """One row for each kind of cells and treatment.

    fraction_of_added = mean cpm of the lysates / (added_factor x mean cpm of the mix aliquots
    that agree in ``plan.same``); fraction_of_vehicle = that / the vehicle row that agrees in
    ``plan.vehicle_same``; its SD is the SD of the lysates over added cpm and vehicle fraction.
    """
    added = _added(points, plan)
    rows = {
        key: found for key, found in _by_keys(points, ("sample", "reference", "vehicle")).items()
    }
    vehicles = {
        _part(dict(key), plan.vehicle_same): _of_added(found, added, plan)
        for key, found in rows.items()
        if found[0].role == "vehicle"
    }
    groups = tuple(_row(dict(key), found, added, vehicles, plan) for key, found in rows.items())
    return groups, _operations(plan, len(groups))


def _keys(point: Point) -> dict[str, str]:
    return {**point.group, "compound": point.compound or ""}


def _part(keys: Mapping[str, str], names: Sequence[str]) -> Key:
    return tuple(keys.get(name, "") for name in names)


def _by_keys(
    points: Sequence[Point], roles: Sequence[str]
) -> dict[tuple[tuple[str, str], ...], list[Point]]:
    found: dict[tuple[tuple[str, str], ...], list[Point]] = {}
    for point in points:
        if point.role in roles:
            found.setdefault(tuple(sorted(_keys(point).items())), []).append(point)
    return found


def _added(points: Sequence[Point], plan: Plan) -> dict[Key, Spread | None]:
    by_mix: dict[Key, list[Point]] = {}
    for point in points:
        if point.role == "total_added":
            by_mix.setdefault(_part(_keys(point), plan.same), []).append(point)
    return {key: spread(counted(mix, "total_added")) for key, mix in by_mix.items()}


def _of_added(
    found: Sequence[Point], added: Mapping[Key, Spread | None], plan: Plan
) -> float | None:
    mix = added.get(_part(_keys(found[0]), plan.same))
    cells = spread(counted(found, found[0].role))
    if mix is None or cells is None or mix.mean <= 0:
        return None
    return cells.mean / (plan.added_factor * mix.mean)


def _row(
    keys: Mapping[str, str],
    found: Sequence[Point],
    added: Mapping[Key, Spread | None],
    vehicles: Mapping[Key, float | None],
    plan: Plan,
) -> Group:
    cells = spread(counted(found, found[0].role))
    mix = added.get(_part(keys, plan.same))
    fraction = _of_added(found, added, plan)
    vehicle = vehicles.get(_part(keys, plan.vehicle_same))
    added_cpm = plan.added_factor * mix.mean if mix else None
    relative = fraction / vehicle if fraction is not None and vehicle else None
    scatter = cells.sd if cells else None
    sd = scatter / added_cpm / vehicle if scatter is not None and added_cpm and vehicle else None
    return Group(
        keys=keys,
        n=cells.n if cells else 0,
        values={
            "added_cpm": added_cpm,
            "cell_cpm_mean": cells.mean if cells else None,
            "fraction_of_added": fraction,
            "fraction_of_vehicle": relative,
            "sd_fraction_of_vehicle": sd,
        },
        masked=tuple(f"{point.position}: {point.masked}" for point in found if point.masked),
    )


def _operations(plan: Plan, rows: int) -> tuple[Operation, ...]:
    same = ", ".join(name.replace("_", " ") for name in plan.same)
    vehicle = ", ".join(name.replace("_", " ") for name in plan.vehicle_same)
    return (
        Operation(
            "fraction of added",
            f"Mean cpm of the cells / ({plan.added_factor:g} x mean cpm of the mix with the same "
            f"{same}), for {rows} rows.",
            {"added_factor": plan.added_factor},
        ),
        Operation(
            "fraction of vehicle",
            f"Fraction of added / that of the vehicle control with the same {vehicle}.",
        ),
    )
