"""How long the figures of a plate take: twelve curves and a plate map as SVG, and a PNG; and all
files of its result together: document, report and figures.

Run it by itself: ``python benchmarks/figures.py [--json]``. Its data come from a seed. Templates
are loaded before the clock starts; each figure is the best of many rounds.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime

from labsvc.filing.figures import curves_svg, plate_svg
from labsvc.filing.filer import Sources, result_files
from labsvc.filing.raster import png
from labsvc.model.filing import FiledResult
from labsvc.model.plate import well
from labsvc.model.result import BandPoint, Curve, Fit, Parameter, Point, Result, Verdict

CURVES, DOSES, BAND = 12, 8, 60


def made_curve(slot: int, chance: random.Random) -> Curve:
    """Eight concentrations in triplicate round a one-site curve, and its band."""
    ic50 = 10 ** chance.uniform(-8.5, -5.5)

    def percent(dose: float) -> float:
        return 100.0 / (1.0 + dose / ic50)

    points = tuple(
        Point(well(row, slot + 1), "sample", None, f"MOL-{slot:05d}", dose, {}, None,
              chance.uniform(200, 2500), None, None, percent(dose) + chance.gauss(0, 4))
        for row in range(DOSES)
        for dose in (1e-5 * 10 ** (-row * 5 / 7),)
        for _ in range(3)
    )  # fmt: skip
    doses = (10 ** (-10.2 + 5.4 * step / BAND) for step in range(BAND))
    band = tuple(BandPoint(one, percent(one), percent(one) - 3, percent(one) + 3) for one in doses)
    parameters = {"ic50": Parameter(ic50, "M", ic50 / 10, (ic50 * 0.8, ic50 * 1.25), "profile")}
    fit = Fit("inhibition_3pl", "converged", len(points), parameters, band=band)
    return Curve(f"MOL-{slot:05d}", points, fit, None, "16 nM [12–21]")


def made_result() -> Result:
    """Twelve curves on a 96-well plate."""
    chance = random.Random(20250304)
    curves = tuple(made_curve(slot, chance) for slot in range(CURVES))
    return Result(
        "r-1", Verdict.ACCEPTED, "benchmark", None, None, None, None, None, "bench", "key", 1,
        "P-1", None, points=tuple(one for curve in curves for one in curve.points[::3]),
        curves=curves, response_label="specific binding, %", plate_size=96,
    )  # fmt: skip


def filed(result: Result) -> dict[str, bytes]:
    """All files of the result."""
    at, raw = datetime(2026, 3, 2, tzinfo=UTC), [("raw/bench.txt", "0" * 64)]
    one = FiledResult(result, 1, "2026/bench", "digest", "")
    return result_files(one, Sources(), raw=raw, filed_at=at, software="bench")


def best_ms(make: Callable[[], object], rounds: int) -> float:
    """The shortest of ``rounds`` runs, in milliseconds, after one to warm up."""
    make()
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        make()
        times.append(time.perf_counter() - started)
    return min(times) * 1e3


def measured(rounds: int) -> dict[str, float]:
    result = made_result()
    page = curves_svg(result)
    return {
        "twelve_curves_ms": round(best_ms(lambda: curves_svg(result), rounds), 3),
        "plate_map_ms": round(best_ms(lambda: plate_svg(result), rounds), 3),
        "result_files_ms": round(best_ms(lambda: filed(result), rounds), 3),
        "twelve_curves_png_ms": round(best_ms(lambda: png(page), max(rounds // 10, 3)), 3),
        "twelve_curves_svg_kb": round(len(page.encode()) / 1000, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--rounds", type=int, default=100)
    asked = parser.parse_args()
    figures = measured(asked.rounds)
    if asked.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:<22} {value:>9.3f}")


if __name__ == "__main__":
    main()
