"""How soon a fault is told during a count of 96 vials, and how often a clean count is.

    python benchmarks/interim.py [--json] [--table] [--clean 2000] [--faulty 500] [--files 50]

Counts are simulated from a seed: the shipped uptake protocol in vials (net-ne-uptake), eight racks
of twelve: 4 backgrounds, 6 vehicle controls, 6 non-specific ones, then four compounds at ten
concentrations in duplicate; two minutes a vial, three from vial to vial. From count to count the
vehicle controls have 300 to 5,000 cpm (log-uniform), non-specific counts are 8 to 25 % of them, the
background is 18 to 35 cpm; pipetting scatters by 5 %; and clean counts of harder assays. The
readings are judged one by one, by the functions of the service. ``evidence`` is the first reading
by which two positions of each control that the rule compares are counted (of a rack that names
itself: three positions). ``--files``: so many counts of each fault come as a file for each vial
(a Triathler's, written and read by its driver), joined to one run as each comes; ``same`` are those
told at the very reading at which the readings themselves tell it.
"""

from __future__ import annotations

import argparse
import json
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from labsvc.core.counts.joining import join
from labsvc.core.matching.begun import Begun, begun
from labsvc.core.matching.units import units
from labsvc.core.qc.interim import LUMINESCENCE, NONSPECIFIC, RACK, TOTALS, concerns
from labsvc.model.assay import Unit
from labsvc.model.capture import Capture
from labsvc.model.protocol import Protocol
from labsvc.model.run import Channel, CountRun, Instrument, Program, Reading
from labsvc.model.runsheet import Placement, RunSheet
from labsvc.service.authoring.shipped import shipped
from labsvc.service.protocols.text import parse_protocol
from labsvc.service.registry import load_drivers

Counts = NDArray[np.float64]
"""Expected cpm of each vial, background included, in the order of counting."""
START = datetime(2026, 3, 2, 14, 3)
VIALS, MINUTES, APART = 96, 2.0, 3.0
FIRST_RACK, IN_RACK = 21, 12


