"""Counts to cpm and dpm, and amounts. The worked figures: 4212.5 cpm at 42 % and so on."""

from __future__ import annotations

import pytest

from labsvc.core.counting import (
    added_dpm,
    background_already_off,
    channel_of,
    cpm_of,
    dpm_of,
    net_dpm,
)
from labsvc.errors import LayoutError
from labsvc.model.protocol import Counting
from labsvc.model.run import Channel, Reading

TWO = Reading("1", 1, (Channel("A", cpm=10.0), Channel("B", cpm=20.0)))
AT_42 = Counting(efficiency_percent=42.0)


def test_the_named_channel_is_read_else_the_first() -> None:
    """Double-label counting has two."""
    assert channel_of(TWO, Counting()) is TWO.channels[0]
    assert channel_of(TWO, Counting(channel="B")) is TWO.channels[1]


def test_a_channel_the_run_lacks_is_refused_with_those_it_has() -> None:
    """Never another channel in its place."""
    with pytest.raises(LayoutError, match=r"reads channel 'C', but the run has the channels A, B"):
        channel_of(TWO, Counting(channel="C"))


def test_a_position_without_channels_has_none_whatever_is_named() -> None:
    """A missing vial has no figures at all."""
    empty = Reading("1", 1)
    assert channel_of(empty, Counting()) is None
    assert channel_of(empty, Counting(channel="B")) is None
    assert cpm_of(empty, None) is None


def test_printed_cpm_goes_before_counts_over_time() -> None:
    """The counter may have corrected them."""
    timed = Reading("1", 1, live_time_s=120.0)
    assert cpm_of(timed, Channel("1", counts=3224, cpm=1600.0)) == 1600.0
    assert cpm_of(timed, Channel("1", counts=3224)) == 1612.0


@pytest.mark.parametrize("live", [None, 0.0])
def test_counts_without_time_are_no_rate(live: float | None) -> None:
    """Not divided by a planned time, nor by zero."""
    assert cpm_of(Reading("1", 1, live_time_s=live), Channel("1", counts=3224)) is None


def test_dpm_is_cpm_over_efficiency() -> None:
    """4184 net cpm at 42 % are 9961.90 dpm."""
    assert dpm_of(4184.0, Channel("1"), AT_42) == pytest.approx(9961.904761904761, rel=1e-12)


def test_printed_dpm_and_printed_efficiency_go_before_the_protocols() -> None:
    """The counter knows the quench of each vial."""
    assert dpm_of(100.0, Channel("1", dpm=250.0), AT_42) == 250.0
    assert dpm_of(100.0, Channel("1", efficiency_percent=50.0), AT_42) == 200.0


@pytest.mark.parametrize(
    ("cpm", "channel", "counting"),
    [
        (100.0, None, AT_42),
        (None, Channel("1"), AT_42),
        (100.0, Channel("1"), Counting()),
        (100.0, Channel("1", corrected=("efficiency",)), AT_42),
        (100.0, Channel("1", efficiency_percent=0.0), AT_42),
        (100.0, Channel("1"), Counting(efficiency_percent=0.0)),
    ],
)
def test_dpm_that_cannot_be_had_is_none(
    cpm: float | None, channel: Channel | None, counting: Counting
) -> None:
    """No count, no efficiency, efficiency off already, or printed as nothing."""
    assert dpm_of(cpm, channel, counting) is None


def test_net_dpm_is_net_cpm_at_the_same_efficiency() -> None:
    """Gross 4212.5, background 28.5: 9961.90, whether the counter printed the gross dpm or not."""
    expected = pytest.approx(9961.904761904761, rel=1e-12)
    printed = Channel("1", dpm=4212.5 / 0.42)
    assert net_dpm(4212.5, 4184.0, Channel("1"), AT_42) == expected
    assert net_dpm(4212.5, 4184.0, printed, Counting()) == expected
    assert net_dpm(4212.5, 4212.5, printed, Counting()) == 4212.5 / 0.42


def test_net_dpm_of_no_counts_is_known_only_by_a_stated_efficiency() -> None:
    """0 cpm less 21 of background at 42 % are -50 dpm; a printed 0 tells of no efficiency."""
    assert net_dpm(0.0, -21.0, Channel("1"), AT_42) == pytest.approx(-50.0)
    assert net_dpm(0.0, -21.0, Channel("1", dpm=0.0), AT_42) is None
    assert net_dpm(None, None, Channel("1", dpm=5.0), AT_42) == 5.0
    assert net_dpm(1.0, 0.5, None, AT_42) is None


def test_only_a_channel_that_says_so_has_its_background_off() -> None:
    """Dead time and efficiency are other matters."""
    assert background_already_off(Channel("1", corrected=("efficiency", "background")))
    assert not background_already_off(Channel("1", corrected=("dead_time",)))
    assert not background_already_off(None)


def test_added_dpm_of_a_well() -> None:
    """2 nM in 125 uL are 250 fmol; at 86.3 Ci/mmol, 2.22 dpm each: 47896.5 dpm."""
    assert added_dpm(2e-9, 0.125, 86.3) == pytest.approx(47896.5, rel=1e-12)
