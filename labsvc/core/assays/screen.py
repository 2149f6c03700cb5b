"""A primary screen: one concentration of each compound, its inhibition, and which are hits."""

from __future__ import annotations

from collections.abc import Sequence

from labsvc.core.assays.reduce import by_compound, labelled
from labsvc.core.assays.replicates import place, spread
from labsvc.model.notation import molar, significant
from labsvc.model.protocol import Hits
from labsvc.model.result import Finding, Group, Point, Status

INHIBITION = "percent_inhibition"
_NAMED = 40  # in one sentence; the table has all


def rows(points: Sequence[Point]) -> tuple[Group, ...]:
    """A row for each compound and concentration, the strongest first."""
    found = [
        _row(labelled(label), concentration, part)
        for label, same in by_compound(points).items()
        for concentration, part in _by_concentration(same).items()
    ]
    return tuple(sorted(found, key=lambda one: -(one.values[INHIBITION] or 0.0)))


def _by_concentration(points: Sequence[Point]) -> dict[float | None, list[Point]]:
    found: dict[float | None, list[Point]] = {}
    for one in points:
        found.setdefault(one.concentration_m, []).append(one)
    return found


def _row(name: str, concentration_m: float | None, points: Sequence[Point]) -> Group:
    seen = spread(one.response for one in points if one.masked is None and one.response is not None)
    return Group(
        keys={"compound": name, "concentration": molar(concentration_m)},
        n=seen.n if seen else 0,
        values={
            INHIBITION: seen.mean if seen else None,
            f"sd_{INHIBITION}": seen.sd if seen else None,
        },
        masked=tuple(f"{place(one)}: {one.masked}" for one in points if one.masked),
    )


def hits(groups: Sequence[Group], threshold: Hits) -> tuple[Group, ...]:
    """The rows whose mean inhibition is at the threshold or above."""
    return tuple(
        one for one in groups
        if (mean := one.values.get(INHIBITION)) is not None and mean >= threshold.at_least_percent
    )  # fmt: skip


def findings(groups: Sequence[Group], threshold: Hits | None) -> tuple[Finding, ...]:
    """The hits by name, and compounds without a value; no hit is no fault of the plate."""
    lacking = [one.keys["compound"] for one in groups if one.values.get(INHIBITION) is None]
    found = []
    if threshold is not None:
        found.append(_hits(groups, threshold))
    if lacking or not groups:
        sentence = f"Without a value: {', '.join(lacking)}." if lacking else "No compound was run."
        found.append(Finding("compounds", Status.WARN, float(len(lacking)), "none", sentence))
    return tuple(found)


def _hits(groups: Sequence[Group], threshold: Hits) -> Finding:
    named = [
        f"{one.keys['compound']} ({significant(one.values[INHIBITION])} %)"
        for one in hits(groups, threshold)
    ]
    count, limits = len(named), f"{threshold.at_least_percent:g} % inhibition or more"
    listed = ", ".join(named[:_NAMED])
    more = f" and {count - _NAMED} more" if count > _NAMED else ""
    tail = f": {listed}{more}" if named else ""
    verb = "is a hit" if count == 1 else "are hits"
    sentence = f"{count} of {len(groups)} compounds {verb}, at {limits}{tail}."
    return Finding("hits", Status.PASS, float(count), f"{limits} ({threshold.source})", sentence)
