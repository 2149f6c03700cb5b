"""From an assay's counts to the response its protocol asks for, with every operation named.

Control roles: ``total`` or ``vehicle`` sets 100 %, ``nonspecific`` or ``blank`` sets 0 %. Where a
run holds both, the one in the formula of the response is taken alone; they are never pooled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from labsvc.core.apart import parts
from labsvc.core.counting import (
    background_already_off,
    channel_of,
    cpm_of,
    efficiency_of,
    net_dpm,
)
from labsvc.core.poisson import with_deviations
from labsvc.core.quench import quench_curve
from labsvc.core.replicates import Spread, amount, counted, place, spread
from labsvc.core.uptake import fractions
from labsvc.model.assay import Assay, Well
from labsvc.model.protocol import Counting, QuenchSet
from labsvc.model.result import Group, Operation, Point
from labsvc.model.run import Channel

_BINDING = (("total", "vehicle"), ("nonspecific", "blank"))
_UPTAKE = (("vehicle", "total"), ("blank", "nonspecific"))
CONTROLS = {
    "percent_specific": _BINDING,
    "percent_of_control": _UPTAKE,
    "percent_inhibition": _UPTAKE,
}
"""The roles that may set 100 % and 0 % of each response; the first that the run holds does."""

_OWN = ("compound", "rack", "role")


@dataclass(frozen=True, slots=True)
class Window:
    """The two controls between which a response lies, in the protocol's counting unit."""

    upper: Spread | None
    lower: Spread | None

    @property
    def span(self) -> float | None:
        """Upper less lower mean; None when a control is missing or there is no window."""
        if self.upper is None or self.lower is None:
            return None
        span = self.upper.mean - self.lower.mean
        return span if span > 0 else None


@dataclass(frozen=True, slots=True)
class Reduction:
    """Reduced points, group means where the response is per group, and the trail.

    ``unit`` is that of a response which is an amount. ``kinds`` are the parts of the run whose
    positions have controls of their own (see ``apart``); ``window`` has no controls then.
    """

    points: tuple[Point, ...]
    window: Window
    operations: tuple[Operation, ...]
    groups: tuple[Group, ...] = ()
    unit: str = ""
    kinds: Mapping[str, Reduction] = field(default_factory=dict)


def reduce(assay: Assay) -> Reduction:
    """All points of the assay with cpm, dpm, specific and response.

    Raises LayoutError when the run lacks the channel that the protocol reads.
    """
    points, operations = counted_points(assay)
    if assay.protocol.reduction.response == "fraction_of_added":
        unit = assay.protocol.counting.unit
        groups, more = fractions(points, assay.protocol.reduction, unit)
        return Reduction(points, Window(None, None), (*operations, *more), groups)
    return _within_window(assay, points, operations)


def counted_points(assay: Assay) -> tuple[tuple[Point, ...], tuple[Operation, ...]]:
    """The points with net cpm and dpm, and how they were come by; LayoutError as ``reduce``."""
    used = [well for well in assay.wells if well.role != "unused"]
    blank = [_point(assay, well) for well in used if well.role == "background"]
    off, told = _background(assay, blank)
    points = tuple(_point(assay, well, off) for well in used)
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


def _point(assay: Assay, well: Well, background: float = 0.0) -> Point:
    counting, reading = assay.protocol.counting, well.reading
    channel = channel_of(reading, counting) if reading is not None else None
    gross = cpm_of(reading, channel) if reading is not None else None
    off = 0.0 if well.role == "background" else background
    net = gross - off if gross is not None else None
    point = Point(
        position=well.position,
        rack=well.rack,
        role=well.role,
        compound=well.compound,
        concentration_m=well.concentration_m,
        group=well.group,
        counts=channel.counts if channel else None,
        cpm=net,
        dpm=net_dpm(gross, net, channel, counting, reading.quench if reading else None),
        masked=well.masked,
    )
    if point.masked is None and amount(point, counting.unit) is None:
        return replace(point, masked=_why_none(well, channel, counting))
    return point


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


