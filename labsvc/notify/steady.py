"""When a trouble is told, and when it is over: what flaps makes one message and one end. Pure.

A trouble is told when it was there for its patience in all, with no steady time between; it is over
when it was gone for that steady time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

LONGEST_LOOK: Final = timedelta(minutes=15)
"""Between two looks that are further apart nobody knows what was: the machine slept."""
NONE: Final = timedelta(0)

Word = Literal["tell", "over"]


@dataclass(frozen=True, slots=True)
class Episode:
    """A trouble from when it was first seen; ``gone_since``: when it was seen gone (None: it is
    there). ``there_for`` is how long it was there, in all, by ``looked_at``."""

    since: datetime
    looked_at: datetime
    there_for: timedelta = NONE
    gone_since: datetime | None = None
    told: bool = False


def step(
    before: Episode | None,
    now: datetime,
    *,
    there: bool,
    patience: timedelta,
    steady: timedelta,
) -> tuple[Episode | None, Word | None]:
    """One more look: the episode after it (None: there is none), and what the lab is to be told."""
    if before is None:
        return _there(Episode(now, now), now, patience) if there else (None, None)
    if there:
        return _there(before, now, patience)
    gone = min(before.gone_since or now, now)
    if now - gone >= steady:
        return None, "over" if before.told else None
    return replace(before, looked_at=now, gone_since=gone), None


def _there(
    before: Episode, now: datetime, patience: timedelta
) -> tuple[Episode | None, Word | None]:
    passed = now - before.looked_at
    counts = before.gone_since is None and NONE < passed <= LONGEST_LOOK
    there_for = before.there_for + (passed if counts else NONE)
    # A clock that was set back must not make it begin in the time to come.
    since = min(before.since, now)
    after = Episode(since, now, there_for, None, before.told)
    if before.told or there_for < patience:
        return after, None
    return replace(after, told=True), "tell"
