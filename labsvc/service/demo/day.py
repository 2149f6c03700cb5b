"""The demo's seeded day, as acts of a simulated lab. Every byte follows from the seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

import numpy as np

from labsvc.driver import Driver
from labsvc.model.protocol import Protocol
from labsvc.model.run import CountRun, HarvestRun, Instrument, Program, Reading, Wash
from labsvc.model.runsheet import Compound, Placement
from labsvc.service.demo.assays import Truth, ic50_from_ki, plate_readings, vial_readings

SEED = 20260302
DAY = date(2026, 3, 2)
BINDING = "net-nisoxetine-binding"
UPTAKE = "net-ne-uptake"
COMPOUNDS_KI_M = {"imipramine": 16e-9, "desipramine": 0.83e-9, "nortriptyline": 4.4e-9,
                  "citalopram": 4.07e-6}  # fmt: skip
"""True Ki at hNET. Imipramine 16 nM is the known figure of this assay; the others are the
hNET affinities of Tatsumi et al. 1997, Eur J Pharmacol 340:249."""
UPTAKE_IC50_M = {"imipramine": 60e-9, "desipramine": 4e-9}

Place = Literal["runsheets", "microbeta", "harvester", "tricarb-port"]


@dataclass(frozen=True, slots=True)
class Act:
    """Something that happens in the lab: bytes that appear at a place, with a word on why."""

    place: Place
    name: str
    content: bytes
    story: str
    plate: str | None = None


@dataclass(frozen=True, slots=True)
class Plate:
    """One binding plate of the day and what is special about it."""

    plate_id: str
    minutes_late: int = 0
    membranes_failed: bool = False
    sheet_late: bool = False
    cut_short: bool = False
    exported_twice: bool = False

    @property
    def story(self) -> str:
        special = {
            "membranes that lost their binding": self.membranes_failed,
            "a run sheet that comes after the count": self.sheet_late,
            "a report cut short": self.cut_short,
            f"a harvest {self.minutes_late} min late": bool(self.minutes_late),
            "a report exported twice": self.exported_twice,
        }
        said = [words for words, holds in special.items() if holds]
        return "binding plate with " + " and ".join(said) if said else "binding plate"


PLATES = (
    Plate("NET-0411"),
    Plate("NET-0412", exported_twice=True),
    Plate("NET-0413"),
    Plate("NET-0414", membranes_failed=True),
    Plate("NET-0415", minutes_late=25),
    Plate("NET-0416", sheet_late=True),
    Plate("NET-0417", cut_short=True),
)


def script(protocols: Mapping[str, Protocol], drivers: Mapping[str, Driver]) -> tuple[Act, ...]:
    """The acts of the day in order."""
    sheets = [
        _sheet_act(plate, protocols[BINDING], index)
        for index, plate in enumerate(PLATES)
        if not plate.sheet_late
    ]
    acts: list[Act] = [*sheets, _uptake_sheet()]
    for index, plate in enumerate(PLATES):
        acts += _plate_acts(plate, index, protocols[BINDING], drivers)
        if index == 2:
            acts.append(_uptake_act(drivers["tricarb-2100tr"]))
    return tuple(acts)


def another_plate(
    number: int, protocols: Mapping[str, Protocol], drivers: Mapping[str, Driver]
) -> tuple[Act, ...]:
    """A binding plate after the day, its number the seed: most are good, some are not."""
    luck = np.random.default_rng([SEED, SEED, number]).random()
    plate = Plate(
        f"NET-{501 + number:04d}",
        membranes_failed=luck < 0.1,
        minutes_late=25 if 0.1 <= luck < 0.2 else 0,
        sheet_late=0.2 <= luck < 0.3,
        cut_short=0.3 <= luck < 0.35,
        exported_twice=0.35 <= luck < 0.45,
    )
    index, protocol = len(PLATES) + number, protocols[BINDING]
    sheet = () if plate.sheet_late else (_sheet_act(plate, protocol, index),)
    return (*sheet, *_plate_acts(plate, index, protocol, drivers))


def _started(index: int) -> datetime:
    return datetime(DAY.year, DAY.month, DAY.day, 8, 0) + timedelta(minutes=20 * index)  # noqa: DTZ001


def compounds(protocol: Protocol) -> tuple[Compound, ...]:
    """The four compounds of every plate: half-decade steps down from a top that fits each."""
    tops = {"imipramine": 1e-5, "desipramine": 1e-6, "nortriptyline": 1e-6, "citalopram": 1e-3}
    return tuple(
        Compound(
            name, slot.name, tuple(top * 10 ** (-0.5 * step) for step in range(len(slot.wells)))
        )
        for (name, top), slot in zip(tops.items(), protocol.layout.slots, strict=True)
    )


def _sheet_act(plate: Plate, protocol: Protocol, index: int) -> Act:
    lines = [
        f"protocol: {protocol.name}",
        f"plate: {plate.plate_id}",
        "operator: M. Keller",
        "lots:",
        f"  membranes: {'M-2218' if plate.membranes_failed else 'M-2217'}",
        "  radioligand: '3652-114'",
        "compounds:",
    ]
    for compound in compounds(protocol):
        top = compound.concentrations_m[0]
        lines.append(
            f"  - {{name: {compound.name}, slot: {compound.slot}, top: {top * 1e6:g} uM, "
            "dilution: '3.16227766016838'}"
        )
    lines += ["times:", f"  reaction_start: {_started(index):%Y-%m-%d %H:%M}"]
    content = ("\n".join(lines) + "\n").encode()
    return Act("runsheets", f"{plate.plate_id}.yaml", content,
               f"run sheet for {plate.plate_id}", plate.plate_id)  # fmt: skip


def _plate_acts(
    plate: Plate, index: int, protocol: Protocol, drivers: Mapping[str, Driver]
) -> list[Act]:
    harvested = _started(index) + timedelta(minutes=121 + plate.minutes_late)
    harvest = HarvestRun(
        run_key=plate.plate_id,
        plate_id=plate.plate_id,
        filter_id=f"GF-{index + 31:04d}",
        started_at=harvested,
        ended_at=harvested + timedelta(seconds=70),
        program="3 x 2 mL cold",
        washes=(Wash(2.0, 10.0),) * 3,
        orientation="normal",
        operator="M. Keller",
    )
    stem = f"{plate.plate_id}_A7_{index + 212}"
    run = _binding_run(plate, index, protocol, f"{stem}.txt")
    counter = drivers["microbeta"]
    fault = "truncated" if plate.cut_short else None
    acts = [
        Act("harvester", f"{plate.plate_id}.csv", drivers["harvest"].simulate([harvest]),
            f"{plate.plate_id} harvested", plate.plate_id),
        Act("microbeta", f"{stem}.txt", counter.simulate([run], fault=fault),
            f"{plate.plate_id} counted, a {plate.story}", plate.plate_id),
    ]  # fmt: skip
    if plate.exported_twice:
        again = counter.simulate([run]) + b"\r\n"
        acts.append(Act("microbeta", f"{stem}_copy.txt", again,
                        f"{plate.plate_id} exported again", plate.plate_id))  # fmt: skip
    if plate.sheet_late:
        acts.append(_sheet_act(plate, protocol, index))
    return acts


def _binding_run(plate: Plate, index: int, protocol: Protocol, name: str) -> CountRun:
    ligand, affinity = protocol.radioligand.concentration_m, protocol.radioligand.affinity
    assert ligand is not None
    assert affinity is not None
    truth = Truth(
        ic50_m={
            name: ic50_from_ki(ki, ligand, affinity.value) for name, ki in COMPOUNDS_KI_M.items()
        },
        total_cpm=230.0 if plate.membranes_failed else 1500.0,
        nonspecific_cpm=120.0,
        pipetting_cv=0.12 if plate.membranes_failed else 0.03,
    )
    rng = np.random.default_rng([SEED, index])
    counted = _started(index) + timedelta(hours=7)
    return CountRun(
        run_key=plate.plate_id,
        instrument=Instrument("PerkinElmer", "MicroBeta"),
        program=Program("7", "H3_NISOXETINE_1_MIN"),
        counted_at=counted,
        readings=plate_readings(rng, protocol, compounds(protocol), truth),
        extras={"path": rf"C:\mbw\results\{name}"},
    )


def uptake_placements() -> tuple[Placement, ...]:
    """Vials of the uptake run: cassettes of twelve, controls first, then each compound."""
    wells: list[Placement] = [Placement("", "vehicle")] * 6 + [Placement("", "nonspecific")] * 6
    for name, top in (("desipramine", 1e-6), ("imipramine", 1e-5)):
        for step in range(8):
            wells += [Placement("", "sample", None, name, top * 10 ** (-0.5 * step))] * 2
    return tuple(
        placed._replace(rack=str(21 + index // 12), position=str(index % 12 + 1))
        for index, placed in enumerate(wells)
    )


def _uptake_sheet() -> Act:
    lines = [
        f"protocol: {UPTAKE}",
        "plate: U-0087",
        f"count: {{program: 9, date: {DAY.isoformat()}}}",
        "operator: J. Osei",
        "lots: {cells: HEK-hNET p31}",
        "positions:",
    ]
    for placed in uptake_placements():
        what = f"rack: {placed.rack}, position: {placed.position}, role: {placed.role}"
        if placed.compound is not None and placed.concentration_m is not None:
            molar = f"{placed.concentration_m * 1e9:.6g} nM"
            what += f", compound: {placed.compound}, concentration: {molar}"
        lines.append(f"  - {{{what}}}")
    lines += [
        "times:",
        f"  reaction_start: {DAY.isoformat()} 10:05",
        f"  stop: {DAY.isoformat()} 10:12",
    ]
    content = ("\n".join(lines) + "\n").encode()
    return Act("runsheets", "U-0087.yaml", content, "run sheet for U-0087", "U-0087")


def uptake_run() -> CountRun:
    """The uptake experiment as the Tri-Carb counts it, two minutes a vial."""
    truth = Truth(ic50_m=UPTAKE_IC50_M, total_cpm=5200.0, nonspecific_cpm=420.0,
                  pipetting_cv=0.05, count_minutes=2.0)  # fmt: skip
    readings = vial_readings(np.random.default_rng([SEED, 87]), uptake_placements(), truth)
    start = datetime(DAY.year, DAY.month, DAY.day, 14, 3)  # noqa: DTZ001
    timed: Sequence[Reading] = [
        reading._replace(counted_at=start + timedelta(minutes=2 * index))
        for index, reading in enumerate(readings)
    ]
    return CountRun(
        run_key="U-0087",
        instrument=Instrument("Packard", "Tri-Carb 2100TR"),
        program=Program("9", None),
        counted_at=start,
        readings=tuple(timed),
        extras={"quench indicator": "tSIE/AEC"},
    )


def _uptake_act(driver: Driver) -> Act:
    return Act("tricarb-port", "U-0087", driver.simulate([uptake_run()]),
               "U-0087 printed to the serial port, an uptake run", "U-0087")  # fmt: skip
