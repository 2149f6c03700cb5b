"""What is asked of the fitter for a plate, and what it says of several at once."""

from __future__ import annotations

from dataclasses import replace

from labsvc.core.assays.reduce import reduce
from labsvc.core.dosecurves import Asked, asked, curves, fitted
from labsvc.model.protocol import FitPlan, Protocol
from labsvc.model.runsheet import Mask, RunSheet
from tests.core.bench import CURVE, PROTOCOL, SHEET, assay, with_counts


def of(
    protocol: Protocol = PROTOCOL, sheet: RunSheet = SHEET, **counts: float
) -> Asked | None:  # fmt: skip
    found = assay(with_counts(counts), protocol, sheet)
    return asked(found, reduce(found))


def test_nothing_is_asked_without_a_fit_or_a_compound() -> None:
    assert of(replace(PROTOCOL, fit=None)) is None
    assert of(sheet=replace(SHEET, compounds=())) is None


def test_a_masked_point_is_asked_of_as_missing() -> None:
    """It keeps its place: outliers are named by theirs."""
    wanted = of(sheet=replace(SHEET, masks=(Mask("C04", "pipetting"),)))
    assert wanted is not None
    (series,) = wanted.series
    assert sum(one != one for one in series.responses) == 1
    assert len(series.responses) == len(next(iter(wanted.points.values())))


def test_each_plate_has_the_fits_of_its_own_curves() -> None:
    """Fitted in one call for each model; the outlier of one plate is told of that one."""
    plates = [
        of(),
        of(replace(PROTOCOL, fit=FitPlan("inhibition_3pl"))),
        of(D03=CURVE["D03"] + 300),
    ]
    wanted = [one for one in plates if one is not None]
    together = fitted(wanted)
    assert [fits[0].model for fits in together] == [one.model for one in wanted]
    assert together == [fitted([one])[0] for one in wanted]
    told = [any("D03" in remark for remark in fits[0].remarks) for fits in together]
    assert told == [False, False, True]


def test_a_curve_without_a_ligand_has_no_ki() -> None:
    wanted = of()
    assert wanted is not None
    (curve,) = curves(wanted, fitted([wanted])[0])
    assert curve.ki is None
    assert curve.reportable.startswith("IC50 ")
