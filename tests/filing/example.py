"""A realistic result: a 96-well plate of the kind a binding lab counts every day."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from labsvc.model.plate import well
from labsvc.model.result import (
    Affinity,
    Band,
    BandPoint,
    Candidate,
    Constant,
    Curve,
    Finding,
    Fit,
    Group,
    Operation,
    Parameter,
    Point,
    Result,
    Status,
    TimelineEntry,
    Verdict,
)

TOTAL, NONSPECIFIC = 2480.0, 190.0
HOSTILE = (
    "<script>alert(1)</script>\x00\x1b[31m\n=cmd()|'/c calc'!A0 \u202egnp\" & ]]> " + "x" * 900
)
_NAMES = (
    "haloperidol",
    "MOL-00171",
    "MOL-00172",
    "clozapine",
    "(±)-verapamil · HCl",
    "MOL-00175",
    "β-estradiol 17-acetate",
    "MOL-00177",
    "MOL-00178",
    "MOL-00179",
    "MOL-00180",
    "a name that is much too long for any panel of a figure, batch 7",
)
_LOG_IC50 = (-8.6, -7.9, -7.1, -6.8, -6.2, -5.9, -7.4, -8.1, -6.6, -4.6, -7.7, -7.0)
_STARTED = datetime(2025, 3, 4, 8, 2, tzinfo=UTC)


def percent(dose: float, ic50: float, hill: float = -1.0) -> float:
    return 100.0 / (1.0 + (ic50 / dose) ** hill)


def points(slot: int, *, seed: int = 1) -> tuple[Point, ...]:
    """Eight concentrations of one compound down a column, once per replicate plate half."""
    chance = random.Random(seed * 100 + slot)
    made = []
    for row in range(8):
        dose = 1e-5 * 10 ** (-row * 5 / 7)
        response = percent(dose, 10 ** _LOG_IC50[slot]) + chance.gauss(0, 4.0)
        cpm = NONSPECIFIC + response / 100 * (TOTAL - NONSPECIFIC)
        made.append(_point(well(row, slot % 12 + 1), slot, dose, cpm, response))
    return tuple(made)


def _point(position: str, slot: int, dose: float, cpm: float, response: float) -> Point:
    role = "reference" if slot == 0 else "sample"
    return Point(position, role, None, _NAMES[slot], dose, {}, cpm * 2, cpm, cpm / 0.42,
                 cpm - NONSPECIFIC, response)  # fmt: skip


def curve(slot: int = 1, *, replicates: int = 3) -> Curve:
    """A converged curve of one compound; the 12th well of its first replicate is masked."""
    seen = [one for seed in range(1, replicates + 1) for one in points(slot, seed=seed)]
    if slot == 4:
        seen[3] = seen[3]._replace(response=163.0, masked="cpm 3 robust SD above its replicates")
    ic50 = 10 ** _LOG_IC50[slot]
    bounded = ic50 > 1e-5
    fit = Fit(
        model="inhibition_4pl", status="ambiguous" if bounded else "converged",
        n_points=len(seen), parameters=_parameters(ic50), residual_ss=812.4, residual_sd=4.4,
        degrees_of_freedom=20, r_squared=0.984, aicc=105.2,
        qualifier=">" if bounded else None, qualifier_bound=1e-5 if bounded else None,
        remarks=("the lower plateau was not reached",) if bounded else (), band=_band(ic50),
    )  # fmt: skip
    ki = ic50 / 2.5
    affinity = Affinity(ki, (ki * 0.8, ki * 1.27), "Ki = IC50 / (1 + [L] / Kd)",
                        {"IC50_M": ic50, "L_M": 1.5e-9, "Kd_M": 1e-9})  # fmt: skip
    said = "> 10 µM" if bounded else f"{ki * 1e9:.3g} nM [{ki * 0.8e9:.3g}–{ki * 1.27e9:.3g}]"
    return Curve(_NAMES[slot], tuple(seen), fit, None if bounded else affinity, said,
                 "reference" if slot == 0 else "sample")  # fmt: skip


def _parameters(ic50: float) -> dict[str, Parameter]:
    return {
        "ic50": Parameter(ic50, "M", ic50 * 0.1, (ic50 * 0.8, ic50 * 1.27), "profile"),
        "log10_ic50": Parameter(math.log10(ic50), "log10 M", 0.04, None),
        "hill": Parameter(-1.03, "", 0.06, (-1.16, -0.91), "profile"),
        "top": Parameter(100.0, "%", fixed=True),
        "bottom": Parameter(0.0, "%", fixed=True),
    }


def _band(ic50: float) -> Band:
    doses = [10 ** (-10.4 + 0.075 * step) for step in range(76)]
    return Band.of(
        BandPoint(dose, value, value - 3.5, value + 3.5)
        for dose in doses
        for value in (percent(dose, ic50),)
    )


def plate_points() -> tuple[Point, ...]:
    """A full plate: ten compounds in columns 1-10, totals and nonspecifics in 11 and 12."""
    chance = random.Random(7)
    wells = [point for slot in range(10) for point in points(slot)]
    for row in range(8):
        wells.append(_control(well(row, 11), "total", TOTAL + chance.gauss(0, 90)))
        role = "nonspecific" if row < 6 else "blank"
        level = NONSPECIFIC if row < 6 else 18.0
        wells.append(_control(well(row, 12), role, level + chance.gauss(0, 6)))
    wells[27] = wells[27]._replace(masked="masked by hand: pipette tip fell")
    return tuple(wells)


def _control(position: str, role: str, cpm: float) -> Point:
    return Point(position, role, counts=round(cpm * 2), cpm=round(cpm, 1), dpm=cpm / 0.42)


def result(curves: int = 12) -> Result:
    """A filed competition binding plate with ``curves`` compounds."""
    return Result(
        run_id="r-2025-03-04-mb-17", verdict=Verdict.REVIEW, simulated=True,
        title="D2 dopamine receptor, [3H]-N-methylspiperone, secondary binding",
        protocol="d2-nmsp", protocol_version="3", protocol_digest="ab12" * 16,
        runsheet="2025-03-04-d2.yaml", runsheet_digest="cd34" * 16,
        instrument="MicroBeta room 214", run_key="microbeta|16|A16_235|2025-03-04T13:40",
        plate=1, plate_id="D2-0917", counted_at_text="Tue  4-Mar-2025  13:40",
        candidates=(
            Candidate("protocol d2-nmsp", True, "program 16 and plate identity D2-0917 fit"),
            Candidate("run sheet 2025-03-04-d2.yaml", True, "names plate D2-0917"),
            Candidate("protocol sert-citalopram", False, "wants program 9; this run says 16"),
        ),
        timeline=timeline(), constants=constants(), operations=operations(),
        points=plate_points(), curves=tuple(curve(slot) for slot in range(curves)),
        findings=findings(), response_label="specific binding, % of total",
        plate_size=96, lots={"radioligand": "2931-441", "membrane": "D2-CHO 24-11"},
        operator="K. Nowak",
    )  # fmt: skip


def timeline() -> tuple[TimelineEntry, ...]:
    def at(minutes: int) -> datetime:
        return _STARTED + timedelta(minutes=minutes)

    return (
        TimelineEntry("reaction start", at(0), "scanner, bench 2"),
        TimelineEntry("harvest", at(97), "harvester log", "incubated 97 min; expected 90 ± 5 min"),
        TimelineEntry("dried", None, "nobody told us"),
        TimelineEntry("count", at(278), "MicroBeta report"),
    )


def constants() -> tuple[Constant, ...]:
    return (
        Constant("Kd", 1.0e-9, "M", "protocol d2-nmsp, lab saturation 2024-11"),
        Constant("radioligand concentration", 1.5e-9, "M", "run sheet, counted aliquot"),
        Constant("counting efficiency", 42.0, "%", "protocol, normalisation of 2025-01-12"),
    )


def operations() -> tuple[Operation, ...]:
    return (
        Operation("take counts", "The cpm of channel 1 were taken from 96 wells as printed.",
                  {"channel": "1", "wells": 96.0}),
        Operation("subtract nonspecific", "The mean of 6 nonspecific wells (189.6 cpm) was taken "
                  "off every well.", {"mean_cpm": 189.6, "wells": 6.0, "sd_cpm": 5.4}),
        Operation("percent specific", "100 × (cpm − 189.6) / (2481.2 − 189.6)",
                  {"total_cpm": 2481.2, "nonspecific_cpm": 189.6}),
    )  # fmt: skip


def findings() -> tuple[Finding, ...]:
    return (
        Finding("z_prime", Status.PASS, 0.83, "at least 0.5",
                "Z′ is 0.83 and should be at least 0.5."),
        Finding("incubation", Status.WARN, 97.0, "85 to 95 min",
                "The incubation took 97 min; the protocol allows 85 to 95 min."),
        Finding("reference_range", Status.FAIL, 4.1e-9, "0.5 to 2 nM",
                "Ki of haloperidol is 1 nM by the run, outside its accepted range 1.2 to 2 nM."),
        Finding("counting_error", Status.NOT_APPLICABLE, None, "at most 5 %",
                "The report does not print counting errors."),
    )  # fmt: skip


def uptake() -> Result:
    """An uptake run in racks: fractions and no curves."""
    groups = tuple(
        Group({"cells": cells, "substrate": "[3H]-MPP+", "compound": compound,
               "concentration_uM": dose, "dmso_percent": "0.1"}, 3,
              {"fraction_of_added": 0.02 * value, "fraction_of_vehicle": value,
               "sd_fraction_of_vehicle": 0.06 * value})
        for cells in ("HEK-OCT1", "HEK-mock")
        for compound, dose, value in (("vehicle", "0", 1.0), ("quinine", "10", 0.42),
                                      ("quinine", "100", 0.11), ("metformin", "1000", 0.74))
    )  # fmt: skip
    lost = replace(groups[-1], values={"fraction_of_vehicle": None}, masked=("3-12",))
    return replace(
        result(0), title="OCT1 uptake, [3H]-MPP+", curves=(), groups=(*groups[:-1], lost),
        plate_size=None, simulated=False, verdict=Verdict.ACCEPTED, findings=findings()[:1],
        points=(Point("12", "sample", "3", "quinine", 1e-5, {"cells": "HEK-OCT1"}, None, 812.0),),
        response_label="fraction of vehicle",
    )  # fmt: skip


def held() -> Result:
    """A readable run that nothing claims yet."""
    return replace(
        result(0), verdict=Verdict.HELD, protocol=None, protocol_version=None, runsheet=None,
        protocol_digest=None, runsheet_digest=None, constants=(), operations=(), findings=(),
        timeline=(), held_because="No run sheet names plate D2-0917.", simulated=False, lots={},
        released_by="Put a run sheet with plate_id D2-0917 into runsheets/.", operator=None,
        points=(), curves=(), title="microbeta run of 2025-03-04 13:40",
    )  # fmt: skip


def hostile() -> Result:
    """Every text an attacker may write, in every place it may stand."""
    bad = replace(curve(1), compound=HOSTILE, reportable=HOSTILE)
    wells = tuple(
        one._replace(compound=HOSTILE, masked=HOSTILE if index % 5 == 0 else None)
        for index, one in enumerate(bad.points)
    )
    group = Group({HOSTILE: HOSTILE, "compound": HOSTILE}, 1, {"fraction_of_added": 0.5})
    return replace(
        result(2), title=HOSTILE, run_id=HOSTILE, instrument=HOSTILE, run_key=HOSTILE,
        operator=HOSTILE, lots={HOSTILE: HOSTILE}, response_label=HOSTILE, runsheet=HOSTILE,
        candidates=(Candidate(HOSTILE, False, HOSTILE),), held_because=HOSTILE,
        timeline=(TimelineEntry(HOSTILE, None, HOSTILE, HOSTILE),),
        constants=(Constant(HOSTILE, 1.0, HOSTILE, HOSTILE),), protocol=HOSTILE,
        operations=(Operation(HOSTILE, HOSTILE, {HOSTILE: HOSTILE}),), groups=(group, group),
        findings=(Finding(HOSTILE, Status.FAIL, 1.0, HOSTILE, HOSTILE),),
        curves=(replace(bad, points=wells),), points=wells, plate_id=HOSTILE,
        counted_at_text=HOSTILE, released_by=HOSTILE,
    )  # fmt: skip
