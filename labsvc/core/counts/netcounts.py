"""What was counted at each position: cpm less the background, dpm, and why a position has none."""

from __future__ import annotations

from collections.abc import Sequence

from labsvc.core.assays.replicates import counted, place, spread
from labsvc.core.counts.counting import (
    background_already_off,
    channel_of,
    cpm_of,
    efficiency_of,
    net_dpm,
)
from labsvc.core.counts.quench import quench_curve
from labsvc.model.assay import Assay, Well
from labsvc.model.protocol import Counting, QuenchSet
from labsvc.model.result import Operation, Point
from labsvc.model.run import Channel


def counted_points(assay: Assay) -> tuple[tuple[Point, ...], tuple[Operation, ...]]:
    """The points with net cpm and dpm, and how they were come by; LayoutError as ``reduce``."""
    used = [well for well in assay.wells if well.role != "unused"]
    counting = assay.protocol.counting
    blank = [_point(counting, well) for well in used if well.role == "background"]
    off, told = _background(assay, blank)
    points = tuple([_point(counting, well, off) for well in used])
    return points, (told, *_unit(assay), *_left_out(points))


def _unit(assay: Assay) -> tuple[Operation, ...]:
    counting = assay.protocol.counting
    if counting.unit == "cpm":
        return ()
    if counting.quench is not None:
        return (Operation("dpm", _quench_sentence(counting.quench)),)
    stated = counting.efficiency_percent
    known = f" of {stated:g} % ({counting.efficiency_source})" if stated else " printed"
    sentence = f"Counts are compared in dpm: as printed, else cpm / the efficiency{known}."
    return (Operation("dpm", sentence, {"efficiency_percent": stated}),)


def _quench_sentence(standards: QuenchSet) -> str:
    curve = quench_curve(standards)
    return (
        "Counts are compared in dpm: as printed, else cpm / the efficiency printed, else that read "
        f"at the vial's {curve.index} on the quench curve of {len(standards.standards)} standards "
        f"from {curve.lowest:g} to {curve.highest:g} ({standards.source}), never beyond them."
    )


def _left_out(points: Sequence[Point]) -> tuple[Operation, ...]:
    masked = [point for point in points if point.masked]
    if not masked:
        return ()
    told = "; ".join(f"{place(point)} ({point.masked})" for point in masked)
    sentence = f"Left out of every mean and fit: {told}."
    return (Operation("masking", sentence, {"positions": float(len(masked))}),)


def _point(counting: Counting, well: Well, background: float = 0.0) -> Point:
    reading = well.reading
    channel = channel_of(reading, counting) if reading is not None else None
    gross = cpm_of(reading, channel) if reading is not None else None
    off = 0.0 if well.role == "background" else background
    net = gross - off if gross is not None else None
    dpm = net_dpm(gross, net, channel, counting, reading.quench if reading else None)
    masked = well.masked
    if masked is None and (dpm if counting.unit == "dpm" else net) is None:
        masked = _why_none(well, channel, counting)
    # By place, not by name: of each of a plate's that is a third of the time.
    return Point(
        well.position,
        well.role,
        well.rack,
        well.compound,
        well.concentration_m,
        well.group,
        channel.counts if channel else None,
        net,
        dpm,
        None,
        None,
        masked,
    )


def _why_none(well: Well, channel: Channel | None, counting: Counting) -> str:
    """Why a position has no amount; where a quench curve was to be read, what stopped it."""
    told = f"no {counting.unit} is known for it"
    if counting.unit == "cpm" or counting.quench is None or channel is None or not well.reading:
        return told
    why = efficiency_of(channel, counting, well.reading.quench).why_not
    return f"{told}: {why}" if why else told


def _background(assay: Assay, gross: Sequence[Point]) -> tuple[float, Operation]:
    """The mean cpm of the background positions, unless the counter took its own off already."""
    already = any(
        background_already_off(channel_of(well.reading, assay.protocol.counting))
        for well in assay.wells
        if well.reading is not None
    )
    if already:
        sentence = "The counter had taken its background off; none is subtracted again."
        return 0.0, Operation("background", sentence)
    mean = spread(counted(gross, "background"))
    if mean is None:
        sentence = "No background position and none taken off by the counter: cpm are gross."
        return 0.0, Operation("background", sentence)
    sentence = f"Background of {mean.mean:.1f} cpm (mean of {mean.n} positions) subtracted."
    return mean.mean, Operation("background", sentence, {"background_cpm": mean.mean})
