"""Of which verdicts the lab is told: of what failed or waits, or as the protocol has it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from labsvc.model.protocol import Protocol
from labsvc.model.result import Result, Verdict
from labsvc.model.telling import AlertWish

ALERTING: Final = frozenset({Verdict.REJECTED, Verdict.HELD})
"""The verdicts of which the lab is told where the protocol does not say otherwise."""

TOLD_FROM: Final[dict[str, frozenset[Verdict]]] = {
    "rejected": ALERTING,
    "review": ALERTING | {Verdict.REVIEW},
    "accepted": frozenset(Verdict),
    "never": frozenset(),
}


def wish_of(result: Result, protocols: Iterable[Protocol]) -> AlertWish | None:
    """What the protocol of a result asks for; None where it says nothing."""
    digest = result.protocol_digest
    return next((one.alert for one in protocols if one.digest == digest), None)


def told_of(wish: AlertWish | None) -> frozenset[Verdict]:
    """The verdicts that are told."""
    return TOLD_FROM[wish.at] if wish is not None else ALERTING
