"""From an assay's counts to the response its protocol asks for, with every operation named.

Control roles: ``total`` and ``vehicle`` set 100 %, ``nonspecific`` and ``blank`` set 0 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from labsvc.core.counting import background_already_off, channel_of, cpm_of, dpm_of
from labsvc.core.replicates import Spread, counted, spread
from labsvc.core.uptake import fractions
from labsvc.model.assay import Assay, Well
from labsvc.model.result import Group, Operation, Point

UPPER = ("total", "vehicle")
LOWER = ("nonspecific", "blank")


@dataclass(frozen=True, slots=True)
class Window:
    """The two controls between which a response lies, in cpm."""

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
    """Reduced points, group means where the response is per group, and the trail."""

    points: tuple[Point, ...]
    window: Window
    operations: tuple[Operation, ...]
    groups: tuple[Group, ...] = ()


def reduce(assay: Assay) -> Reduction:
    """All points of the assay with cpm, dpm, specific and response."""
    points, operations = _counted_points(assay)
    if assay.protocol.reduction.response == "fraction_of_added":
        groups, more = fractions(points, assay.protocol.reduction)
        return Reduction(points, Window(None, None), (*operations, *more), groups)
    return _within_window(assay, points, operations)


def _counted_points(assay: Assay) -> tuple[tuple[Point, ...], tuple[Operation, ...]]:
    points = tuple(_point(assay, well) for well in assay.wells if well.role != "unused")
    off, read = _background(assay, points)
    masked = [point for point in points if point.masked]
    left_out = (
        Operation(
            "masking",
            "Left out of every mean and fit: "
            + "; ".join(f"{_where(point)} ({point.masked})" for point in masked) + ".",
            {"positions": float(len(masked))},
        ),
    ) if masked else ()  # fmt: skip
    return off, (*read, *left_out)


def _where(point: Point) -> str:
    return f"rack {point.rack} position {point.position}" if point.rack else point.position


def _point(assay: Assay, well: Well) -> Point:
    counting, reading = assay.protocol.counting, well.reading
    channel = channel_of(reading, counting) if reading is not None else None
    cpm = cpm_of(reading, channel) if reading is not None else None
    masked = well.masked or ("no count is printed for it" if cpm is None else None)
    return Point(
        position=well.position,
        rack=well.rack,
        role=well.role,
        compound=well.compound,
        concentration_m=well.concentration_m,
        group=well.group,
        counts=channel.counts if channel else None,
        cpm=cpm,
        dpm=dpm_of(cpm, channel, counting),
        masked=masked,
    )


def _background(
    assay: Assay, points: tuple[Point, ...]
) -> tuple[tuple[Point, ...], tuple[Operation, ...]]:
    """Take the mean of background positions off, unless the counter did so already."""
    mean = spread(counted(points, "background"))
    already = any(
        background_already_off(channel_of(well.reading, assay.protocol.counting))
        for well in assay.wells
        if well.reading is not None
    )
    if already:
        sentence = "The counter had taken its background off; none is subtracted again."
        return points, (Operation("background", sentence),)
    if mean is None:
        sentence = "No background position and none taken off by the counter: cpm are gross."
        return points, (Operation("background", sentence),)
    off = tuple(
        replace(point, cpm=point.cpm - mean.mean)
        if point.cpm is not None and point.role != "background"
        else point
        for point in points
    )
    sentence = f"Background of {mean.mean:.1f} cpm (mean of {mean.n} positions) subtracted."
    return off, (Operation("background", sentence, {"background_cpm": mean.mean}),)


def _within_window(
    assay: Assay, points: tuple[Point, ...], operations: tuple[Operation, ...]
) -> Reduction:
    window = Window(spread(counted(points, *UPPER)), spread(counted(points, *LOWER)))
    placed = tuple(_respond(point, window, assay.protocol.reduction.response) for point in points)
    return Reduction(placed, window, (*operations, *_window_operations(assay, window)))


def _respond(point: Point, window: Window, response: str) -> Point:
    if point.cpm is None or window.lower is None:
        return point
    specific = point.cpm - window.lower.mean
    if window.span is None:
        return replace(point, specific=specific)
    percent = 100 * specific / window.span
    value = 100 - percent if response == "percent_inhibition" else percent
    return replace(point, specific=specific, response=value)


def _window_operations(assay: Assay, window: Window) -> tuple[Operation, ...]:
    upper, lower = _role_names(assay)
    told = [_control(name, what) for name, what in ((upper, window.upper), (lower, window.lower))]
    if window.span is None:
        sentence = (
            f"There is no window: {upper} must lie above {lower}, so no percentage can be given."
        )
        return (*told, Operation("normalisation", sentence))
    formulas = {
        "percent_specific": f"100 x (cpm - {lower}) / ({upper} - {lower})",
        "percent_of_control": f"100 x (cpm - {lower}) / ({upper} - {lower})",
        "percent_inhibition": f"100 x ({upper} - cpm) / ({upper} - {lower})",
    }
    response = assay.protocol.reduction.response
    sentence = f"{response.replace('_', ' ').capitalize()} = {formulas[response]}."
    return (*told, Operation("normalisation", sentence, {"window_cpm": window.span}))


def _role_names(assay: Assay) -> tuple[str, str]:
    roles = {well.role for well in assay.wells}
    upper = "vehicle" if "vehicle" in roles else "total"
    lower = "blank" if "blank" in roles and "nonspecific" not in roles else "nonspecific"
    return upper, lower


def _control(name: str, what: Spread | None) -> Operation:
    if what is None:
        return Operation(name, f"No usable {name} position.")
    scatter = f", SD {what.sd:.1f}" if what.sd is not None else ""
    return Operation(
        name,
        f"{name.capitalize()}: mean {what.mean:.1f} cpm of {what.n} positions{scatter}.",
        {"mean_cpm": what.mean, "sd_cpm": what.sd, "n": float(what.n)},
    )


def by_compound(points: Sequence[Point]) -> dict[tuple[str, str], list[Point]]:
    """Sample and reference points by compound and group, in plate order."""
    found: dict[tuple[str, str], list[Point]] = {}
    for point in points:
        if point.role in ("sample", "reference") and point.compound is not None:
            label = ", ".join(point.group.values())
            found.setdefault((point.compound, label), []).append(point)
    return found
