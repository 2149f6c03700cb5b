"""How often the checks cry wolf on clean plates, and how often they find planted faults.

    python benchmarks/qc.py [--json] [--table] [--clean 2000] [--faulty 200]

Plates are simulated from a seed: the shipped binding protocol (96 wells, four compounds at ten
concentrations in duplicate, eight wells of each control), 1,200 cpm bound, 3 % pipetting error,
counting error of a minute, and what differs from day to day: bound cpm 6 %, Ki of a compound 15 %.
Each is reduced, fitted and judged as the service does it, by the default set with its default
limits, the accepted range of the reference compound and the times of the bench. ``alarm``: anything
but a pass.

The control charts are those of four filed numbers (cpm of the total, non-specific share, Z', pKi of
the reference): twenty clean plates make the limits, then five more come. ``chart``: any rule but
1-2s speaks of them.
"""

from __future__ import annotations

import argparse
import json
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from labsvc.core.analyse import conclude
from labsvc.core.matching.layout import wells
from labsvc.core.qc.defaultlimits import DEFAULT_SET, DEFAULTS
from labsvc.core.trends.chart import control_chart
from labsvc.core.trends.guides import first_accepted
from labsvc.core.trends.series import Observation
from labsvc.model.assay import Assay, Unit
from labsvc.model.protocol import Protocol
from labsvc.model.result import Result, Status, TimelineEntry
from labsvc.model.run import Channel, CountRun, Instrument, Reading
from labsvc.model.runsheet import Compound, RunSheet
from labsvc.service.authoring.shipped import shipped
from labsvc.service.protocols.text import parse_protocol

Plate = NDArray[np.float64]
"""8 rows x 12 columns."""
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KI_M = {"imipramine": 15e-9, "b": 0.9e-9, "c": 4.5e-9, "d": 4e-6}
TOPS_M = {"imipramine": 1e-5, "b": 1e-6, "c": 1e-6, "d": 1e-3}
BOUND, NONSPECIFIC, SCATTER, CHARTED = 1_200.0, 90.0, 0.03, 4
GUIDE, AFTER, SERIES = 20, 5, 300


@dataclass(frozen=True, slots=True)
class Bench:
    """What the bench does to one plate, where a fault may change it.

    ``specific`` and ``nonspecific`` are expected net cpm, ``ki_factor`` shifts the reference.
    """

    specific: Plate
    nonspecific: Plate
    rng: Generator
    minutes: float = 120.0
    turned: bool = False


Fault = Callable[[Bench], Bench]


@cache
def protocol() -> Protocol:
    """The shipped one, with the default set as its criteria."""
    file = shipped("protocols") / "net-nisoxetine-binding.yaml"
    read = parse_protocol(file.read_bytes(), file=file.name)
    return replace(read, qc={name: DEFAULTS[name] for name in DEFAULT_SET}, example=None)


COMPOUNDS = tuple(
    Compound(name, str(slot), tuple(top * 10 ** (-step / 2) for step in range(10)))
    for slot, (name, top) in enumerate(TOPS_M.items(), start=1)
)


def occupied(ki: Mapping[str, float]) -> Plate:
    """The share of the specific binding that is left in each well: slots take two rows each."""
    share = np.ones((8, 12))
    share[4:, [0, 11]] = 0.0
    for slot, compound in enumerate(COMPOUNDS):
        doses = np.array(compound.concentrations_m)
        ic50 = ki[compound.name] * (1 + 1 / 0.8)  # 1 nM at a Kd of 0.8 nM
        share[2 * slot : 2 * slot + 2, 1:11] = 1 / (1 + doses / ic50)
    return share


def clean(rng: Generator, ki: Mapping[str, float] | None = None) -> Bench:
    """A good day."""
    day = BOUND * math.exp(rng.normal(0, 0.06))
    today = {name: one * math.exp(rng.normal(0, 0.15)) for name, one in (ki or KI_M).items()}
    nonspecific = NONSPECIFIC * math.exp(rng.normal(0, 0.06))
    return Bench(day * occupied(today), np.full((8, 12), nonspecific), rng)


def bad_membranes(one: Bench) -> Bench:
    """Two thirds of the binding sites lost in thawing."""
    return replace(one, specific=one.specific * 0.35)


def wrong_hot(one: Bench) -> Bench:
    """1.6 nM for 1 nM: more is bound, more is non-specific, and every IC50 rises."""
    more = 1.6 / (1.6 + 0.8) / (1 / (1 + 0.8))
    shifted = {name: ki * (1 + 1.6 / 0.8) / (1 + 1 / 0.8) for name, ki in KI_M.items()}
    top = one.specific[0, 0]
    return replace(one, specific=top * more * occupied(shifted), nonspecific=one.nonspecific * 1.6)


def clogged_probe(one: Bench) -> Bench:
    """One row of the harvester's head lost four tenths."""
    kept = np.ones((8, 1))
    kept[one.rng.integers(8)] = 0.6
    return replace(one, specific=one.specific * kept, nonspecific=one.nonspecific * kept)


