"""Of which verdicts the lab is told."""

from __future__ import annotations

import pytest

from labsvc.core.qc.telling import told_of
from labsvc.model.result import Verdict
from labsvc.model.telling import AlertWish


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        (None, {"rejected", "held"}),
        (AlertWish(at="rejected"), {"rejected", "held"}),
        (AlertWish(at="review"), {"rejected", "held", "review"}),
        (AlertWish(at="accepted"), {"rejected", "held", "review", "accepted"}),
        (AlertWish(at="never"), set()),
    ],
)
def test_what_is_told_is_what_the_protocol_asks_for(wish: AlertWish | None, told: set[str]) -> None:
    assert told_of(wish) == {Verdict(one) for one in told}
