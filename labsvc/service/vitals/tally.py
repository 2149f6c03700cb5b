"""What the service did since its start, in numbers."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field

from labsvc.service.work.line import Outcome

BOUNDS = (0.005, 0.01, 0.02, 0.04, 0.06, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0)
"""Seconds: the upper bounds of the classes that filing times are counted in."""


@dataclass(slots=True)
class Tally:
    """Counted by the worker's thread and the one that mails; read by any."""

    captures: Counter[str] = field(default_factory=Counter)
    """By what became of them."""
    runs: Counter[str] = field(default_factory=Counter)
    """Filed for the first time or anew with a capture, by verdict."""
    classes: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    """How many captures took up to each of BOUNDS; the last: longer."""
    seconds: float = 0.0
    """Of all captures together."""
    mails_sent: int = 0
    mails_failed: int = 0

    def outcome(self, outcome: Outcome, seconds: float) -> None:
        """One capture seen to its end, in so many seconds of the worker."""
        self.captures[outcome.state.value] += 1
        self.runs.update(one.result.verdict.value for one in outcome.results)
        self.classes[bisect_left(BOUNDS, seconds)] += 1
        self.seconds += seconds

    def mails(self, sent: int, failed: int) -> None:
        self.mails_sent += sent
        self.mails_failed += failed
