"""Counts to cpm and dpm. The worked figures: 4212.5 cpm at 42 % and so on."""

from __future__ import annotations

import pytest

from labsvc.core.counts.counting import (
    background_already_off,
    channel_of,
    cpm_of,
    dpm_of,
    efficiency_of,
    net_dpm,
)
from labsvc.errors import LayoutError
from labsvc.model.protocol import Counting, QuenchSet
from labsvc.model.run import Channel, Quench, Reading

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


TRITIUM = QuenchSet("tSIE", ((980, 65.5), (440, 49.2), (250, 34.5)))
BY_QUENCH = Counting(unit="dpm", quench=TRITIUM)


def test_a_quench_curve_gives_each_reading_its_own_efficiency() -> None:
    """A straight line through three standards; the same cpm are more dpm where it is quenched."""
    clear, quenched = (
        dpm_of(1000.0, Channel("1"), BY_QUENCH, Quench("tSIE", at)) for at in (900, 300)
    )
    assert clear is not None
    assert quenched is not None
    assert 1000 / 0.65 < clear < 1000 / 0.6
    assert 1000 / 0.42 < quenched < 1000 / 0.36
    net = net_dpm(1030.0, 1000.0, Channel("1"), BY_QUENCH, Quench("tSIE", 900))
    assert net == pytest.approx(clear)


@pytest.mark.parametrize("quench", [None, Quench("tSIE", 200), Quench("H#", 300)])
def test_beyond_the_quench_curve_there_is_no_dpm(quench: Quench | None) -> None:
    """Never by the nearest standard."""
    assert dpm_of(1000.0, Channel("1"), BY_QUENCH, quench) is None
    assert efficiency_of(Channel("1"), BY_QUENCH, quench).why_not


def test_the_printed_efficiency_goes_before_the_quench_curve() -> None:
    """The counter has its own curve; and what it took off is not taken off again."""
    own = Channel("1", efficiency_percent=50.0)
    assert efficiency_of(own, BY_QUENCH, Quench("tSIE", 900)).percent == 50.0
    done = Channel("1", efficiency_percent=50.0, corrected=("efficiency",))
    found = efficiency_of(done, BY_QUENCH, Quench("tSIE", 900))
    assert found.percent is None
    assert found.why_not == "the counter has taken efficiency off its cpm already"
