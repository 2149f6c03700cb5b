"""Reports of the day cut at any byte, through the whole line: refused or whole, never fewer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from labsvc.model.filing import CaptureState

if TYPE_CHECKING:
    from tests.service.demo.conftest import Lab

CUTS = [0.01, 0.1, 0.25, 0.4, 0.55, 0.7, 0.85, 0.95]
LAST = [-40, -12, -6, -5, -4, -3, -2, -1]


@pytest.mark.parametrize("cut", [*CUTS, *LAST])
@pytest.mark.parametrize(
    ("place", "driver"), [("microbeta", "microbeta"), ("tricarb-port", "tricarb-2100tr")]
)
def test_a_report_cut_anywhere_is_set_aside_or_filed_whole(
    lab: Lab, place: str, driver: str, cut: float
) -> None:
    """And when the whole report comes after it, that is filed with every reading."""
    act = lab.report(place)
    end = int(cut * len(act.content)) if cut > 0 else int(cut)
    state = lab.comes(act, act.content[:end], driver)
    first = lab.readings()
    assert (state, bool(first)) in {
        (CaptureState.QUARANTINED, False),
        (CaptureState.FILED, True),
    }
    lab.comes(act, act.content, driver)
    (whole,) = lab.readings()
    assert first in ([], [whole])
    assert len(lab.home.quarantine.entries()) == (state is CaptureState.QUARANTINED)
