"""One run matched against 500 protocols and 5,000 open run sheets.

    python benchmarks/match.py            five cases, 50 times each
    python benchmarks/match.py --json     one JSON document
    python benchmarks/match.py --quick    20 protocols, 100 run sheets: does it run at all

The run sheets are indexed, as the service does whenever one has changed. What it does for each run
is timed, in time of the processor: the names its plate may have (whose bench events are
asked of the database), then the match. The protocols differ in the pattern of the file's name, the
program and the prefix of the plates; a part of the run sheets name the count, by patterns, and not
the plate.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from labsvc.core.matching.match import match, plates_of
from labsvc.core.matching.sheetindex import SheetIndex
from labsvc.core.matching.units import units
from labsvc.model.assay import Unit
from labsvc.model.capture import Capture
from labsvc.model.protocol import Protocol, Recognise
from labsvc.model.run import Channel, CountRun, Instrument, Program, Reading
from labsvc.model.runsheet import RunSheet
from labsvc.service.authoring.patterns import compiled
from labsvc.service.protocols.text import parse_protocol

SHIPPED = Path(__file__).parents[1] / "protocols" / "net-nisoxetine-binding.yaml"
PROTOCOLS, SHEETS, TIMES = 500, 5000, 50
BY_COUNT = 5
"""Of so many run sheets one names the count."""
DAY = datetime(2026, 3, 2, 15)
LIMIT_MS = 20.0


@dataclass(frozen=True, slots=True)
class Case:
    """A run, and whether it finds its run sheet."""

    name: str
    unit: Unit
    protocols: Sequence[Protocol]
    sheets: Sequence[RunSheet]
    taken: bool


def protocols(count: int) -> tuple[Protocol, ...]:
    """The shipped one, each time for other plates and another counter program.

    Their patterns are checked, and so compiled, as in the reading of a protocol.
    """
    shipped = parse_protocol(SHIPPED.read_bytes(), file=SHIPPED.name)
    return tuple(
        replace(
            shipped,
            name=f"assay-{n}",
            recognise=Recognise(
                drivers=("microbeta",),
                program_name=f"*ASSAY_{n}_*",
                file_name=compiled(rf"(?P<plate_id>A{n}-\d+)").pattern,
                plate_id_prefix=f"A{n}-",
                readings=96,
            ),
        )
        for n in range(count)
    )


def sheets(count: int, of: Sequence[Protocol]) -> tuple[RunSheet, ...]:
    return tuple(_sheet(n, of[n % len(of)].name) for n in range(count))


def _sheet(n: int, protocol: str) -> RunSheet:
    if n % BY_COUNT == 0:
        day = (DAY + timedelta(days=n % 7)).date()
        return RunSheet(f"sheet-{n}", protocol, count_file=f"run {n} *.txt", count_date=day)
    number = protocol.removeprefix("assay-")
    return RunSheet(f"sheet-{n}", protocol, plate_id=f"A{number}-{n}")


def unit(plate: str, program: str) -> Unit:
    """A counted plate of 96."""
    wells = [f"{row}{column:02d}" for row in "ABCDEFGH" for column in range(1, 13)]
    readings = tuple(
        Reading(position, order, (Channel("1", cpm=500.0 + order),), plate=1)
        for order, position in enumerate(wells, start=1)
    )
    run = CountRun(plate, Instrument("PerkinElmer", "MicroBeta"), readings, Program("7", program),
                   DAY)  # fmt: skip
    capture = Capture(f"{plate}.txt", "counter-1", DAY.replace(tzinfo=UTC), b"", "microbeta")
    (one,) = units(run, capture, "microbeta", UTC)
    return one


def cases(protocol_count: int, sheet_count: int) -> list[Case]:
    found = protocols(protocol_count)
    open_sheets = SheetIndex(sheets(sheet_count, found))
    n = sheet_count - 1
    of = n % protocol_count
    mine = unit(f"A{of}-{n}", f"H3_ASSAY_{of}_1_MIN")
    named = [replace(one, count_file=f"*other {n} *.txt", plate_id=None)
             for n, one in enumerate(open_sheets)]  # fmt: skip
    counts = SheetIndex(named)
    return [
        Case("its run sheet is the last of all", mine, found, open_sheets, True),
        Case("no run sheet is for it", unit(f"A{of}-x", f"H3_ASSAY_{of}_1_MIN"), found,
             open_sheets, False),
        Case("no protocol recognises it", unit("Z-1", "OTHER"), found, open_sheets, False),
        Case("its run sheet names the count", unit("run 0 x", "OTHER"), found, open_sheets, True),
        Case("every run sheet names a count", mine, found, counts, False),
    ]  # fmt: skip


def once(case: Case) -> None:
    """What the service does for one run."""
    plates_of(case.unit, case.protocols, case.sheets)
    match(case.unit, case.protocols, case.sheets, ())


def measured(case: Case, times: int) -> dict[str, float | bool]:
    """Milliseconds: the first time, when no pattern is compiled yet, and those after it."""
    took = []
    for _ in range(times):
        started = time.process_time()
        once(case)
        took.append(1000 * (time.process_time() - started))
    later = sorted(took[1:] or took)
    return {
        "first_ms": took[0],
        "median_ms": statistics.median(later),
        "p95_ms": later[int(0.95 * (len(later) - 1))],
        "within": statistics.median(later) < LIMIT_MS,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--quick", action="store_true", help="few protocols and run sheets")
    asked = parser.parse_args()
    size = (20, 100) if asked.quick else (PROTOCOLS, SHEETS)
    times = 3 if asked.quick else TIMES
    found = {case.name: measured(case, times) for case in cases(*size)}
    if asked.json:
        print(json.dumps({"protocols": size[0], "sheets": size[1], "limit_ms": LIMIT_MS,
                          "cases": found}))  # fmt: skip
        return
    print(f"one run against {size[0]} protocols and {size[1]} run sheets")
    for name, row in found.items():
        print(f"{name:<36} first {row['first_ms']:7.1f} ms  then {row['median_ms']:6.1f} ms "
              f"(95 %: {row['p95_ms']:.1f})")  # fmt: skip


if __name__ == "__main__":
    main()
