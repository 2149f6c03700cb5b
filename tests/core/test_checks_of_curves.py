"""The checks of each curve."""

from __future__ import annotations

from dataclasses import replace

from labsvc.core.qc.checks import curve_findings
from labsvc.model.protocol import Limits
from labsvc.model.result import Status
from tests.core.bench import PROTOCOL, assay, curve, fitted

AT_LEAST = Limits(warn_low=0.5, fail_low=0.4)


def test_each_curve_tells_how_its_fit_went() -> None:
    """Converged passes; anything else warns, with the fitter's remarks as sentences."""
    good = curve(fitted(2e-8))
    bad = curve(fitted(None, "not_converged", remarks=("No minimum", "Noisy.")), "b",
                reportable="not converged")  # fmt: skip
    one, other = curve_findings(assay(), [good, bad])
    assert (one.check, one.status) == ("fit: desipramine", Status.PASS)
    assert one.sentence == "desipramine: the fit is converged, IC50 20 nM."
    assert (other.status, other.sentence) == (
        Status.WARN, "b: the fit is not converged. No minimum. Noisy.",
    )  # fmt: skip


def test_the_slope_is_judged_without_its_sign_and_plateaus_with_it() -> None:
    """Falling curves have a negative slope; a fixed plateau is nobody's finding."""
    limits = {"hill": Limits(warn_low=0.7), "curve_top": Limits(warn_high=120.0),
              "curve_bottom": Limits(warn_low=-20.0)}  # fmt: skip
    plate = assay(protocol=replace(PROTOCOL, qc=limits))
    found = curve_findings(plate, [curve(fitted(2e-8, hill=-0.6, top=121.0))])
    assert [(one.check, one.status, one.value) for one in found[1:]] == [
        ("hill: desipramine", Status.WARN, 0.6),
        ("curve_top: desipramine", Status.WARN, 121.0),
    ]
    assert found[1].sentence == "desipramine: |Hill slope| is 0.6; expected at least 0.7."
    assert found[2].sentence == "desipramine: fitted top is 121 %; expected at most 120 %."


def test_a_curve_that_was_not_fitted_has_no_findings() -> None:
    """The protocol has no fit."""
    plate = assay(protocol=replace(PROTOCOL, qc={"hill": AT_LEAST}))
    assert curve_findings(plate, [curve(None)]) == ()
