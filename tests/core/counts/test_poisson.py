"""The standard deviation of each response from its counts, and the weights made of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from labsvc.core.analyse import conclude
from labsvc.core.assays.reduce import Reduction, reduce
from labsvc.core.counts.poisson import cpm_variance
from labsvc.model.assay import Assay
from labsvc.model.protocol import Counting, Protocol
from labsvc.model.run import Channel, Reading
from labsvc.model.runsheet import Placement
from tests.core.bench import COUNTS, PROTOCOL, SHEET, assay

BINDING_FIT = PROTOCOL.fit
assert BINDING_FIT is not None
WEIGHTED = replace(PROTOCOL, fit=replace(BINDING_FIT, weights="poisson"))
IN_DPM = replace(WEIGHTED, counting=Counting(unit="dpm"))
BACKGROUND = {"A05": 20.0, "A06": 30.0}
WITH_BACKGROUND = replace(
    SHEET, placements=tuple(Placement(well, "background") for well in BACKGROUND)
)


def timed(counts: dict[str, float] = COUNTS, minutes: float = 2.0, **channel: Any) -> list[Reading]:
    """The plate counted for so long; ``counts`` are per minute."""
    return [
        Reading(well, order, (Channel("1", counts=cpm * minutes, **channel),), plate=1,
                live_time_s=60 * minutes)
        for order, (well, cpm) in enumerate(counts.items(), start=1)
    ]  # fmt: skip


def deviations(plate: Assay) -> dict[str, float | None]:
    return {one.position: one.response_sd for one in reduce(plate).points}


def told(found: Reduction) -> str:
    return next(one.sentence for one in found.operations if one.name == "counting error")


@pytest.mark.parametrize(
    ("channel", "live", "variance"),
    [
        (Channel("1", counts=3600), 120.0, 900.0),
        (Channel("1", counts=3600, cpm=2000.0), 120.0, 3600 / 1.8**2),
        (Channel("1", counts=3600, cpm=2000.0, corrected=("background",)), 120.0, 900.0),
        (Channel("1", cpm=1800.0, error_2sigma_percent=4.0), None, 36.0**2),
        (Channel("1", cpm=1800.0, corrected=("efficiency",), error_2sigma_percent=4.0), 60.0, 1296),
        (Channel("1", cpm=1800.0), 120.0, 900.0),
        (Channel("1", counts=0), 120.0, 0.25),
    ],
)
def test_the_variance_of_a_count_rate(
    channel: Channel, live: float | None, variance: float
) -> None:
    """Counts over time squared; live time is counts over cpm; else the printed 2-sigma error."""
    found = cpm_variance(Reading("1", 1, (channel,), live_time_s=live), channel)
    assert found == pytest.approx(variance)


@pytest.mark.parametrize(
    "channel",
    [
        Channel("1", cpm=1800.0),
        Channel("1", counts=3600),
        Channel("1", cpm=1800.0, corrected=("background",)),
        Channel("1", counts=3600, cpm=1800.0, corrected=("background", "efficiency")),
    ],
)
def test_a_rate_whose_counts_cannot_be_known_has_no_variance(channel: Channel) -> None:
    """Without time, or after the counter took something off."""
    assert cpm_variance(Reading("1", 1, (channel,)), channel) is None


def test_the_planned_time_stands_in_for_a_time_not_printed() -> None:
    """Of plain cpm only."""
    plain = Channel("1", cpm=1800.0)
    assert cpm_variance(Reading("1", 1, (plain,)), plain, 2.0) == 900.0


def test_the_deviation_of_a_response_by_hand() -> None:
    """550 cpm in 2 min between 1000 (4 wells) and 100 (4 wells): half way up."""
    plate = assay(timed({**COUNTS, "C04": 550.0}), WEIGHTED)
    own, upper, lower = 550 / 2, 4000 / 2 / 16, 400 / 2 / 16
    expected = 100 / 900 * (own + 0.25 * upper + 0.25 * lower) ** 0.5
    assert deviations(plate)["C04"] == pytest.approx(expected, rel=1e-12)
    assert deviations(plate)["A01"] is None


def test_background_drops_out_where_it_is_taken_off_everywhere_alike() -> None:
    """25 cpm more everywhere and taken off again: only the larger counts show."""
    raised = {well: cpm + 25 for well, cpm in {**COUNTS, "C04": 550.0}.items()} | BACKGROUND
    plate = assay(timed(raised), WEIGHTED, WITH_BACKGROUND)
    own, upper, lower = 575 / 2, 4100 / 2 / 16, 500 / 2 / 16
    expected = 100 / 900 * (own + 0.25 * upper + 0.25 * lower) ** 0.5
    assert deviations(plate)["C04"] == pytest.approx(expected, rel=1e-12)


def simulated(plate: Assay, efficiency: dict[str, float], runs: int = 4000) -> float:
    """The SD of the response of C04 over plates drawn anew from the Poisson means."""
    rng = np.random.default_rng(5)
    mean = {well.position: well.reading.channels[0].counts or 0.0
            for well in plate.wells if well.reading is not None}  # fmt: skip
    drawn = {well: rng.poisson(one, runs) / 2 for well, one in mean.items()}
    off = np.mean([drawn[well] for well in BACKGROUND], axis=0)
    dpm = {well: (one - off) / efficiency.get(well, 0.4) for well, one in drawn.items()}
    upper, lower = (np.mean([dpm[f"{row}0{n}"] for n in range(1, 5)], axis=0) for row in "AB")
    return float(np.std(100 * (dpm["C04"] - lower) / (upper - lower), ddof=1))


def test_the_deviation_is_that_of_plates_drawn_anew() -> None:
    """4000 plates in dpm, C04 quenched to 20 % beside 40 %: background no longer drops out."""
    raised = {well: cpm + 25 for well, cpm in {**COUNTS, "C04": 250.0}.items()} | BACKGROUND
    found = [
        one._replace(channels=(one.channels[0]._replace(
            efficiency_percent=20.0 if one.position == "C04" else 40.0),))
        for one in timed(raised)
    ]  # fmt: skip
    plate = assay(found, IN_DPM, WITH_BACKGROUND)
    expected = simulated(plate, {"C04": 0.2})
    assert deviations(plate)["C04"] == pytest.approx(expected, rel=0.04)


def test_one_position_without_a_variance_leaves_the_fit_unweighted() -> None:
    """Some points with and some without a weight make no fit; the trail says why."""
    lacking = [
        one._replace(live_time_s=None, channels=(Channel("1", cpm=105.0),))
        if one.position == "D06" else one
        for one in timed()
    ]  # fmt: skip
    found = reduce(assay(lacking, WEIGHTED))
    assert all(one.response_sd is None for one in found.points)
    assert "so the fit is not weighted" in told(found)


@pytest.mark.parametrize("well", ["A01", "B03", "A05"])
def test_so_does_a_control_or_background_without_one(well: str) -> None:
    """Their scatter is in every response."""
    found = [
        one._replace(live_time_s=None, channels=(Channel("1", cpm=50.0),))
        if one.position == well else one
        for one in timed({**COUNTS, **BACKGROUND})
    ]  # fmt: skip
    reduction = reduce(assay(found, WEIGHTED, WITH_BACKGROUND))
    assert "so the fit is not weighted" in told(reduction)


def test_a_masked_position_needs_no_variance() -> None:
    """It has no weight anyway."""
    found = [
        one._replace(live_time_s=None, channels=(Channel("1"),)) if one.position == "D06" else one
        for one in timed()
    ]
    reduction = reduce(assay(found, WEIGHTED))
    assert "the fit weights each by 1 / SD^2" in told(reduction)


def test_without_being_asked_for_there_are_no_deviations() -> None:
    """``weights: none`` is the default."""
    found = reduce(assay(timed()))
    assert all(one.response_sd is None for one in found.points)
    assert "counting error" not in [one.name for one in found.operations]


def fitted(protocol: Protocol) -> tuple[float, float]:
    (one,) = conclude(assay(timed(), protocol)).curves
    assert one.fit is not None
    ic50, bottom = (one.fit.parameters[name].value for name in ("ic50", "bottom"))
    assert ic50 is not None
    assert bottom is not None
    return ic50, bottom


def test_weights_change_the_fit_and_not_its_meaning() -> None:
    """Noise of 1 %: another IC50, as near to the 10 nM that the plate was made with."""
    plain, weighted = fitted(PROTOCOL), fitted(WEIGHTED)
    assert plain != weighted
    assert plain[0] == pytest.approx(1e-8, rel=0.05)
    assert weighted[0] == pytest.approx(1e-8, rel=0.05)
