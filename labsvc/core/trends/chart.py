"""A control chart: one series against its guide set, by every rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from labsvc.core.trends.cusum import Cusum, cusum
from labsvc.core.trends.ewma import Ewma, ewma
from labsvc.core.trends.lots import LotChange, lot_changes
from labsvc.core.trends.notes import Note, NotedAt, placed_notes
from labsvc.core.trends.series import Guide, Observation, Signal
from labsvc.core.trends.westgard import westgard


@dataclass(frozen=True, slots=True)
class Chart:
    """``guide`` None: ``why_not`` says what there is none for, and nothing was judged."""

    series: tuple[Observation, ...]
    guide: Guide | None
    why_not: str
    westgard: tuple[Signal, ...]
    ewma: Ewma | None
    cusum: Cusum | None
    lots: tuple[LotChange, ...]
    notes: tuple[NotedAt, ...] = ()

    @property
    def signals(self) -> tuple[Signal, ...]:
        """What every rule says, in the order of the runs at which it was said last."""
        every = [*self.westgard]
        every += self.ewma.signals if self.ewma else ()
        every += self.cusum.signals if self.cusum else ()
        return tuple(sorted(every, key=lambda one: one.last))


def control_chart(
    series: tuple[Observation, ...], guide: Guide | str, notes: Sequence[Note] = ()
) -> Chart:
    """``series`` (in the order of filing) held against ``guide``, or told why it is not."""
    lots, noted = lot_changes(series), placed_notes(notes, series)
    if isinstance(guide, str):
        return Chart(series, None, guide, (), None, None, lots, noted)
    return Chart(
        series,
        guide,
        "",
        westgard(series, guide),
        ewma(series, guide),
        cusum(series, guide, notes=noted),
        lots,
        noted,
    )
