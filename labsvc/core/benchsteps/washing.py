"""Whether a plate was washed as its protocol says, where the harvest log tells how it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isclose

from labsvc.core.benchsteps.timeline import washes_told
from labsvc.core.benchsteps.words import washes_in_words
from labsvc.model.protocol import Step
from labsvc.model.result import Finding, Status, TimelineEntry

HARVEST = "harvest"
"""The event of a protocol's only washes, unless another is named: filters are washed there."""


@dataclass(frozen=True, slots=True)
class Washing:
    """The washes of a protocol's step, and what the records of its ``event`` say of them.

    ``told`` differ only where records of one moment contradict each other; never empty.
    """

    step: Step
    event: str
    told: tuple[TimelineEntry, ...]

    @property
    def finding(self) -> Finding:
        """Passes as the protocol says; fails without any wash; all other washing warns."""
        limits = washes_in_words(self.step.washes, self.step.wash_ml)
        check, found = f"washes_{self.step.name}", self.told[0]
        said = " and of ".join(_said(one) for one in self.told)
        if len(self.told) > 1:
            sentence = (
                f"The records of the {self.event} tell of {said}; expected {limits}. Say which is "
                "right with labsvc step and its --washes."
            )
            return Finding(check, Status.WARN, None, limits, sentence)
        sentence = f"The {self.event} had {said}; expected {limits}."
        return Finding(check, _status(self.step, found), float(found.washes or 0), limits, sentence)


def washings(steps: Sequence[Step], entries: Sequence[TimelineEntry]) -> tuple[Washing, ...]:
    """One for each step with washes of which any record tells; none where nothing is known."""
    planned = [step for step in steps if step.washes]
    found = []
    for step in planned:
        names = (step.name, step.ends, HARVEST if len(planned) == 1 else None)
        for event in filter(None, names):
            if told := washes_told(entries, event):
                found.append(Washing(step, event, told))
                break
    return tuple(found)


def _said(entry: TimelineEntry) -> str:
    return f"{washes_in_words(entry.washes, entry.wash_ml)} by {entry.source}"


def _status(step: Step, told: TimelineEntry) -> Status:
    if told.washes == 0:
        return Status.FAIL
    volumes = step.wash_ml, told.wash_ml
    alike = None in volumes or isclose(volumes[0] or 0.0, volumes[1] or 0.0)
    return Status.PASS if told.washes == step.washes and alike else Status.WARN
