"""Guide sets: the mean and SD of the first accepted runs, or given ones.

Twenty runs in control are customary before limits are drawn (Levey-Jennings; Assay Guidance
Manual). Sample SD (n - 1).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from labsvc.core.assays.replicates import spread
from labsvc.core.trends.series import Guide, Observation

CUSTOMARY, FEWEST = 20, 5
"""How many runs make a guide set, and with how few it may be asked for."""


def first_accepted(series: Sequence[Observation], count: int = CUSTOMARY) -> Guide | str:
    """The guide set of the first ``count`` accepted observations, or why there is none."""
    if count < FEWEST:
        raise ValueError(f"a guide set of {count} runs is too small: {FEWEST} or more")
    chosen = [one for one in series if one.accepted][:count]
    if len(chosen) < count:
        return f"limits need {count} accepted runs and there are {len(chosen)}"
    found = spread(one.value for one in chosen)
    if found is None or not found.sd:
        return f"the first {count} accepted runs do not scatter, so no limits can be drawn"
    runs = tuple(dict.fromkeys(one.run for one in chosen))
    return Guide(found.mean, found.sd, f"the first {count} accepted runs", runs)


def given(mean: float, sd: float, source: str = "given") -> Guide:
    """A guide set from elsewhere; ValueError when it is no mean and SD."""
    if not (math.isfinite(mean) and math.isfinite(sd) and sd > 0):
        raise ValueError(f"mean {mean:g} and SD {sd:g} draw no limits: an SD above zero is needed")
    return Guide(mean, sd, source)


def scores(series: Sequence[Observation], guide: Guide) -> list[float]:
    """How many SD each value lies above the guide's mean; ValueError when one is no number."""
    found = [(one.value - guide.mean) / guide.sd for one in series]
    if not all(map(math.isfinite, found)):
        bad = next(one for one in series if not math.isfinite(one.value))
        raise ValueError(f"the value of run {bad.run} is no number: leave it out of the series")
    return found
