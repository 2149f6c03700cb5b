"""What the controls of a count have so far, and the limits that are held against them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.interim import begun_with, protocol
from labsvc.core.matching.begun import Begun
from labsvc.core.qc.levels import Level, level_of, place_of, told, upper_limit
from labsvc.model.protocol import Counting, Limits
from labsvc.model.run import Channel, Reading


def vials(*cpm: float, seconds: float | None = 120.0) -> list[Reading]:
    return [
        Reading(str(n), n, (Channel("A", cpm=one),), rack="21", live_time_s=seconds)
        for n, one in enumerate(cpm, 1)
    ]


def level(count: Begun) -> Level:
    found = level_of(count, {place_of(one): one for one in count.counted}, "background")
    assert found is not None
    return found


def test_the_variance_of_a_mean_is_that_of_the_counts() -> None:
    """28 and 32 cpm in two minutes: 56 and 64 counts, variances of 14 and 16, of which the mean has
    half; a tenth of the mean is added as scatter."""
    found = level(begun_with(vials(28.0, 32.0)))
    assert found.mean == pytest.approx(30.0)
    assert found.counting == pytest.approx(15.0 / 2)
    assert found.variance == pytest.approx((15.0 + 9.0) / 2)
    assert told(found) == "30 cpm on average"


def test_vials_that_scatter_more_than_they_should_say_so() -> None:
    """100 and 300 cpm: what is seen, 20,000, goes before what was assumed."""
    assert level(begun_with(vials(100.0, 300.0))).variance == pytest.approx(10_000.0)


def test_without_counts_and_time_a_minute_is_assumed() -> None:
    """Some counters print a rate alone."""
    count = begun_with(vials(50.0, seconds=None))
    timeless = replace(count, protocol=replace(count.protocol, counting=Counting()))
    assert level(timeless).counting == pytest.approx(50.0)
    assert not level(timeless).enough


def test_a_control_that_has_not_been_counted_has_no_level() -> None:
    """Position 1 to 4 are backgrounds; the plan has nothing else there."""
    count = begun_with(vials(28.0))
    assert level_of(count, {place_of(one): one for one in count.counted}, "vehicle") is None


@pytest.mark.parametrize(
    ("qc", "limit"),
    [
        ({}, 50.0),
        ({"nonspecific_percent": Limits(fail_high=70.0)}, 70.0),
        ({"nonspecific_percent": Limits(warn_high=30.0)}, 30.0),
        ({"nonspecific_percent": Limits(warn_low=1.0)}, 50.0),
    ],
)
def test_the_protocols_own_limit_goes_before_the_default(
    qc: dict[str, Limits], limit: float
) -> None:
    """Its failing one, else its warning one."""
    count = begun_with(vials(28.0))
    own = replace(count, protocol=replace(protocol(), qc=qc))
    assert upper_limit(own, "nonspecific_percent", "fail") == limit
