"""Of which verdicts the lab is told."""

from __future__ import annotations

import pytest

from labsvc.core.qc.telling import told_of
from labsvc.model.protocol import Alert
from labsvc.model.result import Verdict


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        (None, {"rejected", "held"}),
        (Alert(at="rejected"), {"rejected", "held"}),
        (Alert(at="review"), {"rejected", "held", "review"}),
        (Alert(at="accepted"), {"rejected", "held", "review", "accepted"}),
        (Alert(at="never"), set()),
    ],
)
def test_what_is_told_is_what_the_protocol_asks_for(wish: Alert | None, told: set[str]) -> None:
    assert told_of(wish) == {Verdict(one) for one in told}
