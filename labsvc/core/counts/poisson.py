"""What counting alone scatters: the standard deviation of each response from its counts.

A count N has the variance N. First-order propagation through background, efficiency and the two
controls: ``R = 100 (y - L) / (U - L)`` with ``y = (gross - background) / efficiency``. Background
and controls are shared by all points and are carried as such: a background that is taken off
everywhere alike drops out of R again. Where the controls of several plates are pooled, each plate's
background is shared by its own positions. Pipetting and the rest of the bench are not in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, sqrt

from labsvc.core.assays.pooling import Beside
from labsvc.core.counts.counting import background_already_off, channel_of
from labsvc.model.assay import Assay, Well
from labsvc.model.result import Operation, Point
from labsvc.model.run import Channel, Reading

Place = tuple[str | None, str]
Controls = tuple[str, str]
"""The roles that set 100 % and 0 %."""


def cpm_variance(
    reading: Reading, channel: Channel, planned_minutes: float | None = None
) -> float | None:
    """The variance of a printed or reckoned cpm, (counts per minute)^2; None: cannot be told.

    From the counts, else from the printed 2-sigma error, else from plain cpm over the time counted
    (``planned_minutes`` where the counter printed none). No count at all has the variance of one.
    """
    minutes = _minutes(reading, channel, planned_minutes)
    plain = "efficiency" not in channel.corrected
    if channel.counts is not None and minutes and plain:
        return max(channel.counts, 1.0) / minutes**2
    if channel.error_2sigma_percent is not None and channel.cpm:
        return (channel.cpm * channel.error_2sigma_percent / 200) ** 2
    if channel.cpm is not None and minutes and plain and "background" not in channel.corrected:
        return max(channel.cpm * minutes, 1.0) / minutes**2
    return None


def _minutes(reading: Reading, channel: Channel, planned: float | None) -> float | None:
    """Counts over cpm where both are plain (that is live time, dead time off), else as printed."""
    untouched = not {"background", "efficiency"} & set(channel.corrected)
    if untouched and channel.counts and channel.cpm:
        return channel.counts / channel.cpm
    return reading.live_time_s / 60 if reading.live_time_s else planned


@dataclass(frozen=True, slots=True)
class _Share:
    """How much of the counting variance each position brings: variance of its gross cpm, and the
    factor from cpm to the counting unit."""

    variance: float
    scale: float


def with_deviations(
    assay: Assay,
    points: Sequence[Point],
    controls: Controls,
    span: float | None,
    beside: Sequence[Beside] = (),
) -> tuple[tuple[Point, ...], Operation]:
    """Samples and references with ``response_sd``, in the unit of the response; and what was done.

    All of them or none: a fit in which some points have a weight and others do not is no fit.
    ``beside``: the run's other plates, where their controls are pooled; each has a background of
    its own.
    """
    plates = [_plate(assay, points), *(_plate(one.assay, one.points) for one in beside)]
    window = [_control(plates, role) for role in controls]
    off = [one.background for one in plates]
    known_off = [one for one in off if one is not None]
    if span is None or len(known_off) < len(off) or window[0] is None or window[1] is None:
        return tuple(points), Operation("counting error", _NONE)
    upper, lower, shares = window[0], window[1], plates[0].shares
    placed = tuple(
        _with_sd(one, shares.get(_place(one)), upper, lower, span, known_off) for one in points
    )
    known = sum(1 for one in placed if one.response_sd is not None)
    lacking = any(_fitted(one) and one.response_sd is None for one in placed)
    if lacking or not known:
        return tuple(points), Operation("counting error", _NONE)
    sentence = (
        f"Counting error of {known} responses from the Poisson variance of their counts, carried "
        "through background, efficiency and controls; the fit weights each by 1 / SD^2."
    )
    return placed, Operation("counting error", sentence, {"background_sd_cpm": sqrt(known_off[0])})


_FITTED = ("sample", "reference")
_NONE = (
    "No counting error could be given, so the fit is not weighted: it needs counts, a printed "
    "2-sigma error, or plain cpm with the counting time, of every position that is used."
)


def _fitted(point: Point) -> bool:
    return point.role in _FITTED and point.masked is None and point.response is not None


def _place(one: Point | Well) -> Place:
    return one.rack, one.position


@dataclass(frozen=True, slots=True)
class _Plate:
    """A plate's points with their shares, and the variance of its background (cpm)^2 (see
    ``_background``)."""

    points: Sequence[Point]
    shares: Mapping[Place, _Share]
    background: float | None


def _plate(assay: Assay, points: Sequence[Point]) -> _Plate:
    shares = _shares(assay, points)
    return _Plate(points, shares, _background(assay, points, shares))


def _shares(assay: Assay, points: Sequence[Point]) -> dict[Place, _Share]:
    counting, found = assay.protocol.counting, {}
    nets = {_place(point): point for point in points}
    for well in assay.wells:
        channel = channel_of(well.reading, counting) if well.reading is not None else None
        point = nets.get(_place(well))
        if channel is None or point is None or well.reading is None:
            continue
        variance = cpm_variance(well.reading, channel, counting.count_minutes)
        scale = _scale(point, counting.unit)
        if variance is not None and isfinite(variance) and scale is not None:
            found[_place(well)] = _Share(variance, scale)
    return found


def _scale(point: Point, unit: str) -> float | None:
    """1 in cpm; in dpm what a net cpm of this very position stands for."""
    if unit == "cpm":
        return 1.0
    return point.dpm / point.cpm if point.dpm is not None and point.cpm else None


def _background(
    assay: Assay, points: Sequence[Point], shares: Mapping[Place, _Share]
) -> float | None:
    """The variance of the background taken off, (cpm)^2; 0 where none was. None: not known."""
    wells = [one for one in points if one.role == "background" and one.masked is None]
    if not wells or _own_background(assay):
        return 0.0
    found = [shares.get(_place(one)) for one in wells]
    if any(one is None for one in found):
        return None
    return sum(one.variance for one in found if one is not None) / len(wells) ** 2


def _own_background(assay: Assay) -> bool:
    readings = (well.reading for well in assay.wells if well.reading is not None)
    return any(background_already_off(channel_of(one, assay.protocol.counting)) for one in readings)


@dataclass(frozen=True, slots=True)
class _Control:
    """A control's mean: its variance from its own counts, and its share of each plate's
    background, this plate's first."""

    variance: float
    scales: tuple[float, ...]


