"""The histories of all reference compounds in force, read once a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time

from labsvc.core.trends.history import SHOWN, History
from labsvc.errors import ConfigError
from labsvc.model.protocol import Protocol
from labsvc.service.home import Home
from labsvc.service.trends.chartbook import EMPTY, ChartBook, changed_ns, read_chartbook
from labsvc.service.trends.charts import filed_chart
from labsvc.store.runlist import filed_protocols

_NUMBERS = ("ki", "ic50")


@dataclass(slots=True)
class Histories:
    """Of each protocol, by its name, the history of its first reference compound."""

    _made_of: tuple[object, ...] = field(default=(), init=False)
    _found: Mapping[str, History] = field(default_factory=dict, init=False)

    def of(self, home: Home, protocols: Sequence[Protocol], now: datetime) -> Mapping[str, History]:
        """What was filed before the day (UTC) of ``now``.

        Read anew when the day, a protocol or ``charts.yaml`` has changed: a large archive takes a
        second.
        """
        day = now.astimezone(UTC).date()
        made_of = (day, changed_ns(home.root), *(one.digest for one in protocols))
        if made_of != self._made_of:
            self._found = _histories(home, protocols, datetime.combine(day, time(), UTC))
            self._made_of = made_of
        return self._found


def _histories(home: Home, protocols: Sequence[Protocol], before: datetime) -> dict[str, History]:
    try:
        book = read_chartbook(home.root)
    except ConfigError:  # labsvc check tells of it
        book = EMPTY
    filed = filed_protocols(home.database)
    found = {one.name: _history(home, one, book, before) for one in protocols if one.name in filed}
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
    newest = chart.series[-(SHOWN + 1) :]  # one of them may be the run itself, analysed again
    return History(reference.compound, reference.parameter, filed.label, newest,
                   chart.guide or chart.why_not, tuple(book.notes_of(protocol.name)),
                   filed.simulated)  # fmt: skip
