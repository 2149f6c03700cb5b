"""What the controls of a count under way have so far: means, and how sure they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from labsvc.core.counts.counting import channel_of, cpm_of
from labsvc.core.counts.poisson import cpm_variance
from labsvc.core.matching.begun import Begun
from labsvc.core.matching.layout import Place
from labsvc.core.qc.defaultlimits import DEFAULTS
from labsvc.model.notation import significant
from labsvc.model.protocol import Counting, Role
from labsvc.model.run import Reading

ENOUGH = 2
"""So many positions of a control at the least."""
SCATTER = 0.1
"""Positions of one control scatter by this share of their mean at the least, beside counting."""


@dataclass(frozen=True, slots=True)
class Level:
    """The positions of one control: their mean cpm, and its variance by counting and by scatter."""

    mean: float
    counting: float
    variance: float
    places: tuple[Place, ...]

    @property
    def enough(self) -> bool:
        return len(self.places) >= ENOUGH


def level_of(count: Begun, latest: Mapping[Place, Reading], role: Role) -> Level | None:
    counting = count.protocol.counting
    found = [
        (place, cpm, variance_of(reading, counting))
        for place, reading in latest.items()
        if count.plan.get(place) == role and (cpm := cpm_counted(reading, counting)) is not None
    ]
    if not found:
        return None
    n = len(found)
    mean = sum(cpm for _, cpm, _ in found) / n
    alone = sum(variance for _, _, variance in found) / n
    seen = sum((cpm - mean) ** 2 for _, cpm, _ in found) / max(n - 1, 1)
    scattered = max(seen, alone + (SCATTER * mean) ** 2)
    return Level(mean, alone / n, scattered / n, tuple(place for place, _, _ in found))


def cpm_counted(reading: Reading, counting: Counting) -> float | None:
    return cpm_of(reading, channel_of(reading, counting))


def variance_of(reading: Reading, counting: Counting) -> float:
    """Of the cpm by counting; as of one minute where the counter tells neither counts nor time."""
    channel = channel_of(reading, counting)
    known = cpm_variance(reading, channel, counting.count_minutes) if channel else None
    return known if known is not None else max(cpm_of(reading, channel) or 0.0, 1.0)


def upper_limit(count: Begun, check: str, kind: str) -> float:
    """The upper limit of a check: the protocol's own, else the default."""
    for limits in (count.protocol.qc.get(check), DEFAULTS[check]):
        if limits is not None:
            found = limits.fail_high if kind == "fail" else limits.warn_high
            found = found if found is not None else limits.fail_high or limits.warn_high
            if found is not None:
                return found
    raise AssertionError(f"the check {check} has a default limit")


def told(level: Level) -> str:
    return f"{significant(level.mean)} cpm on average"


def place_of(reading: Reading) -> Place:
    return reading.rack, reading.position
