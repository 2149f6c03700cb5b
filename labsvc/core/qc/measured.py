"""What a check measures: a number with the words for it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measured:
    """A check's number with the words for it; ``value`` None: ``words`` says why not.

    ``applies`` False: it is in the nature of the run that there is no such value.
    """

    value: float | None
    words: str
    unit: str = ""
    applies: bool = True
