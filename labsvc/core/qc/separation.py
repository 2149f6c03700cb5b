"""How well two controls stand apart: the customary figures beside Z', from means and SDs.

Every function gives None where a control is missing, has a single position, or does not scatter
where its SD divides. ``upper`` is the 100 % control, ``lower`` the 0 % control.
"""

from __future__ import annotations

import math

from labsvc.core.assays.replicates import Spread


def z_factor(upper: Spread | None, lower: Spread | None) -> float | None:
    """1 - 3 (SD + SD) / |mean - mean|: Z' of two controls; Z with samples for one (Zhang 1999)."""
    if upper is None or lower is None or upper.sd is None or lower.sd is None:
        return None
    apart = abs(upper.mean - lower.mean)
    return 1 - 3 * (upper.sd + lower.sd) / apart if apart else None


def ssmd(upper: Spread | None, lower: Spread | None) -> float | None:
    """(mean - mean) / sqrt(SD^2 + SD^2) of independent controls (Zhang, Genomics 2007;89:552)."""
    if upper is None or lower is None or upper.sd is None or lower.sd is None:
        return None
    scatter = math.hypot(upper.sd, lower.sd)
    return (upper.mean - lower.mean) / scatter if scatter else None


def signal_to_noise(upper: Spread | None, lower: Spread | None) -> float | None:
    """(mean upper - mean lower) / SD lower. Several definitions are in use: compare with care."""
    if upper is None or lower is None or not lower.sd:
        return None
    return (upper.mean - lower.mean) / lower.sd


def signal_window(upper: Spread | None, lower: Spread | None) -> float | None:
    """((mean upper - 3 SD) - (mean lower + 3 SD)) / SD upper (Assay Guidance Manual)."""
    if upper is None or lower is None or not upper.sd or lower.sd is None:
        return None
    return (upper.mean - lower.mean - 3 * (upper.sd + lower.sd)) / upper.sd
