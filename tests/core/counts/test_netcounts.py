"""Net counts of each position."""

from __future__ import annotations

from dataclasses import replace

from labsvc.core.counts.netcounts import counted_points
from tests.core.bench import PROTOCOL, SHEET, assay, with_counts

LAYOUT = PROTOCOL.layout
WITH_BACKGROUND = replace(
    PROTOCOL, layout=replace(LAYOUT, roles={**LAYOUT.roles, "A06": "background"})
)


def test_the_background_is_taken_off_everything_but_itself() -> None:
    """50 cpm: 1000 counted are 950."""
    points, told = counted_points(assay(with_counts({"A06": 50.0}), WITH_BACKGROUND))
    found = {one.position: one.cpm for one in points}
    assert (found["A01"], found["A06"]) == (950.0, 50.0)
    assert "Background of 50.0 cpm (mean of 1 positions) subtracted" in told[0].sentence


def test_what_is_left_out_is_listed_with_its_reason() -> None:
    """As is a background that nobody measured."""
    counts = with_counts({})
    flagged = counts[0]._replace(flags=("instrument_flag",))
    plan = replace(
        PROTOCOL, reduction=replace(PROTOCOL.reduction, exclude_flags=("instrument_flag",))
    )
    _, told = counted_points(assay((flagged, *counts[1:]), plan, SHEET))
    assert [one.name for one in told] == ["background", "masking"]
    assert "A01 (flagged by the counter (instrument flag))" in told[1].sentence
