"""What imports or makes a good deal on its first use: loaded before the first capture comes."""

from __future__ import annotations

from labsvc.core.fit import CurveData, fit_inhibition
from labsvc.filing.render import load_templates


def _fit_a_curve() -> None:
    falling = (99.0, 95.0, 80.0, 40.0, 12.0, 3.0)
    concentrations = (1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4)
    fit_inhibition("inhibition_4pl", [CurveData(concentrations, falling)])


FIRST_USES = (load_templates, _fit_a_curve)
"""Templates and the fitter."""
