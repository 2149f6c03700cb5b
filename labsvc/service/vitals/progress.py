"""When each part of the service got on last: a part that is stuck is seen, wherever it is stuck."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

STALLED_SECONDS = 600.0
"""A part that has not got on for so long is stuck. The longest that is right, a capture of 100 MB
with its fits, takes less."""

Marks = Mapping[str, object]
"""Of each part something that changes as it gets on; None while it has nothing to do."""


@dataclass(slots=True)
class Progress:
    """Compares the marks of all parts with those of the look before."""

    monotonic: Callable[[], float]
    limit: float = STALLED_SECONDS
    stuck: tuple[str, ...] = field(default=(), init=False)
    """A sentence for each part that was stuck at the last look; none: all is well."""
    _seen: dict[str, tuple[object, float]] = field(default_factory=dict, init=False)

    def look(self, marks: Marks) -> tuple[str, ...]:
        """Take note of the marks as they are now; a part that is no more is forgotten.

        What is stuck is returned when there is more of it than at the look before.
        """
        now = self.monotonic()
        self._seen = {
            part: (mark, now if mark is None or self._before(part) != mark else self._seen[part][1])
            for part, mark in marks.items()
        }
        before, self.stuck = self.stuck, self._stalled()
        return self.stuck if len(self.stuck) > len(before) else ()

    def idle_seconds(self) -> dict[str, float]:
        """How long each part has not got on; 0 for one that has nothing to do."""
        now = self.monotonic()
        return {part: 0.0 if mark is None else now - at for part, (mark, at) in self._seen.items()}

    def _stalled(self) -> tuple[str, ...]:
        return tuple(
            f"{part} has not got on for {seconds:.0f} s"
            for part, seconds in self.idle_seconds().items()
            if seconds >= self.limit
        )

    def _before(self, part: str) -> object:
        return self._seen[part][0] if part in self._seen else None
