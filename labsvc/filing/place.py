"""From concentration and response to pixels, and paths along them. The hot part of a figure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from labsvc.filing.axes import Scale
from labsvc.model.result import BandPoint

Corner = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Place:
    """The two scales of a panel; ``zero`` is the pixel where concentration 0 stands."""

    across: Scale
    up: Scale
    zero: float | None

    def x(self, concentration_m: float) -> float:
        if concentration_m <= 0:
            return self.zero if self.zero is not None else self.across.start
        return round(self.across.clamped(math.log10(concentration_m)), 1)

    def y(self, response: float) -> float:
        return round(self.up.clamped(response), 1)

    def beyond(self, response: float) -> int:
        """1 above the axis, -1 below it, 0 within."""
        return (response > self.up.high) - (response < self.up.low)

    def holds(self, concentration_m: float) -> bool:
        """Whether the concentration lies on the logarithmic part of the axis."""
        return concentration_m > 0 and self.across.holds(math.log10(concentration_m))

    def along(self, band: Iterable[BandPoint]) -> list[Corner]:
        """Pixels x, y, upper y, lower y of the fitted curve, only where the axes reach."""
        y_of, low_x, high_x = self.up.pixel_of(), self.across.low, self.across.high
        x_of = self.across.pixel_of()
        drawn = []
        for one in band:
            if one.concentration_m > 0 and math.isfinite(one.value + one.low + one.high):
                x = math.log10(one.concentration_m)
                if low_x <= x <= high_x:
                    drawn.append((x_of(x), y_of(one.value), y_of(one.high), y_of(one.low)))
        return drawn


def line(drawn: Sequence[Corner]) -> str:
    """The fitted curve as a path; empty without one."""
    return "M" + "L".join(["%.1f %.1f" % corner[:2] for corner in drawn]) if drawn else ""  # noqa: UP031 - twice as fast as an f-string here


def ribbon(drawn: Sequence[Corner]) -> str:
    """The band as a closed path: along its upper edge and back along its lower."""
    if not drawn:
        return ""
    there = ["%.1f %.1f" % (x, high) for x, _, high, _ in drawn]  # noqa: UP031
    back = ["%.1f %.1f" % (x, low) for x, _, _, low in reversed(drawn)]  # noqa: UP031
    return f"M{'L'.join(there + back)}Z"