def rotated_filter(one: Bench) -> Bench:
    return replace(one, turned=True)


def skipped_wash(one: Bench) -> Bench:
    """Three times the non-specific counts, unevenly."""
    return replace(one, nonspecific=one.nonspecific * 3 * np.exp(one.rng.normal(0, 0.2, (8, 12))))


def doubled_column(one: Bench) -> Bench:
    """A column of compounds that got its radioligand twice."""
    factor = np.ones((1, 12))
    factor[0, one.rng.integers(1, 11)] = 2.0
    return replace(one, specific=one.specific * factor, nonspecific=one.nonspecific * factor)


def drifting_detector(one: Bench) -> Bench:
    """Four tenths lost from the first column counted to the last."""
    factor = np.linspace(1.0, 0.6, 12)[None, :]
    return replace(one, specific=one.specific * factor, nonspecific=one.nonspecific * factor)


def evaporated_edge(one: Bench) -> Bench:
    """The outer wells bind a third less."""
    factor = np.full((8, 12), 0.67)
    factor[1:7, 1:11] = 1.0
    return replace(one, specific=one.specific * factor)


def swapped_plates(one: Bench) -> Bench:
    """The plate of another run sheet: the compounds stand in other slots."""
    changed = one.specific.copy()
    changed[:, 1:11] = np.roll(one.specific[:, 1:11], 2, axis=0)
    return replace(one, specific=changed)


def expired_ligand(one: Bench) -> Bench:
    """Four tenths of the label no longer binds, and half as much again sticks."""
    return replace(one, specific=one.specific * 0.6, nonspecific=one.nonspecific * 1.5)


def chemiluminescence(one: Bench) -> Bench:
    """Extra counts that decay along the count, from well to well as they please."""
    fading = np.exp(-np.arange(96).reshape(8, 12) / 60)
    return replace(one, nonspecific=one.nonspecific
                   + 250 * fading * np.exp(one.rng.normal(0, 0.7, (8, 12))))  # fmt: skip


def late_harvest(one: Bench) -> Bench:
    """An hour too long; binding is at equilibrium, so that the counts show nothing."""
    return replace(one, minutes=180.0)


def wrong_dilution(one: Bench) -> Bench:
    """The reference compound's stock was ten times too weak."""
    shifted = occupied({**KI_M, "imipramine": 10 * KI_M["imipramine"]})
    changed = one.specific.copy()
    changed[0:2, 1:11] = one.specific[0, 0] * shifted[0:2, 1:11]
    return replace(one, specific=changed)


def contaminated_blank(one: Bench) -> Bench:
    """Hot solution in two of the eight non-specific wells."""
    added = np.zeros((8, 12))
    for row in one.rng.choice([4, 5, 6, 7], 2, replace=False):
        added[row, one.rng.choice([0, 11])] = 300.0
    return replace(one, nonspecific=one.nonspecific + added)


def misset_window(one: Bench) -> Bench:
    """The counter's window loses more than half of the beta spectrum."""
    return replace(one, specific=one.specific * 0.45, nonspecific=one.nonspecific * 0.45)


FAULTS: Mapping[str, Fault] = {
    "bad membranes (a third of the sites)": bad_membranes,
    "wrong hot concentration (1.6 for 1 nM)": wrong_hot,
    "clogged harvester probe (a row loses 40 %)": clogged_probe,
    "rotated filter": rotated_filter,
    "skipped wash (3 x non-specific)": skipped_wash,
    "double-pipetted column (2 x)": doubled_column,
    "drifting detector (40 % over the plate)": drifting_detector,
    "evaporated edge (a third less)": evaporated_edge,
    "swapped plates": swapped_plates,
    "expired ligand (40 % dead, 1.5 x non-specific)": expired_ligand,
    "chemiluminescence (some 250 cpm, fading)": chemiluminescence,
    "late harvest (180 for 120 min)": late_harvest,
    "wrong dilution of the reference (10 x)": wrong_dilution,
    "contaminated blank (2 of 8 wells, 300 cpm)": contaminated_blank,
    "mis-set counting window (45 % left)": misset_window,
}


def counted(one: Bench) -> tuple[Reading, ...]:
    """The plate as a counter would report it: a minute each, background off (it has none)."""
    pipetted = np.exp(one.rng.normal(0, SCATTER, (8, 12)))
    cpm = one.rng.poisson((one.specific + one.nonspecific) * pipetted).astype(float)
    seen = cpm[::-1, ::-1] if one.turned else cpm
    return tuple(
        Reading(f"{'ABCDEFGH'[at // 12]}{at % 12 + 1:02}", at + 1,
                (Channel("1", counts=value, cpm=value),), plate=1, live_time_s=60.0)
        for at, value in enumerate(seen.ravel().tolist())
    )  # fmt: skip


