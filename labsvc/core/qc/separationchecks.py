"""The checks of how well the controls of a run stand apart, beside Z', and from their run's."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from labsvc.core.assays.pooling import apart, own_controls
from labsvc.core.assays.reduce import Reduction
from labsvc.core.assays.replicates import Spread, counted, spread
from labsvc.core.qc.measured import Measured
from labsvc.core.qc.separation import signal_to_noise, signal_window, ssmd, z_factor
from labsvc.model.assay import Assay

RUN_CONTROLS = "run_controls_percent"
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


def run_controls(assay: Assay, reduction: Reduction) -> Measured:
    """How far this plate's controls lie from those of the run, in percent of the run's window."""
    own, whole = reduction.own, reduction.window
    if own is None:
        return Measured(None, "This plate is normalised by its own controls", applies=False)
    pairs = {"100 %": (own.upper, whole.upper), "0 %": (own.lower, whole.lower)}
    lacking = [name for name, (mine, _) in pairs.items() if mine is None]
    if lacking:
        words = (
            f"This plate has no {' and no '.join(lacking)} control of its own; its checks are made "
            "on the controls of the run"
        )
        return Measured(None, words, applies=False)
    known = [(name, mine, all_) for name, (mine, all_) in pairs.items() if mine and all_]
    if whole.span is None:
        return Measured(None, "The controls of the run leave no window")
    said = "; ".join(own_controls(mine, all_, name) for name, mine, all_ in known)
    worst = max(apart(mine, all_, whole.span) for _, mine, all_ in known)
    return Measured(worst, f"This plate's own controls ({said}): the farthest from the run's", " %")


_SCATTER = "two or more positions of each control, and scatter among them"
SEPARATION_CHECKS: Mapping[str, Callable[[Assay, Reduction], Measured]] = {
    "z_samples": z_samples,
    RUN_CONTROLS: run_controls,
    "ssmd": _of_controls(ssmd, "SSMD", _SCATTER),
    "signal_to_noise": _of_controls(signal_to_noise, "Signal to noise", _SCATTER),
    "signal_window": _of_controls(signal_window, "Signal window", _SCATTER),
}
