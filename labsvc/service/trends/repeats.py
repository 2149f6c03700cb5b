"""Filed runs held against each other: the same compounds twice, and plates that are one plate."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from labsvc.core.assays.screen import INHIBITION
from labsvc.core.qc.repeatability import Difference, Repeat, differing, repeated
from labsvc.core.qc.twins import Agreement, agreement
from labsvc.errors import ConfigError
from labsvc.model.filing import StoredResult


@dataclass(frozen=True, slots=True)
class Repeated:
    """Two runs of the same compounds. ``number`` is ``ki`` or ``ic50``, of screens
    ``percent_inhibition``: then with its concentration after each compound."""

    first: str
    second: str
    number: str
    compounds: tuple[str, ...]
    repeat: Repeat | Difference


@dataclass(frozen=True, slots=True)
class Twins:
    """Two runs whose counts are of one plate."""

    first: StoredResult
    second: StoredResult
    agreement: Agreement


def repeat_of(first: StoredResult, second: StoredResult) -> Repeated:
    """MSD and MSR from the compounds that both runs have a Ki of, or an IC50 where there is no Ki;
    of two screens the MSD of the inhibition at one concentration.

    ConfigError with fewer than three such compounds; a bound is no value.
    """
    for number in ("ki", "ic50"):
        one, other = _potencies(first, number), _potencies(second, number)
        both = tuple(name for name in one if name in other)
        if len(both) >= 3:
            pairs = [(one[name], other[name]) for name in both]
            return Repeated(first.run_id, second.run_id, number, both, repeated(pairs))
    one, other = _inhibitions(first), _inhibitions(second)
    both = tuple(name for name in one if name in other)
    if len(both) >= 3:
        found = differing([(one[name], other[name]) for name in both])
        return Repeated(first.run_id, second.run_id, INHIBITION, both, found)
    raise ConfigError(
        f"runs {first.run_id} and {second.run_id} have fewer than three compounds with a Ki, an "
        "IC50 or, as screens have it, an inhibition in both: three or more are needed, thirty are "
        "customary"
    )


def _potencies(stored: StoredResult, number: str) -> dict[str, float]:
    found = {}
    for curve in json.loads(stored.document)["curves"]:
        value = _value(curve, number)
        if value is not None and value > 0:
            found[curve["compound"]] = value
    return found


def _inhibitions(stored: StoredResult) -> dict[str, float]:
    """Of each compound at each concentration, where the run is a screen."""
    return {
        f"{one['compound']} {one['concentration']}": one[INHIBITION]
        for one in json.loads(stored.document)["groups"]
        if one.get(INHIBITION) is not None and "compound" in one and "concentration" in one
    }


def _value(curve: Mapping[str, Any], number: str) -> float | None:
    fit = curve["fit"]
    if fit is None or fit["qualifier"] is not None:
        return None
    where = curve["ki"] if number == "ki" else fit["parameters"].get("ic50")
    value: float | None = where["value"] if where else None
    return value


def twins_among(runs: Sequence[StoredResult]) -> list[Twins]:
    """Every pair of runs of one protocol that look like one plate, in the order of the runs."""
    counts = [_counts(one) for one in runs]
    found = []
    for (one, mine), (other, theirs) in combinations(zip(runs, counts, strict=True), 2):
        agreed = agreement(mine, theirs) if one.protocol == other.protocol else None
        if agreed is not None and agreed.twins:
            found.append(Twins(one, other, agreed))
    return found


def _counts(stored: StoredResult) -> dict[str, float]:
    """Counts by position, or cpm where the counter printed no counts: as if counted a minute."""
    found = {}
    for point in json.loads(stored.document)["points"]:
        seen = point["counts"] if point["counts"] is not None else point["cpm"]
        if seen is not None:
            found[f"{point['rack'] or ''} {point['position']}"] = max(float(seen), 0.0)
    return found
