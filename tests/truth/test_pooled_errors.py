"""Counting errors of responses between pooled controls, against each count moved by itself.

The response is a function of every count on every plate. Its variance by first-order propagation
is the sum over the counts of (change of the response by one of it)^2 times the count's variance;
here each change is had by changing that count, and nothing of the code's formula is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import sqrt

import pytest

from labsvc.core.assays.fellows import joined
from labsvc.core.assays.reduce import reduce
from labsvc.core.matching.layout import wells
from labsvc.model.assay import Assay
from labsvc.model.protocol import Counting, FitPlan, Protocol, Reduction
from tests.core.bench import COUNTS, PROTOCOL, SHEET, counted_run, readings, units_of

MINUTES = 2.0
LAYOUT = replace(PROTOCOL.layout, roles={**PROTOCOL.layout.roles, "A06": "background",
                                         "B06": "background"})  # fmt: skip
PLAN = replace(
    PROTOCOL, layout=LAYOUT, counting=Counting(count_minutes=MINUTES),
    fit=FitPlan("inhibition_4pl", weights="poisson"),
    reduction=Reduction("percent_inhibition", controls="run"),
)  # fmt: skip
GROSS = {
    number: {**{well: cpm * factor + background for well, cpm in COUNTS.items()},
             "A06": background, "B06": background + 4}
    for number, factor, background in ((1, 1.0, 30.0), (2, 1.2, 60.0), (3, 0.9, 20.0))
}  # fmt: skip


def plates(gross: Mapping[int, Mapping[str, float]], plan: Protocol = PLAN) -> list[Assay]:
    found = [one for number, cpm in gross.items() for one in readings(cpm, plate=number)]
    return [
        Assay(replace(one, plate_id=f"P{one.plate}"), plan, SHEET, wells(one, plan, SHEET), (), ())
        for one in units_of(counted_run(found))
    ]


def first(gross: Mapping[int, Mapping[str, float]], plan: Protocol = PLAN) -> dict[str, float]:
    """The responses of the first plate's compound, by well."""
    one, *others = plates(gross, plan)
    points = reduce(joined(one, others)).points
    return {each.position: each.response or 0.0 for each in points if each.role == "sample"}


@pytest.mark.parametrize("well", ["C01", "D03", "C06"])
def test_the_counting_error_is_what_each_count_by_itself_makes_of_it(well: str) -> None:
    """Of all 60 counts of three plates, their backgrounds among them."""
    one, *others = plates(GROSS)
    points = reduce(joined(one, others)).points
    (found,) = [each.response_sd for each in points if each.position == well]
    middle, variance = first(GROSS)[well], 0.0
    for number, cpms in GROSS.items():
        for position, cpm in cpms.items():
            moved = {**GROSS, number: {**cpms, position: cpm + 0.001}}
            slope = (first(moved)[well] - middle) / 0.001
            variance += slope**2 * cpm / MINUTES
    assert found == pytest.approx(sqrt(variance), rel=1e-4)
