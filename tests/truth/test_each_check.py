"""Each check of QC, by its default limit: a clean assay passes it, a simulated fault does not.

What the fault reads is reckoned here, by hand or by numpy, from the counts that were made up. The
faults of a place on a plate are planted with a known size, which scatter tells within a seventh.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from scipy.stats import chi2

from labsvc.core.assays.kinds import reduced
from labsvc.core.fitting.curves import inhibition
from labsvc.core.qc.checks import RUN_CHECKS, curve_findings, run_findings
from labsvc.core.qc.curvechecks import CURVE_CHECKS
from labsvc.core.qc.defaultlimits import DEFAULTS
from labsvc.model.assay import Assay
from labsvc.model.protocol import Cited, Counting, Protocol, QuenchSet
from labsvc.model.result import Curve, Finding, Fit, Parameter, Point, Status
from labsvc.model.run import Quench
from tests.core import bench, plates

Make = Callable[[], Assay | Curve]
SCATTERED = {"A01": 1000.0, "A02": 1600.0, "A03": 400.0, "A04": 1000.0}
STICKY = {"B01": 600.0, "B02": 610.0, "B03": 590.0, "B04": 600.0}
PATCHY = {"B01": 40.0, "B02": 240.0, "B03": 60.0, "B04": 60.0}
UPPER, LOWER = [*SCATTERED.values()], [*bench.NONSPECIFICS.values()]
CURVE = QuenchSet("tSIE", ((200.0, 20.0), (400.0, 40.0), (600.0, 55.0), (800.0, 62.0)), "own set")


def sd(values: list[float]) -> float:
    return float(np.std(values, ddof=1))


SD_UPPER, SD_LOWER = sd(UPPER), sd(LOWER)


def counts(changed: Mapping[str, float] | None = None, factor: float = 1.0) -> Make:
    """The plate of 24 with other cpm in some wells."""
    read = {well: cpm * factor for well, cpm in {**bench.COUNTS, **(changed or {})}.items()}
    return lambda: bench.assay(bench.readings(read))


def told(protocol: Protocol = bench.PROTOCOL, **more: Any) -> Make:
    """The same with more in the readings of A01."""
    found = [one._replace(**more) if one.position == "A01" else one
             for one in bench.readings(bench.COUNTS)]  # fmt: skip
    return lambda: bench.assay(found, protocol)


def counted(number: float) -> Make:
    """So many counts in the first total, as many as it takes in the others."""
    found = [
        bench.reading(one.position, one.channels[0].cpm, plate=1, order=one.order, live_time_s=60.0,
                      channel_counts=number if one.position == "A01" else 1e4)
        for one in bench.readings(bench.COUNTS)
    ]  # fmt: skip
    return lambda: bench.assay(found)


def quenched(index: float) -> Make:
    dpm = replace(bench.PROTOCOL, counting=Counting(unit="dpm", quench=CURVE))
    return told(dpm, quench=Quench("tSIE", index))


def added(cpm: float) -> Make:
    sheet = replace(bench.SHEET, total_added=Cited(cpm, "cpm", "vials"))
    return lambda: bench.assay(sheet=sheet)


def hot(molar: float) -> Make:
    sheet = replace(bench.SHEET, radioligand_concentration=Cited(molar, "M", "aliquot counted"))
    return lambda: bench.assay(sheet=sheet)


def blanks(*cpms: float) -> Make:
    def made() -> Assay:
        controls = [("", "total", 1000.0), ("", "nonspecific", 100.0)]
        rows = [*controls, *(("", "background", cpm) for cpm in cpms)]
        one = bench.placed(*rows, response="percent_specific")  # type: ignore[arg-type]
        timed = (well._replace(reading=well.reading._replace(live_time_s=60.0))
                 for well in one.wells if well.reading is not None)  # fmt: skip
        return replace(one, wells=tuple(timed))

    return made


def screened(scatter: float) -> Make:
    """All twelve samples round 1000 cpm, half above and half below."""
    read = {well: 1000.0 + (scatter if n % 2 else -scatter)
            for n, well in enumerate(bench.CURVE)}  # fmt: skip
    screen = replace(bench.PROTOCOL, kind="primary_screen")
    return lambda: bench.assay(bench.with_counts(read), screen)


def pooled(others: float) -> Make:
    """One of two plates of a run; the total of the other reads ``others``."""

    def made() -> Assay:
        run = replace(bench.PROTOCOL, reduction=replace(bench.PROTOCOL.reduction, controls="run"))
        fellow = bench.assay(bench.with_counts(dict.fromkeys(bench.TOTALS, others)), run)
        return replace(bench.assay(protocol=run), fellows=(fellow,))

    return made


def planted(fault: plates.Fault = plates.clean) -> Make:
    return lambda: plates.plate(fault)[0]


def row_d(row: int, column: int, cpm: float) -> float:
    return cpm * (0.6 if row == 3 else 1)


def head(dead: bool) -> Make:
    """Six detectors in 2 x 3, of which number 4 counts half."""
    known = replace(plates.protocol(), counting=replace(plates.protocol().counting, head=(2, 3)))

    def fault(row: int, column: int, cpm: float) -> float:
        return cpm * (0.5 if dead and row % 2 == 1 and column % 3 == 1 else 1)

    return lambda: plates.plate(fault, with_protocol=known)[0]


def curve(hill: float = -1.0, top: float = 100.0, bottom: float = 0.0, log10_ic50: float = -7.5,
          off: tuple[float, ...] = (0.5, -0.5)) -> Make:  # fmt: skip
    """A fitted curve from 100 µM to 10 pM, and its points, which lie so far ``off`` in turn."""
    doses = np.logspace(-4, -11, max(8, len(off)))
    there = inhibition(np.log10(doses), log10_ic50, hill, top, bottom)
    points = tuple(
        Point(f"A{n:02}", "sample", compound="x", concentration_m=float(dose),
              response=float(value) + off[n % len(off)])
        for n, (dose, value) in enumerate(zip(doses, there, strict=True))
    )  # fmt: skip
    named = {"log10_ic50": log10_ic50, "hill": hill, "top": top, "bottom": bottom}
    fit = Fit("inhibition_4pl", "converged", 8, {one: Parameter(value, "%")
                                                 for one, value in named.items()})  # fmt: skip
    return lambda: Curve("x", points, fit, None, "IC50 32 nM")


@dataclass(frozen=True)
class Case:
    """A clean assay, one with the fault, what that one reads, and how it is graded."""

    clean: Make
    fault: Make
    reads: float
    status: Status = Status.WARN
    within: float = 1e-6


FINE, SHIFTED = counts(), counts(SCATTERED)
WINDOW = float(np.mean(UPPER) - np.mean(LOWER))
SAMPLES = [700.0, 1300.0] * 6
PLACE = 1 / 7
CASES: Mapping[str, Case] = {
    "z_prime": Case(FINE, SHIFTED, 1 - 3 * (SD_UPPER + SD_LOWER) / WINDOW, Status.FAIL),
    "signal_to_background": Case(FINE, counts(STICKY), 1000 / 600),
    "control_cv_percent": Case(FINE, SHIFTED, 100 * SD_UPPER / 1000),
    "replicate_cv_percent": Case(FINE, counts({"C06": 1400.0, "D06": 600.0}),
                                 100 * sd([1400, 600]) / 1000, Status.FAIL),
    "nonspecific_percent": Case(FINE, counts(STICKY), 60.0, Status.FAIL),
    "specific_percent": Case(FINE, counts(STICKY), 40.0, Status.FAIL),
    "ligand_depletion_percent": Case(added(2e4), added(2e3), 50.0, Status.FAIL),
    "z_samples": Case(screened(20.0), screened(300.0),
                      1 - 3 * (sd(SAMPLES) + SD_LOWER) / (float(np.mean(SAMPLES)) - 100)),
    "run_controls_percent": Case(pooled(1000.0), pooled(2000.0), 100 * 500 / 1400),
    "ssmd": Case(FINE, SHIFTED, WINDOW / float(np.hypot(SD_UPPER, SD_LOWER)), Status.FAIL),
    "signal_to_noise": Case(FINE, counts(PATCHY), 900 / sd([*PATCHY.values()])),
    "signal_window": Case(FINE, SHIFTED, (WINDOW - 3 * (SD_UPPER + SD_LOWER)) / SD_UPPER),
    "counting_error_percent": Case(counted(1600.0), counted(100.0), 20.0),
    "luminescence_percent": Case(told(extras={"LUM": "0.5"}), told(extras={"LUM": "12.5"}),
                                 12.5, Status.FAIL),
    "quench_outside": Case(quenched(400.0), quenched(150.0), 1.0),
    "background_cpm": Case(blanks(20.0, 30.0), blanks(70.0, 90.0), 80.0),
    "background_scatter_p": Case(blanks(20.0, 24.0), blanks(10.0, 60.0),
                                 float(chi2.sf(2 * 25**2 / 35, 1))),
    "specific_window": Case(FINE, counts(factor=0.1), 90.0),
    "nonspecific_cv_percent": Case(FINE, counts(PATCHY), sd([*PATCHY.values()])),
    "radioligand_concentration_percent": Case(hot(1.05e-9), hot(1.3e-9), 30.0),
    "edge_effect_percent": Case(
        planted(), planted(lambda row, column, cpm: cpm * (
            0.6 if row in (0, 7) or column in (1, 12) else 1)), 40.0, within=PLACE),
    "row_effect_percent": Case(planted(), planted(row_d), 40.0, within=PLACE),
    "column_effect_percent": Case(
        planted(), planted(lambda row, column, cpm: cpm * (0.5 if column == 12 else 1)),
        50.0, within=PLACE),
    "drift_percent": Case(
        planted(), planted(lambda row, column, cpm: cpm * (1 + 0.04 * column)), 42.0, within=PLACE),
    "harvester_loss_percent": Case(planted(), planted(row_d), 40.0, within=PLACE),
    "wash_residue_percent": Case(
        planted(), planted(lambda row, column, cpm: cpm + (150 if column == 12 else 0)),
        10.0, within=PLACE),
    "detector_effect_percent": Case(head(dead=False), head(dead=True), 50.0, within=PLACE),
    "hill": Case(curve(), curve(hill=-2.5), 2.5, Status.FAIL),
    "curve_top": Case(curve(), curve(top=130.0), 130.0),
    "curve_bottom": Case(curve(), curve(bottom=-30.0), -30.0),
    # Eight points above, then eight below: 2 of their 12870 orders.
    "residual_runs_p": Case(curve(), curve(off=(5.0,) * 8 + (-5.0,) * 8), 2 / 12870),
    "plateau_concentrations": Case(curve(), curve(log10_ic50=-4.3), 0.0),
}  # fmt: skip


def found(name: str, made: Assay | Curve) -> Finding:
    """The finding of one check by its default limit, as the line makes it."""
    limits = {name: DEFAULTS[name]}
    if isinstance(made, Curve):
        of = bench.assay(protocol=replace(bench.PROTOCOL, qc=limits))
        findings = curve_findings(of, [made])
    else:
        judged = replace(made, protocol=replace(made.protocol, qc=limits))
        findings = run_findings(judged, reduced(judged))
    (one,) = [each for each in findings if each.check.partition(":")[0] == name]
    return one


def test_no_check_is_without_its_clean_assay_and_its_fault() -> None:
    """Who adds a check adds both."""
    assert set(CASES) == {*RUN_CHECKS, *CURVE_CHECKS}


@pytest.mark.parametrize("name", CASES)
def test_a_clean_assay_passes(name: str) -> None:
    """Measured, and within its default limit."""
    one = found(name, CASES[name].clean())
    assert (one.status, one.value is not None) == (Status.PASS, True), one.sentence


@pytest.mark.parametrize("name", CASES)
def test_a_fault_is_told_with_what_it_reads(name: str) -> None:
    """The known answer, graded by the default limit, in a sentence."""
    case = CASES[name]
    one = found(name, case.fault())
    assert one.value == pytest.approx(case.reads, rel=case.within), one.sentence
    assert one.status is case.status, one.sentence
    assert one.sentence
