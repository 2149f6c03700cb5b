"""The colours of a plate map, from few counts to many."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from markupsafe import Markup

from labsvc.filing.axes import Scale, finite, is_number
from labsvc.filing.text import ours

# One hue from light to dark: it stays in order in grey print and for every colour vision.
_STOPS = ((244, 248, 252), (176, 208, 233), (97, 160, 207), (31, 104, 166), (9, 47, 98))
_SHADES = 1000
_LOG_FROM_RATIO = 30.0


@dataclass(frozen=True, slots=True)
class Colours:
    """From cpm to colour; by decades when the plate spans more than a factor of 30."""

    low: float
    high: float
    logarithmic: bool

    def share(self, cpm: float) -> float:
        low, high = self._ends()
        return (self._at(cpm) - low) / (high - low)

    def paints(self, cpms: Sequence[float | None]) -> list[tuple[str, str] | None]:
        """The colour of each and the ink on it; None for what is no number."""
        shades = Scale(*self._ends(), 0.0, _SHADES / 10).tenths(
            [self._at(one) for one in finite(cpms)]
        )
        found = map(painted, shades)
        return [next(found) if is_number(one) else None for one in cpms]

    def _ends(self) -> tuple[float, float]:
        return self._at(self.low), self._at(self.high)

    def _at(self, cpm: float) -> float:
        """Where it stands on the scale; what is below a logarithmic scale at its foot."""
        return math.log10(max(cpm, self.low)) if self.logarithmic else cpm

    def of(self, share: float) -> str:
        return painted(shade_of(share))[0]

    def ink(self, share: float) -> str:
        """White or near-black, whichever stands out more on the colour of ``share``."""
        return painted(shade_of(share))[1]


def colours(cpms: Iterable[float | None]) -> Colours:
    """The colour scale of a plate. One cpm is the lowest that a logarithmic scale shows."""
    seen = finite(cpms) or [0.0, 1.0]
    low, high = min(seen), max(seen)
    if high > _LOG_FROM_RATIO * max(low, 1.0):
        return Colours(max(low, 1.0), high, True)
    low = min(low, 0.0)
    return Colours(low, high if high > low else low + 1.0, False)


def shade_of(share: float) -> int:
    return int(min(max(share, 0.0), 1.0) * _SHADES + 0.5)


@cache  # there are so many and no more
def painted(shade: int) -> tuple[str, str]:
    """A shade's colour, and the ink that stands out on it (relative luminance, WCAG 2)."""
    mixed = _mix(shade / _SHADES)
    red, green, blue = ((part / 255) ** 2.2 for part in mixed)
    light = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "#{:02x}{:02x}{:02x}".format(*mixed), "#ffffff" if light < 0.2 else "#111827"


def _mix(share: float) -> tuple[int, int, int]:
    at = share * (len(_STOPS) - 1)
    index = min(int(at), len(_STOPS) - 2)
    part = at - index
    red, green, blue = (
        round(a + part * (b - a)) for a, b in zip(_STOPS[index], _STOPS[index + 1], strict=True)
    )
    return red, green, blue


@lru_cache(maxsize=8)
def colour_bar(left: float, top: float, width: float) -> Markup:
    """A bar of all colours, light to dark."""
    pieces = 40
    size = f'y="{top:g}" width="{width / pieces + 0.4:g}" height="12"'
    rows = (
        f'<rect x="{left + one * width / pieces:g}" {size} '
        f'fill="{painted(shade_of((one + 0.5) / pieces))[0]}"/>'
        for one in range(pieces)
    )
    return ours("\n".join(rows))
