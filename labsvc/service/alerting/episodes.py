"""Troubles by name, each told once and once more when it is over; what was told survives a restart.

What was told is written into a small file of the home after it was owed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from pathlib import Path

from labsvc.notify.steady import Episode, step
from labsvc.store.durable import write_durably

Tell = Callable[[str, datetime], None]


class Episodes:
    """The troubles of one sort. ``file`` None: a restart knows of none."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        patience: timedelta,
        steady: timedelta,
        file: Path | None = None,
    ) -> None:
        self._clock = clock
        self._patience = patience
        self._steady = steady
        self._file = file
        self._known = _read(file, clock())

    @property
    def told(self) -> dict[str, datetime]:
        """The names the lab was told of, each with since when."""
        return {name: one.since for name, one in self._known.items() if one.told}

    def look(self, there: Collection[str], *, tell: Tell, over: Tell) -> None:
        """The troubles that are there now. ``tell`` and ``over`` are called with a name and since
        when; where one of them raises, the next look does it again. Raises StoreError."""
        now, before = self._clock(), self.told
        for name in dict.fromkeys((*self._known, *there)):
            known = self._known.get(name)
            after, word = step(known, now, there=name in there, patience=self._patience,
                               steady=self._steady)  # fmt: skip
            if word == "tell" and after is not None:
                tell(name, after.since)
            elif word == "over" and known is not None:
                over(name, known.since)
            if after is None:
                self._known.pop(name, None)
            else:
                self._known[name] = after
        if self.told != before:
            self._write()

    def keep_to(self, names: Collection[str]) -> None:
        """Forget all others without a word: what they were of is in the settings no more."""
        for name in [one for one in self._known if one not in names]:
            del self._known[name]

    def _write(self) -> None:
        if self._file is not None:
            told = {name: since.isoformat() for name, since in self.told.items()}
            write_durably(self._file, json.dumps(told, indent=1).encode("ascii"))


def _read(file: Path | None, now: datetime) -> dict[str, Episode]:
    """What was told before; none where nothing can be read."""
    if file is None:
        return {}
    try:
        told = json.loads(file.read_bytes())
        return {
            str(name): Episode(datetime.fromisoformat(since), now, told=True)
            for name, since in told.items()
        }
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