def _control(plates: Sequence[_Plate], role: str) -> _Control | None:
    """None without any such position, or where one has no counting error."""
    found = [[one.shares.get(_place(point)) for point in one.points
              if point.role == role and point.masked is None] for one in plates]  # fmt: skip
    known = [[share for share in shares if share is not None] for shares in found]
    n = sum(map(len, known))
    if n == 0 or n < sum(map(len, found)):
        return None
    variance = sum(one.variance * one.scale**2 for shares in known for one in shares) / n**2
    return _Control(variance, tuple(sum(one.scale for one in shares) / n for shares in known))


def _with_sd(
    point: Point,
    own: _Share | None,
    upper: _Control,
    lower: _Control,
    span: float,
    off: Sequence[float],
) -> Point:
    if not _fitted(point) or own is None or point.specific is None:
        return point
    # Derivatives of 100 (y - L) / (U - L): by y, by L and by U; the sign is of no matter here.
    share = point.specific / span
    by_upper, by_lower = -share, share - 1
    shared = [by_upper * one + by_lower * other
              for one, other in zip(upper.scales, lower.scales, strict=True)]  # fmt: skip
    shared[0] += own.scale
    variance = (
        own.variance * own.scale**2
        + by_upper**2 * upper.variance
        + by_lower**2 * lower.variance
        + sum(part**2 * one for part, one in zip(shared, off, strict=True))
    )
    return point._replace(response_sd=100 / span * sqrt(variance))
