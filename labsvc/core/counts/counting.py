"""From a reading to counts per minute and disintegrations per minute."""

from __future__ import annotations

from labsvc.core.counts.quench import Efficiency, efficiency, quench_curve
from labsvc.errors import LayoutError
from labsvc.model.protocol import Counting
from labsvc.model.run import Channel, Quench, Reading


def channel_of(reading: Reading, counting: Counting) -> Channel | None:
    """The channel the protocol reads: the named one, or the first."""
    if counting.channel is None:
        return reading.channels[0] if reading.channels else None
    for channel in reading.channels:
        if channel.name == counting.channel:
            return channel
    if not reading.channels:
        return None
    names = ", ".join(channel.name for channel in reading.channels)
    raise LayoutError(
        f"the protocol reads channel {counting.channel!r}, but the run has the channels {names}; "
        "correct counting.channel in the protocol"
    )


def cpm_of(reading: Reading, channel: Channel | None) -> float | None:
    """Counts per minute: as printed, else counts over live time."""
    if channel is None:
        return None
    if channel.cpm is not None:
        return channel.cpm
    if channel.counts is None or not reading.live_time_s:
        return None
    return channel.counts / (reading.live_time_s / 60)


def efficiency_of(channel: Channel, counting: Counting, quench: Quench | None = None) -> Efficiency:
    """The efficiency of one reading in percent, or why there is none.

    The one printed for the reading goes before the protocol's quench curve or its fixed figure.
    None when the instrument took efficiency off already.
    """
    if "efficiency" in channel.corrected:
        return Efficiency(None, "the counter has taken efficiency off its cpm already")
    if channel.efficiency_percent is not None:
        return _above_zero(channel.efficiency_percent)
    if counting.quench is not None:
        return efficiency(quench_curve(counting.quench), quench)
    return _above_zero(counting.efficiency_percent)


def _above_zero(percent: float | None) -> Efficiency:
    return Efficiency(percent) if percent else _NOT_KNOWN


_NOT_KNOWN = Efficiency(None, "no counting efficiency is known")


def dpm_of(
    cpm: float | None, channel: Channel | None, counting: Counting, quench: Quench | None = None
) -> float | None:
    """Disintegrations per minute: as printed, else cpm over the efficiency that is known.

    None when no efficiency is (see ``efficiency_of``).
    """
    if channel is None or channel.dpm is not None:
        return channel.dpm if channel else None
    percent = efficiency_of(channel, counting, quench).percent
    return cpm / (percent / 100) if cpm is not None and percent else None


def net_dpm(
    gross: float | None, net: float | None, channel: Channel | None, counting: Counting,
    quench: Quench | None = None,
) -> float | None:  # fmt: skip
    """dpm once background is off: net cpm over the efficiency of that very reading.

    ``gross`` and ``net`` in cpm. A printed dpm was made of the gross cpm, so it shrinks with them.
    """
    if channel is None or channel.dpm is None or gross == net:
        return dpm_of(net, channel, counting, quench)
    return channel.dpm * net / gross if gross and net is not None else None


def background_already_off(channel: Channel | None) -> bool:
    """Whether the instrument took background off: then it must not be subtracted again."""
    return channel is not None and "background" in channel.corrected
