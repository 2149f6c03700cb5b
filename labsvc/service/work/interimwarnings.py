"""What the lab was told of a count under way, until its result replaces it."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from labsvc.core.matching.begun import Begun
from labsvc.core.qc.interim import Concern
from labsvc.model.result import Result
from labsvc.notify.interimalerts import WORDS, for_concern, for_replaced, is_told, key_of
from labsvc.service.work.line import Line
from labsvc.store.owed import of_keys

log = structlog.get_logger("labsvc.interim")


@dataclass(slots=True)
class _Warned:
    """Of which concerns of a run the lab was told, and since when."""

    at: datetime
    of: set[str] = field(default_factory=set)


class InterimWarnings:
    """The concerns told of, by source and run. ``clock`` gives aware times."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._warned: dict[tuple[str, str], _Warned] = {}

    def of(self, source: str, run: str) -> Set[str]:
        """The concerns told of since this service started."""
        known = self._warned.get((source, run))
        return known.of if known is not None else frozenset()

    def tell(self, run: str, fresh: Sequence[Concern], count: Begun, line: Line) -> Set[str]:
        """Owe the lab these concerns of a run; all that it was told of then. Raises StoreError."""
        now, source = self._clock(), count.unit.source
        if is_told(count.protocol):
            line.home.database.owe([for_concern(one, count, run, at=now) for one in fresh], now)
        for one in fresh:
            log.warning("interim warning", source=source, run=run, what=one.what,
                        readings=one.readings, sentence=one.sentence)  # fmt: skip
        known = self._warned.setdefault((source, run), _Warned(now))
        known.of |= {one.what for one in fresh}
        return known.of

    def replace(self, run: str, result: Result, source: str, line: Line) -> None:
        """The run is filed: whoever was told of a concern is told how it ended. StoreError."""
        told = self._warned.pop((source, run), None)
        warned = told.of if told is not None else _before(run, source, line)
        protocol = line.book.protocol(result.protocol or "")
        if warned and (protocol is None or is_told(protocol)):
            now = self._clock()
            over = [for_replaced(what, run, result, source, at=now, protocol=protocol)
                    for what in sorted(warned)]  # fmt: skip
            line.home.database.owe(over, now)

    def forget(self, oldest: datetime) -> None:
        """What was told before that time is not kept in mind any longer."""
        for run in [run for run, one in self._warned.items() if one.at < oldest]:
            del self._warned[run]


def _before(run: str, source: str, line: Line) -> set[str]:
    """What was told of the run before this service started."""
    keys = {key_of(source, run, what): what for what in WORDS}
    return {keys[one.alert.key] for one in line.home.database.alerts(of_keys(list(keys)))}
