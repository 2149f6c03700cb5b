"""Counts as an experiment would give them: the law of mass action, pipetting and Poisson noise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator

from labsvc.model.plate import FORMATS
from labsvc.model.protocol import Protocol
from labsvc.model.run import Channel, Quench, Reading
from labsvc.model.runsheet import Compound, Placement


@dataclass(frozen=True, slots=True)
class Truth:
    """What is really so in the simulated experiment. cpm are net of background."""

    ic50_m: Mapping[str, float]
    total_cpm: float
    nonspecific_cpm: float
    pipetting_cv: float = 0.03
    count_minutes: float = 1.0
    extra: Mapping[str, float] = field(default_factory=dict)


def ic50_from_ki(ki_m: float, ligand_m: float, kd_m: float) -> float:
    """Cheng-Prusoff the other way round."""
    return ki_m * (1 + ligand_m / kd_m)


def plate_readings(
    rng: Generator,
    protocol: Protocol,
    compounds: Sequence[Compound],
    truth: Truth,
    *,
    plate: int = 1,
) -> tuple[Reading, ...]:
    """A filter plate as a plate counter would report it: whole cpm, background taken off."""
    expected = dict(_expected(protocol, compounds, truth))
    size = protocol.layout.size
    assert size is not None
    return tuple(
        Reading(
            position=position,
            order=order,
            plate=plate,
            sample=f"Unk_{order}",
            channels=(_plate_channel(rng, expected.get(position, 0.0), truth),),
        )
        for order, position in enumerate(FORMATS[size].wells(), start=1)
    )


def _expected(
    protocol: Protocol, compounds: Sequence[Compound], truth: Truth
) -> Iterator[tuple[str, float]]:
    levels = {"total": truth.total_cpm, "vehicle": truth.total_cpm,
              "nonspecific": truth.nonspecific_cpm, "blank": truth.nonspecific_cpm}  # fmt: skip
    for position, role in protocol.layout.roles.items():
        yield position, levels.get(role, 0.0)
    by_slot = {compound.slot: compound for compound in compounds}
    for slot in protocol.layout.slots:
        compound = by_slot.get(slot.name)
        if compound is None:
            continue
        for concentration, wells in zip(compound.concentrations_m, slot.wells, strict=False):
            for position in wells:
                yield position, inhibited(truth, compound.name, concentration)


def inhibited(truth: Truth, compound: str, concentration_m: float) -> float:
    """One site, Hill slope one."""
    specific = truth.total_cpm - truth.nonspecific_cpm
    occupied = concentration_m / (concentration_m + truth.ic50_m[compound])
    return truth.nonspecific_cpm + specific * (1 - occupied)


def noisy_cpm(rng: Generator, cpm: float, truth: Truth) -> float:
    """Pipetting scatter (lognormal), then counting (Poisson)."""
    pipetted = cpm * float(np.exp(rng.normal(0.0, truth.pipetting_cv)))
    return float(rng.poisson(max(pipetted, 0.0) * truth.count_minutes)) / truth.count_minutes


def _plate_channel(rng: Generator, cpm: float, truth: Truth) -> Channel:
    return Channel(name="1", cpm=float(round(noisy_cpm(rng, cpm, truth))),
                   corrected=("background",))  # fmt: skip


def vial_readings(
    rng: Generator, placements: Sequence[Placement], truth: Truth
) -> tuple[Reading, ...]:
    """Vials of a rack run as a liquid scintillation counter would report them."""
    return tuple(
        Reading(
            position=placed.position,
            rack=placed.rack,
            order=order,
            live_time_s=60 * truth.count_minutes,
            quench=Quench("tSIE", round(480 + float(rng.normal(0, 8)), 3)),
            channels=_vial_channels(rng, _vial_cpm(placed, truth), truth),
        )
        for order, placed in enumerate(placements, start=1)
    )


def _vial_cpm(placed: Placement, truth: Truth) -> float:
    if placed.compound is None or placed.concentration_m is None or placed.role == "nonspecific":
        return truth.nonspecific_cpm if placed.role == "nonspecific" else truth.total_cpm
    return inhibited(truth, placed.compound, placed.concentration_m)


def _vial_channels(rng: Generator, cpm: float, truth: Truth) -> tuple[Channel, ...]:
    """Tritium counts nearly all in region A, some in B, background in C."""
    return tuple(
        Channel(name=name, cpm=round(noisy_cpm(rng, cpm * share + floor, truth), 4))
        for name, share, floor in (("A", 1.0, 10.0), ("B", 0.02, 6.0), ("C", 0.0, 8.0))
    )