def _within_window(
    assay: Assay, points: tuple[Point, ...], operations: tuple[Operation, ...]
) -> Reduction:
    plan = assay.protocol.reduction
    controls = _control_roles(points, plan.response)
    kinds = parts(points, plan, controls)
    if not kinds:
        whole = _one_window(assay, points, controls)
        return replace(whole, operations=(*operations, *whole.operations))
    made = {kind: _one_window(assay, part, controls) for kind, part in kinds.items()}
    placed = {_at(one): one for each in reversed(made.values()) for one in each.points}
    told = (
        replace(one, sentence=f"{kind}: {one.sentence}")
        for kind, each in made.items()
        for one in each.operations
    )
    return Reduction(
        tuple(placed.get(_at(one), one) for one in points),
        Window(None, None),
        (*operations, *told),
        kinds=made,
    )


def _at(point: Point) -> tuple[str | None, str]:
    return point.rack, point.position


def _one_window(assay: Assay, points: Sequence[Point], controls: tuple[str, str]) -> Reduction:
    """These points between these controls of theirs."""
    unit, response = assay.protocol.counting.unit, assay.protocol.reduction.response
    upper, lower = controls
    window = Window(
        spread(counted(points, upper, unit=unit)), spread(counted(points, lower, unit=unit))
    )
    placed = tuple(_respond(point, amount(point, unit), window, response) for point in points)
    told = (_control(upper, window.upper, unit), _control(lower, window.lower, unit))
    done = (*told, _normalisation(response, window, upper, lower, unit))
    if assay.protocol.fit is None or assay.protocol.fit.weights == "none":
        return Reduction(placed, window, done)
    deviating, weighed = with_deviations(assay, placed, controls, window.span)
    return Reduction(deviating, window, (*done, weighed))


def _control_roles(points: Sequence[Point], response: str) -> tuple[str, str]:
    held = {point.role for point in points}
    upper, lower = (
        next((role for role in side if role in held), side[0]) for side in CONTROLS[response]
    )
    return upper, lower


def _respond(point: Point, counted_as: float | None, window: Window, response: str) -> Point:
    if counted_as is None or window.lower is None:
        return point
    specific = counted_as - window.lower.mean
    if window.span is None:
        return replace(point, specific=specific)
    percent = 100 * specific / window.span
    value = 100 - percent if response == "percent_inhibition" else percent
    return replace(point, specific=specific, response=value)


def _normalisation(response: str, window: Window, upper: str, lower: str, unit: str) -> Operation:
    if window.span is None:
        sentence = (
            f"There is no window: {upper} must lie above {lower}, so no percentage can be given."
        )
        return Operation("normalisation", sentence)
    counts = f"{upper} - {unit}" if response == "percent_inhibition" else f"{unit} - {lower}"
    name = response.replace("_", " ").capitalize()
    sentence = f"{name} = 100 x ({counts}) / ({upper} - {lower})."
    return Operation("normalisation", sentence, {f"window_{unit}": window.span})


def _control(name: str, what: Spread | None, unit: str) -> Operation:
    if what is None:
        return Operation(name, f"No usable {name} position.")
    scatter = f", SD {what.sd:.1f}" if what.sd is not None else ""
    positions = "position" if what.n == 1 else "positions"
    return Operation(
        name,
        f"{name.capitalize()}: mean {what.mean:.1f} {unit} of {what.n} {positions}{scatter}.",
        {f"mean_{unit}": what.mean, f"sd_{unit}": what.sd, "n": float(what.n)},
    )


def control_scatter(window: Window, *, rising: bool) -> tuple[float, float] | None:
    """The SD of the control at response 0 and of that at 100, in the counting unit.

    ``rising``: the response is inhibition, so the upper control is its 0. None without both SDs.
    """
    upper, lower = window.upper, window.lower
    if upper is None or lower is None or not upper.sd or not lower.sd:
        return None
    return (upper.sd, lower.sd) if rising else (lower.sd, upper.sd)


def by_compound(points: Sequence[Point]) -> dict[tuple[str, str], list[Point]]:
    """Sample and reference points by compound and group, in plate order.

    Columns of our own are no group: replicates in two racks are replicates.
    """
    found: dict[tuple[str, str], list[Point]] = {}
    for point in points:
        if point.role in ("sample", "reference") and point.compound is not None:
            label = ", ".join(text for name, text in point.group.items() if name not in _OWN)
            found.setdefault((point.compound, label), []).append(point)
    return found


def labelled(label: tuple[str, str]) -> str:
    """A compound with its group for people: ``desipramine (HEK-hNET)``."""
    return f"{label[0]} ({label[1]})" if label[1] else label[0]
