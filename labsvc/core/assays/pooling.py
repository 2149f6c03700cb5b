"""The controls of all plates of a run taken together: which they are, and how each plate's lie.

Each plate's counts are less its own background before they are pooled.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from labsvc.core.assays.replicates import Spread, counted, spread
from labsvc.model.assay import Assay, Unit, Well
from labsvc.model.notation import significant
from labsvc.model.result import Operation, Point

SETTING = ("total", "vehicle", "nonspecific", "blank", "background")
"""The roles that are taken from the other plates of the run."""

POOLED = "controls of the run"
"""The name of the operation that tells which controls were used."""


@dataclass(frozen=True, slots=True)
class Beside:
    """Another plate of the run: its controls, as its own background leaves them, and that."""

    plate: str
    points: tuple[Point, ...]
    assay: Assay

    def among(self, chosen: Collection[int]) -> Beside:
        """Those whose ``id`` was chosen."""
        return replace(self, points=tuple(one for one in self.points if id(one) in chosen))


def plate_name(unit: Unit) -> str:
    """What people call the plate: its name, else its number in the run."""
    return unit.plate_id or f"plate {unit.plate}"


def setting(wells: Sequence[Well]) -> tuple[Well, ...]:
    """The wells that another plate's responses are set by."""
    return tuple(one for one in wells if one.role in SETTING)


def pooled(points: Sequence[Point], beside: Sequence[Beside]) -> list[Point]:
    """These points and the controls beside them."""
    return [*points, *(one for each in beside for one in each.points)]


def pooling_told(
    assay: Assay, points: Sequence[Point], beside: Sequence[Beside], controls: tuple[str, str]
) -> Operation:
    """Which controls were used, plate by plate."""
    unit = assay.protocol.counting.unit
    plates = [Beside(f"{plate_name(assay.unit)} (this plate)", tuple(points), assay), *beside]
    said = "; ".join(
        f"{role} "
        + ", ".join(
            f"{one.plate} {_mean(spread(counted(one.points, role, unit=unit)))}" for one in plates
        )
        for role in controls
    )
    sentence = (
        f"The controls of the run's {len(plates)} plates are taken together, each less its own "
        f"plate's background; mean {unit} and number on each: {said}."
    )
    return Operation(POOLED, sentence, {"plates": float(len(plates))})


def controls_told(operations: Sequence[Operation]) -> list[str]:
    """What a result says of the controls that it was made with; nothing where none are pooled."""
    if all(one.name != POOLED for one in operations):
        return []
    return [one.sentence for one in operations if one.name in (POOLED, *SETTING)]


def controls_filed(document: Mapping[str, Any]) -> list[str]:
    """The same of a filed result, from its document."""
    return controls_told(
        [Operation(one["name"], one["sentence"]) for one in document["operations"]]
    )


def _mean(what: Spread | None) -> str:
    return f"{what.mean:.1f} ({what.n})" if what is not None else "none"


def apart(own: Spread, whole: Spread, span: float) -> float:
    """How far a plate's control lies from that of the run, in percent of the run's window."""
    return 100 * abs(own.mean - whole.mean) / span


def own_controls(own: Spread, whole: Spread, name: str) -> str:
    """``100 % control 1543 of 8 wells, the run's 1490 of 24``."""
    positions = "position" if own.n == 1 else "positions"
    return (
        f"{name} control {significant(own.mean, 4)} of {own.n} {positions}, the run's "
        f"{significant(whole.mean, 4)} of {whole.n}"
    )
