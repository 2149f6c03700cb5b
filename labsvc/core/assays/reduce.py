"""From an assay's counts to the response its protocol asks for, with every operation named.

Control roles: ``total`` or ``vehicle`` sets 100 %, ``nonspecific`` or ``blank`` sets 0 %. Where a
run holds both, the one in the formula of the response is taken alone; they are never pooled. What
may be pooled is one role over the plates of a run, where the protocol asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from labsvc.core.assays.apart import parts
from labsvc.core.assays.pooling import Beside, plate_name, pooled, pooling_told
from labsvc.core.assays.replicates import Spread, amount, counted, spread
from labsvc.core.assays.uptake import fractions
from labsvc.core.counts.netcounts import counted_points
from labsvc.core.counts.poisson import with_deviations
from labsvc.model.assay import Assay
from labsvc.model.result import Group, Operation, Point

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
    ``own`` are the plate's controls where ``window`` is that of all plates of the run.
    """

    points: tuple[Point, ...]
    window: Window
    operations: tuple[Operation, ...]
    groups: tuple[Group, ...] = ()
    unit: str = ""
    kinds: Mapping[str, Reduction] = field(default_factory=dict)
    own: Window | None = None

    @property
    def of_plate(self) -> Reduction:
        """With the plate's own controls in the window, where it has both: what QC judges."""
        if self.own is None and not self.kinds:
            return self
        both = self.own is not None and self.own.upper is not None and self.own.lower is not None
        return replace(
            self,
            window=self.own if both and self.own is not None else self.window,
            kinds={kind: one.of_plate for kind, one in self.kinds.items()},
        )


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


def _within_window(
    assay: Assay, points: tuple[Point, ...], operations: tuple[Operation, ...]
) -> Reduction:
    plan, beside = assay.protocol.reduction, _beside(assay)
    together = pooled(points, beside) if beside else points
    controls = _control_roles(together, plan.response)
    kinds = parts(together, plan, controls)
    if not kinds:
        whole = _one_window(assay, points, controls, beside)
        return replace(whole, operations=(*operations, *whole.operations))
    here = {id(one) for one in points}
    made = {
        kind: _one_window(
            assay, [one for one in part if id(one) in here], controls,
            [each.among({id(one) for one in part}) for each in beside],
        )
        for kind, part in kinds.items()
    }  # fmt: skip
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


def _beside(assay: Assay) -> tuple[Beside, ...]:
    """The controls of the run's other plates, where they are pooled with this one's."""
    return tuple(Beside(plate_name(one.unit), counted_points(one)[0], one) for one in assay.fellows)


def _window(points: Sequence[Point], controls: tuple[str, str], unit: str) -> Window:
    upper, lower = controls
    return Window(
        spread(counted(points, upper, unit=unit)), spread(counted(points, lower, unit=unit))
    )


def _one_window(
    assay: Assay,
    points: Sequence[Point],
    controls: tuple[str, str],
    beside: Sequence[Beside] = (),
) -> Reduction:
    """These points between these controls of theirs, with those of the run's other plates."""
    unit, response = assay.protocol.counting.unit, assay.protocol.reduction.response
    upper, lower = controls
    own = _window(points, controls, unit)
    window = _window(pooled(points, beside), controls, unit) if beside else own
    placed = _responding(points, unit, window, response)
    told = (_control(upper, window.upper, unit), _control(lower, window.lower, unit))
    done: tuple[Operation, ...] = (*told, _normalisation(response, window, upper, lower, unit))
    if beside:
        done = (pooling_told(assay, points, beside, controls), *done)
    if assay.protocol.fit is not None and assay.protocol.fit.weights != "none":
        placed, weighed = with_deviations(assay, placed, controls, window.span, beside)
        done = (*done, weighed)
    return Reduction(placed, window, done, own=own if beside else None)


def _control_roles(points: Sequence[Point], response: str) -> tuple[str, str]:
    held = {point.role for point in points}
    upper, lower = (
        next((role for role in side if role in held), side[0]) for side in CONTROLS[response]
    )
    return upper, lower


def _responding(
    points: Sequence[Point], unit: str, window: Window, response: str
) -> tuple[Point, ...]:  # fmt: skip
    """The points with what lies above the lower control, and its share of the window."""
    if window.lower is None:
        return tuple(points)
    least, span, inhibition = window.lower.mean, window.span, response == "percent_inhibition"

    def respond(point: Point) -> Point:
        counted_as = amount(point, unit)
        if counted_as is None:
            return point
        specific = counted_as - least
        if span is None:
            return with_response(point, specific, point.response)
        percent = 100 * specific / span
        return with_response(point, specific, 100 - percent if inhibition else percent)

    return tuple([respond(point) for point in points])


def with_response(point: Point, specific: float, response: float | None) -> Point:
    """The point with what was made of its counts. Each of a plate's, so not by ``_replace``, which
    takes twice as long."""
    return Point(
        point.position,
        point.role,
        point.rack,
        point.compound,
        point.concentration_m,
        point.group,
        point.counts,
        point.cpm,
        point.dpm,
        specific,
        response,
        point.masked,
        point.response_sd,
    )


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
            texts = [text for name, text in point.group.items() if name not in _OWN]
            found.setdefault((point.compound, ", ".join(texts)), []).append(point)
    return found


def labelled(label: tuple[str, str]) -> str:
    """A compound with its group for people: ``desipramine (HEK-hNET)``."""
    return f"{label[0]} ({label[1]})" if label[1] else label[0]
