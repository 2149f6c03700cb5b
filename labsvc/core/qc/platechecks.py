"""The checks of the plate: where on it like wells differ. See ``plateeffects``.

Counts are compared in ln, among like wells whose mean is at least a fifth of the 100 % control:
below that they are mostly non-specific. An effect that is no more than scatter is 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from labsvc.core.assays.reduce import Reduction
from labsvc.core.assays.replicates import amount
from labsvc.core.qc.measured import Measured
from labsvc.core.qc.plateeffects import (
    MANY_ERRORS,
    ONE_ERRORS,
    Effect,
    Key,
    Likes,
    PlacedWell,
    column_of,
    drift,
    effects,
    highest,
    likes,
    lowest,
    outer_of,
    row_of,
    scatter,
    tile,
    worst,
)
from labsvc.model.assay import Assay
from labsvc.model.plate import FORMATS, PlateFormat, row_and_column
from labsvc.model.result import Point

FLOOR = 0.2  # of the 100 % control: as for the CV of replicates
_DETECTORS = ("detector", "det")  # what counters call the column, in small letters
_NOT_PLACED = "like wells stand in different places too rarely to tell"


@dataclass(frozen=True, slots=True)
class Survey:
    """The effects of all places of one plate: what every check of the plate looks at.

    ``residues`` are of the wells that should hold little, in percent of the 100 % control; all
    others in ln(counts). ``counted_by``: whether it is known which detector counted what.
    """

    rows: Sequence[Effect]
    columns: Sequence[Effect]
    edge: Sequence[Effect]
    drifts: Sequence[Effect]
    residues: Sequence[Effect]
    detectors: Sequence[Effect]
    counted_by: bool


def survey(assay: Assay, reduction: Reduction) -> Survey:
    """Look the plate over, once for all its checks; vials in racks have no places."""
    plate, wells = FORMATS.get(assay.protocol.layout.size or 0), _wells(assay, reduction)
    upper = reduction.window.upper
    if upper is None or upper.mean <= 0:
        return Survey((), (), (), (), (), (), counted_by=False)
    bright, faint = _parted(likes(wells), upper.mean)
    sd = scatter(bright)
    detector = _detector_key(assay, wells)
    counted_by = detector is not None
    detectors = effects(bright, detector, sd) if detector is not None else ()
    if plate is None:
        return Survey((), (), (), (), (), detectors, counted_by)
    return Survey(
        effects(bright, row_of, sd),
        effects(bright, column_of, sd),
        effects(bright, outer_of(plate.rows, plate.columns), sd),
        _drifts(bright, sd, plate),
        _residues(faint, upper.mean),
        detectors,
        counted_by,
    )


def _detector_key(assay: Assay, wells: Sequence[PlacedWell]) -> Key | None:
    """What tells the detector of a well: the report, else the head that the protocol gives."""
    if any(one.detector for one in wells):
        return _detector_of
    head = assay.protocol.counting.head
    if head is None or assay.protocol.layout.size is None:
        return None
    number = tile(*head)
    return lambda one: f"detector {number(one)}"


def _detector_of(one: PlacedWell) -> str | None:
    return f"detector {one.detector}" if one.detector else None


def _drifts(groups: Likes, sd: float, plate: PlateFormat) -> list[Effect]:
    found = (
        drift(groups, sd, plate.columns, lambda one: one.column, "across the columns"),
        drift(groups, sd, plate.rows, lambda one: one.row, "down the rows"),
    )
    return [one for one in found if one is not None]


def _residues(groups: Likes, top: float) -> list[Effect]:
    """In percent of the 100 % control."""
    sd, percent = scatter(groups), 100 / top
    return [
        Effect(one.place, percent * one.size, percent * one.error, one.wells)
        for key in (row_of, column_of)
        for one in effects(groups, key, sd)
    ]


def _parted(groups: Likes, top: float) -> tuple[Likes, Likes]:
    """Like wells with a fifth of the 100 % control or more, in ln; the others as counted.

    What reads nothing at all is taken as a hundredth of the 100 % control.
    """
    bright: list[list[PlacedWell]] = []
    faint: list[Sequence[PlacedWell]] = []
    for group in groups:
        if sum([one.value for one in group]) >= FLOOR * top * len(group):
            bright.append([
                PlacedWell(row, column, like, math.log(max(value, 0.01 * top)), detector)
                for row, column, like, value, detector in group
            ])  # fmt: skip
        else:
            faint.append(group)
    return bright, faint


def _wells(assay: Assay, reduction: Reduction) -> list[PlacedWell]:
    detectors, unit = _detectors(assay), assay.protocol.counting.unit
    return [
        PlacedWell(
            *_place(one.position), _like(one), value, detectors.get((one.rack, one.position))
        )
        for one in reduction.points
        if one.masked is None and (value := amount(one, unit)) is not None
    ]


def _like(one: Point) -> tuple[object, ...]:
    return one.role, one.compound, one.concentration_m, *one.group.items()


@lru_cache(maxsize=2048)  # plates share their places
def _place(position: str) -> tuple[int, int]:
    """Row and column; vials in racks have none."""
    try:
        return row_and_column(position)
    except ValueError:
        return 0, 0


def _detectors(assay: Assay) -> dict[tuple[str | None, str], str]:
    return {
        (well.rack, well.position): value
        for well in assay.wells
        if well.reading is not None and well.reading.extras
        for name, value in well.reading.extras.items()
        if name.casefold() in _DETECTORS
    }


def edge_effect(found: Survey) -> Measured:
    """The outer wells against their like wells inside."""
    return _measured("Edge effect", worst(found.edge), ONE_ERRORS)


def row_effect(found: Survey) -> Measured:
    """The row that lies furthest from its like wells in other rows."""
    return _measured("Largest effect of a row", worst(found.rows), MANY_ERRORS)


def column_effect(found: Survey) -> Measured:
    """The column that lies furthest from its like wells in other columns."""
    return _measured("Largest effect of a column", worst(found.columns), MANY_ERRORS)


def plate_drift(found: Survey) -> Measured:
    """From the first to the last column, or row: the larger of those that are real."""
    sure = [one for one in found.drifts if one.real(ONE_ERRORS)]
    return _measured("Drift", worst(sure or found.drifts), ONE_ERRORS)


def harvester_loss(found: Survey) -> Measured:
    """What the row or column has lost that lost most: a clogged probe of a head of 8 or 12."""
    low = lowest([*found.rows, *found.columns])
    if low is not None and low.size >= 0:
        return Measured(0.0, "Loss in a row or column (none is low)", " %")
    return _measured("Loss in a row or column", low, MANY_ERRORS)


def wash_residue(found: Survey) -> Measured:
    """How far the non-specific wells of one row or column lie above the others: poor washing."""
    high = highest(found.residues)
    if high is None:
        return Measured(None, f"Residue of poor washing: {_NOT_PLACED}", applies=False)
    words = f"{high.place} high, {high.size:.1f} ± {high.error:.1f}"
    real = high.size > 0 and high.real(MANY_ERRORS)
    return Measured(
        high.size if real else 0.0,
        f"Residue of poor washing in percent of the 100 % control ({_told(words, real)})", " %",
    )  # fmt: skip


def detector_effect(found: Survey) -> Measured:
    """A dead or mis-levelled detector, where the report says which detector counted what."""
    if not found.counted_by:
        why = "neither the report nor the protocol says which detector counted which position"
        return Measured(None, f"Detectors cannot be compared: {why}", applies=False)
    return _measured("Largest effect of a detector", worst(found.detectors), MANY_ERRORS)


def _measured(name: str, found: Effect | None, errors: float) -> Measured:
    if found is None:
        return Measured(None, f"{name}: {_NOT_PLACED}", applies=False)
    percent = 100 * math.expm1(found.size)
    words = f"{found.place} {percent:+.1f} ± {100 * found.error:.1f} %".replace("-", "\u2212")
    real = found.real(errors)
    return Measured(abs(percent) if real else 0.0, f"{name} ({_told(words, real)})", " %")


def _told(words: str, real: bool) -> str:
    return words if real else f"{words}, no more than scatter"


PLATE_CHECKS: Mapping[str, Callable[[Survey], Measured]] = {
    "edge_effect_percent": edge_effect,
    "row_effect_percent": row_effect,
    "column_effect_percent": column_effect,
    "drift_percent": plate_drift,
    "harvester_loss_percent": harvester_loss,
    "wash_residue_percent": wash_residue,
    "detector_effect_percent": detector_effect,
}


def plate_measured(assay: Assay, reduction: Reduction, names: Iterable[str]) -> dict[str, Measured]:
    """Those of the checks of the plate that are asked for, from one survey of it."""
    asked = [name for name in names if name in PLATE_CHECKS]
    found = survey(assay, reduction) if asked else None
    return {name: PLATE_CHECKS[name](found) for name in asked} if found is not None else {}
