"""The checks of how well the controls of a run stand apart, beside Z'."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from labsvc.core.measured import Measured
from labsvc.core.reduce import Reduction
from labsvc.core.replicates import Spread, counted, spread
from labsvc.core.separation import signal_to_noise, signal_window, ssmd, z_factor
from labsvc.model.assay import Assay

Statistic = Callable[[Spread | None, Spread | None], float | None]


def _of_controls(statistic: Statistic, name: str, needs: str
                 ) -> Callable[[Assay, Reduction], Measured]:  # fmt: skip
    def check(assay: Assay, reduction: Reduction) -> Measured:
        value = statistic(reduction.window.upper, reduction.window.lower)
        return Measured(value, name if value is not None else f"{name} needs {needs}")

    return check


def z_samples(assay: Assay, reduction: Reduction) -> Measured:
    """Z of a screen: the sample wells in place of the 100 % control, against the 0 % control.

    It says something only where most samples are inactive (Zhang 1999): of curves it is not taken.
    """
    if assay.protocol.kind != "primary_screen":
        return Measured(None, "Z of the samples is of screens only", applies=False)
    unit = assay.protocol.counting.unit
    samples = spread(counted(reduction.points, "sample", unit=unit))
    value = z_factor(samples, reduction.window.lower)
    if value is None:
        return Measured(None, "Z needs two or more samples and 0 % controls, with different means")
    return Measured(value, "Z of the samples")


_SCATTER = "two or more positions of each control, and scatter among them"
SEPARATION_CHECKS: Mapping[str, Callable[[Assay, Reduction], Measured]] = {
    "z_samples": z_samples,
    "ssmd": _of_controls(ssmd, "SSMD", _SCATTER),
    "signal_to_noise": _of_controls(signal_to_noise, "Signal to noise", _SCATTER),
    "signal_window": _of_controls(signal_window, "Signal window", _SCATTER),
}
