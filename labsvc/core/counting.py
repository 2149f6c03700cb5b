"""From a reading to counts per minute and disintegrations per minute, and to amounts."""

from __future__ import annotations

from labsvc.errors import LayoutError
from labsvc.model.protocol import Counting
from labsvc.model.run import Channel, Reading

DPM_PER_FMOL_PER_CI_MMOL = 2.22
"""1 Ci is 2.22e12 dpm, so 1 fmol at 1 Ci/mmol is 2.22 dpm (design/science: counts and units)."""


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


def dpm_of(cpm: float | None, channel: Channel | None, counting: Counting) -> float | None:
    """Disintegrations per minute: as printed, else cpm over the efficiency that is known.

    The efficiency printed for the reading goes before the protocol's. None when the instrument
    took efficiency off already, or when none above zero is known.
    """
    if channel is None or channel.dpm is not None:
        return channel.dpm if channel else None
    printed = channel.efficiency_percent
    efficiency = printed if printed is not None else counting.efficiency_percent
    if cpm is None or not efficiency or "efficiency" in channel.corrected:
        return None
    return cpm / (efficiency / 100)


def net_dpm(
    gross: float | None, net: float | None, channel: Channel | None, counting: Counting
) -> float | None:
    """dpm once background is off: net cpm over the efficiency of that very reading.

    ``gross`` and ``net`` in cpm. A printed dpm was made of the gross cpm, so it shrinks with them.
    """
    if channel is None or channel.dpm is None or gross == net:
        return dpm_of(net, channel, counting)
    return channel.dpm * net / gross if gross and net is not None else None


def background_already_off(channel: Channel | None) -> bool:
    """Whether the instrument took background off: then it must not be subtracted again."""
    return channel is not None and "background" in channel.corrected


def added_dpm(
    concentration_m: float, volume_ml: float, specific_activity_ci_per_mmol: float
) -> float:
    """What a well was given: molar x mL x Ci/mmol in dpm. 1 nM is 1000 fmol/mL."""
    fmol = concentration_m * 1e15 * volume_ml / 1000
    return fmol * specific_activity_ci_per_mmol * DPM_PER_FMOL_PER_CI_MMOL