def judged(one: Bench) -> Result:
    """The plate through reduction, fits and checks."""
    used, found = protocol(), counted(one)
    run = CountRun("simulated", Instrument("PerkinElmer", "MicroBeta"), found)
    unit = Unit(run, "microbeta", "NET-1.txt", 1, "NET-1", found, START, START)
    sheet = RunSheet("NET-1", used.name, "NET-1", compounds=COMPOUNDS)
    times = (
        TimelineEntry("reaction_start", START, "bench log"),
        TimelineEntry("harvest", START + timedelta(minutes=one.minutes), "bench log"),
    )
    return conclude(Assay(unit, used, sheet, wells(unit, used, sheet), times, ()))


@dataclass(frozen=True, slots=True)
class Told:
    """What the checks that did not pass are, and the numbers that are charted."""

    alarms: tuple[str, ...]
    numbers: tuple[float, ...]


def told(result: Result) -> Told:
    alarms = tuple(
        one.check.partition(":")[0]
        for one in result.findings
        if one.status in (Status.WARN, Status.FAIL)
    )
    values = {one.check: one.value for one in result.findings}
    total = [one.cpm for one in result.points if one.role == "total" and one.cpm is not None]
    ki = next((one.ki.value for one in result.curves if one.compound == "imipramine" and one.ki), 0)
    numbers = (
        math.log10(max(sum(total) / len(total), 1.0)),
        values.get("nonspecific_percent") or math.nan,
        math.nan if values.get("z_prime") is None else values["z_prime"] or 0.0,
        -math.log10(ki) if ki else math.nan,
    )
    return Told(alarms, numbers)


def simulated(count: int, seed: int, fault: Fault | None = None) -> list[Told]:
    rng = np.random.default_rng(seed)
    return [told(judged(fault(clean(rng)) if fault else clean(rng))) for _ in range(count)]


def charted(before: Sequence[Told], after: Sequence[Told], rng: Generator) -> bool:
    """Whether any chart speaks of the plates after twenty clean ones; a number that could not be
    had is told at once by the checks, and is on no chart."""
    chosen = [before[at] for at in rng.integers(len(before), size=GUIDE)]
    chosen += [after[at] for at in rng.integers(len(after), size=AFTER)]
    for number in range(CHARTED):
        series = tuple(
            Observation(str(at), START + timedelta(days=at), one.numbers[number])
            for at, one in enumerate(chosen)
            if math.isfinite(one.numbers[number])
        )
        chart = control_chart(series, first_accepted(series, GUIDE))
        if any(one.last >= GUIDE and not one.warning for one in chart.signals):
            return True
    return False


def percent(found: Sequence[bool]) -> float:
    return round(100 * sum(found) / len(found), 2)


def by_check(found: Sequence[Told]) -> dict[str, float]:
    """The share of plates, in percent, in which each check did not pass; the commonest first."""
    counts = Counter(check for one in found for check in set(one.alarms))
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return {check: round(100 * n / len(found), 2) for check, n in ordered}


def measured(clean_plates: int, faulty_plates: int, series: int = SERIES) -> dict[str, object]:
    good = simulated(clean_plates, 1)
    rng = np.random.default_rng(2)
    figures: dict[str, object] = {
        "clean_plates": clean_plates,
        "false_alarm_percent": percent([bool(one.alarms) for one in good]),
        "false_alarms_by_check": by_check(good),
        "false_chart_percent": percent([charted(good, good, rng) for _ in range(series)]),
        "faulty_plates": faulty_plates,
    }
    faults = {}
    for seed, (name, fault) in enumerate(FAULTS.items(), start=100):
        found = simulated(faulty_plates, seed, fault)
        spoken = [charted(good, found, rng) for _ in range(max(series // 3, 1))]
        faults[name] = {
            "checks_percent": percent([bool(one.alarms) for one in found]),
            "chart_percent": percent(spoken),
            "by": dict(list(by_check(found).items())[:3]),
        }
    return {**figures, "faults": faults}


def table(figures: dict[str, object]) -> str:
    """As it stands in docs/explanation/qc.md."""
    heads = ("fault", "found by the checks of the plate", "by which, mostly",
             "by a chart within five plates")  # fmt: skip
    lines = [f"| {' | '.join(heads)} |", "|---|---|---|---|"]
    faults = figures["faults"]
    assert isinstance(faults, dict)
    for name, one in faults.items():
        by = ", ".join(f"`{check}`" for check in one["by"]) or "none"
        lines.append(
            f"| {name} | {one['checks_percent']:.0f} % | {by} | {one['chart_percent']:.0f} % |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--table", action="store_true", help="the table of the documentation")
    parser.add_argument("--clean", type=int, default=2_000)
    parser.add_argument("--faulty", type=int, default=200)
    asked = parser.parse_args()
    figures = measured(asked.clean, asked.faulty)
    if asked.table:
        print(table(figures))
        return
    print(json.dumps(figures, indent=None if asked.json else 1))


if __name__ == "__main__":
    main()
