"""The histories of all reference compounds in force, read once a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from labsvc.core.trends.history import History
from labsvc.errors import ConfigError
from labsvc.model.protocol import Protocol
from labsvc.service.chartbook import EMPTY, ChartBook, read_chartbook
from labsvc.service.charts import filed_chart
from labsvc.service.home import Home

_NUMBERS = ("ki", "ic50")


@dataclass(slots=True)
class Histories:
    """Of each protocol, by its name, the history of its first reference compound."""

    _day: date | None = field(default=None, init=False)
    _edition: int = field(default=-1, init=False)
    _found: Mapping[str, History] = field(default_factory=dict, init=False)

    def of(
        self, home: Home, protocols: Sequence[Protocol], edition: int, now: datetime
    ) -> Mapping[str, History]:
        """What was filed before the day (UTC) of ``now``; read anew when that or the protocols
        have changed."""
        day = now.astimezone(UTC).date()
        if (day, edition) != (self._day, self._edition):
            self._found = _histories(home, protocols, datetime.combine(day, time(), UTC))
            self._day, self._edition = day, edition
        return self._found


def _histories(home: Home, protocols: Sequence[Protocol], before: datetime) -> dict[str, History]:
    try:
        book = read_chartbook(home.root)
    except ConfigError:  # labsvc check tells of it
        book = EMPTY
    found = {one.name: _history(home, one, book, before) for one in protocols}
    return {name: one for name, one in found.items() if one is not None}


def _history(home: Home, protocol: Protocol, book: ChartBook, before: datetime) -> History | None:
    reference = next((one for one in protocol.references if one.parameter in _NUMBERS), None)
    if reference is None:
        return None
    name = f"{reference.parameter}: {reference.compound}"
    try:
        filed = filed_chart(home.database, name, protocol=protocol.name, book=book, before=before)
    except ConfigError:  # nothing of it is filed yet
        return None
    chart = filed.chart
    return History(reference.compound, reference.parameter, filed.label, chart.series,
                   chart.guide or chart.why_not, tuple(book.notes_of(protocol.name)),
                   filed.simulated)  # fmt: skip
