"""What is counted of the service's work."""

from __future__ import annotations

from labsvc.model.filing import CaptureState
from labsvc.service.vitals.tally import BOUNDS, Tally
from labsvc.service.work.line import Outcome


def test_each_outcome_is_counted_once_with_its_time() -> None:
    """A bound belongs to the class below it; what is longer than all is in the last."""
    tally = Tally()
    for seconds in (0.001, BOUNDS[0], BOUNDS[-1] + 1):
        tally.outcome(Outcome("a", "b", CaptureState.FILED, "f"), seconds)
    tally.outcome(Outcome("a", "b", CaptureState.QUARANTINED, "f"), 0.03)
    assert tally.captures == {"filed": 3, "quarantined": 1}
    assert (tally.classes[0], tally.classes[-1], sum(tally.classes)) == (2, 1, 4)


def test_mails_are_counted() -> None:
    """Over all rounds."""
    tally = Tally()
    tally.mails(2, 1)
    tally.mails(1, 0)
    assert (tally.mails_sent, tally.mails_failed) == (3, 1)