def placements() -> tuple[Placement, ...]:
    """What the run sheet says of the 96 vials."""
    kinds = [Placement("", "background")] * 4 + [Placement("", "vehicle")] * 6
    kinds += [Placement("", "nonspecific")] * 6
    for compound in range(4):
        for step in range(10):
            top = 10.0 ** (-5 - step / 2)
            kinds += [Placement("", "sample", None, f"compound {compound + 1}", top)] * 2
    return tuple(
        one._replace(rack=str(FIRST_RACK + n // IN_RACK), position=str(n % IN_RACK + 1))
        for n, one in enumerate(kinds)
    )


SHEET = RunSheet("U-0087", "net-ne-uptake", count_program="9", placements=placements())


@cache
def protocol() -> Protocol:
    file = shipped("protocols") / "net-ne-uptake.yaml"
    return parse_protocol(file.read_bytes(), file=file.name)


@dataclass(frozen=True, slots=True)
class Rack:
    """What the counter will see: expected cpm in counting order, and what it calls the racks."""

    cpm: Counts
    rng: Generator
    first: int = FIRST_RACK


@dataclass(frozen=True, slots=True)
class Assay:
    """What differs from count to count: ranges of net cpm, of the blocked share, of background."""

    total: tuple[float, float] = (300.0, 5_000.0)
    blocked: tuple[float, float] = (0.08, 0.25)
    background: tuple[float, float] = (18.0, 35.0)
    scatter: float = 0.05


HARDER = {
    "weak (controls of 100 to 300 cpm)": Assay(total=(100.0, 300.0)),
    "30 to 45 % non-specific": Assay(blocked=(0.3, 0.45)),
    "pipetting that scatters by 20 %": Assay(scatter=0.2),
    "a background of 40 to 58 cpm": Assay(background=(40.0, 58.0)),
}
"""Counts that are no worse than some laboratories' best: nothing should be told of them either."""


def clean(rng: Generator, assay: Assay = Assay()) -> Rack:
    """A good day."""
    low, high = assay.total
    total = math.exp(rng.uniform(math.log(low), math.log(high)))
    blocked = total * rng.uniform(*assay.blocked)
    net = np.array([_net(one, total, blocked) for one in SHEET.placements])
    pipetted = net * np.exp(rng.normal(0, assay.scatter, VIALS))
    return Rack(pipetted + rng.uniform(*assay.background), rng)


def _net(placed: Placement, total: float, blocked: float) -> float:
    match placed.role:
        case "background":
            return 0.0
        case "nonspecific":
            return blocked
        case "sample":
            left = 1 / (1 + (placed.concentration_m or 0.0) / 1e-7)
            return blocked + (total - blocked) * left
    return total


def dead(one: Rack) -> Rack:
    """No uptake at all: every vial has some 15 cpm above background."""
    floor = one.cpm[:4].mean()
    return replace(one, cpm=np.where(one.cpm > 1.5 * floor, floor + 15, one.cpm))


def unblocked(one: Rack) -> Rack:
    """The blocker was forgotten: non-specific vials count what the controls count."""
    cpm = one.cpm.copy()
    cpm[10:16] = one.rng.permutation(one.cpm[4:10])
    return replace(one, cpm=cpm)


def luminescent(one: Rack) -> Rack:
    """Some 250 cpm in every vial, half gone in three quarters of an hour."""
    fading = 250 * np.exp(-np.arange(VIALS) * APART / 60)
    return replace(one, cpm=one.cpm + fading * np.exp(one.rng.normal(0, 0.2, VIALS)))


def other_rack(one: Rack) -> Rack:
    """Another person's racks, which have other numbers."""
    return replace(one, first=FIRST_RACK + 10)


def other_layout(one: Rack) -> Rack:
    """Racks of these numbers that were filled the other way round: the controls come last."""
    return replace(one, cpm=one.cpm[::-1].copy())


FAULTS: dict[str, tuple[Callable[[Rack], Rack], int, str]] = {
    "totals at background (no uptake)": (dead, 6, TOTALS),
    "non-specific as high as total (no blocker)": (unblocked, 12, NONSPECIFIC),
    "chemiluminescence (some 250 cpm, fading)": (luminescent, 2, LUMINESCENCE),
    "wrong rack, by its number": (other_rack, 3, RACK),
    "wrong rack, its number not told (other layout)": (other_layout, 2, RACK),
}
"""With the reading that completes the least evidence, and the name it should be told by."""


def counted(rack: Rack) -> tuple[Reading, ...]:
    """The readings of the whole count."""
    counts = rack.rng.poisson(rack.cpm * MINUTES)
    return tuple(
        Reading(
            position=placed.position,
            rack=str(rack.first + n // IN_RACK),
            order=n + 1,
            live_time_s=60 * MINUTES,
            counted_at=START + timedelta(minutes=APART * n),
            channels=(Channel("A", cpm=float(counts[n] / MINUTES)),),
        )
        for n, placed in enumerate(SHEET.placements)
    )


def begun_with(readings: Sequence[Reading]) -> Begun:
    """The count when so much of it has come."""
    held = tuple(readings)
    run = CountRun("U-0087", Instrument("Packard"), held, Program("9", "NE UPTAKE"),
                   counted_at=START)  # fmt: skip
    unit = Unit(run, "tricarb-2100tr", "tricarb.bin", None, None, held,
                START.replace(tzinfo=UTC), START.replace(tzinfo=UTC))  # fmt: skip
    found = begun(unit, [protocol()], [SHEET])
    assert isinstance(found, Begun), found
    return found


def warned(readings: Sequence[Reading]) -> dict[str, int]:
    """Each concern by the reading after which it was first told, as if judged after each."""
    first: dict[str, int] = {}
    whole = begun_with(readings)
    for n in range(1, len(readings)):
        part = replace(whole.unit, readings=tuple(readings[:n]))
        for one in concerns(replace(whole, unit=part), first):
            first[one.what] = n
    return first


def warned_by_files(readings: Sequence[Reading]) -> dict[str, int]:
    """As ``warned``, of a run that has a file for each vial; its counter knows no racks."""
    driver = load_drivers().named("triathler")
    places = [one._replace(rack=None, position=str(n))
              for n, one in enumerate(SHEET.placements, start=1)]  # fmt: skip
    sheet = replace(SHEET, count_program=None, count_file="*.zip", placements=tuple(places))
    plan = replace(protocol(), recognise=replace(protocol().recognise, drivers=()))
    first: dict[str, int] = {}
    parts = []
    for n, one in enumerate(readings[:-1], start=1):
        vial = one._replace(rack=None, position=str(n))
        run = CountRun("", Instrument("Hidex"), (vial,), Program(name="NE UPTAKE"))
        file = Capture(f"{n}.bin", "triathler", START.replace(tzinfo=UTC), driver.simulate([run]))
        parts.append((file.name, tuple(driver.parse(file))))
        (whole,) = (run for run in join(parts) if isinstance(run, CountRun))
        (unit,) = units(whole, replace(file, name="U-0087.zip"), "triathler", UTC)
        found = begun(unit, [plan], [sheet])
        assert isinstance(found, Begun), found
        for concern in concerns(found, first):
            first[concern.what] = n
    return first


def simulated_by_files(number: int, seed: int) -> dict[str, dict[str, int]]:
    """Of each fault that a counter without racks can show: how many counts were told of it, and
    how many of them at the same reading as without files."""
    found = {}
    for name, (fault, _, own) in FAULTS.items():
        if fault is other_rack:
            continue
        told = same = 0
        for n in range(number):
            made = counted(fault(clean(np.random.default_rng([seed, n]))))
            rounded = [_rounded(one) for one in made]
            files = warned_by_files(rounded)
            told += own in files
            same += own in files and files[own] == warned(rounded).get(own)
        found[name] = {"counts": number, "told": told, "same": same}
    return found


def _rounded(one: Reading) -> Reading:
    """As a Triathler shows it: whole counts per minute, and no counting time."""
    (channel,) = one.channels
    shown = (channel._replace(cpm=float(round(channel.cpm or 0.0))),)
    return one._replace(channels=shown, live_time_s=None)


def simulated(
    number: int,
    seed: int,
    fault: Callable[[Rack], Rack] | None = None,
    assay: Assay = Assay(),
) -> list[dict[str, int]]:
    """What would have been told of so many counts."""
    made = (clean(np.random.default_rng([seed, n]), assay) for n in range(number))
    return [warned(counted(fault(one) if fault else one)) for one in made]


def measured(clean_counts: int, faulty_counts: int) -> dict[str, object]:
    """All figures of the documentation."""
    quiet = simulated(clean_counts, 1)
    told = Counter(what for one in quiet for what in one)
    return {
        "clean_counts": clean_counts,
        "false_alarms": sum(1 for one in quiet if one),
        "false_alarms_by": dict(told),
        "false_alarms_harder": {
            name: [sum(map(bool, simulated(faulty_counts, 3, None, one))), faulty_counts]
            for name, one in HARDER.items()
        },
        "faults": {
            name: _of_fault(simulated(faulty_counts, 2, fault), evidence, own)
            for name, (fault, evidence, own) in FAULTS.items()
        },
    }


def _of_fault(found: Sequence[dict[str, int]], evidence: int, own: str) -> dict[str, object]:
    firsts = sorted(min(one.values()) for one in found if one)
    named = sorted(one[own] for one in found if own in one)
    by = Counter(min(one, key=lambda what: one[what]) for one in found if one)
    return {
        "counts": len(found),
        "told": len(firsts),
        "evidence": evidence,
        "readings": _spread(firsts),
        "by": [what for what, _ in by.most_common(2)],
        "own": own,
        "named": len(named),
        "named_readings": _spread(named),
    }


def _spread(readings: Sequence[int]) -> list[int]:
    """The reading by which half, 95 % and all of them were told."""
    if not readings:
        return []
    return [readings[math.ceil(part * len(readings)) - 1] for part in (0.5, 0.95, 1.0)]


def table(figures: dict[str, object]) -> str:
    """The table of the documentation, in Markdown."""
    faults = figures["faults"]
    assert isinstance(faults, dict)
    columns = (
        "fault", "told", "evidence at reading", "told at reading: half, 95 %, all", "first as",
        "by its own name: of all; half, 95 %, all",
    )  # fmt: skip
    lines = [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    for name, one in faults.items():
        by = ", ".join(f"`{what}`" for what in one["by"])
        told, named = (f"{100 * one[key] / one['counts']:.4g} %" for key in ("told", "named"))
        when, when_named = (", ".join(map(str, one[key])) for key in ("readings", "named_readings"))
        lines.append(
            f"| {name} | {told} | {one['evidence']} | {when} | {by} "
            f"| `{one['own']}` {named}; {when_named} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--table", action="store_true", help="the table of the documentation")
    parser.add_argument("--clean", type=int, default=2_000)
    parser.add_argument("--faulty", type=int, default=500)
    parser.add_argument("--files", type=int, default=0, help="counts of a file for each vial")
    asked = parser.parse_args()
    if asked.files:
        print(json.dumps(simulated_by_files(asked.files, 2), indent=None if asked.json else 1))
        return
    figures = measured(asked.clean, asked.faulty)
    if asked.table:
        print(table(figures))
        return
    print(json.dumps(figures, indent=None if asked.json else 1))


if __name__ == "__main__":
    main()
