"""How a filter lay in the counter: told by people and logs, doubted by the control wells.

A filter may be laid in rotated by half a turn, or mirrored left for right (its face down). What is
told is applied to the positions before the layout; what only the controls say is never applied.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from labsvc.core.assays.reduce import CONTROLS
from labsvc.core.assays.replicates import Spread, spread
from labsvc.core.counts.counting import channel_of, cpm_of
from labsvc.errors import LayoutError
from labsvc.model.assay import BenchEvent, Unit, Well
from labsvc.model.notation import significant
from labsvc.model.plate import FORMATS, row_and_column, well
from labsvc.model.protocol import Protocol
from labsvc.model.result import Finding, Operation, Status
from labsvc.model.run import State
from labsvc.model.runsheet import RunSheet

NORMAL: Final = "normal"
WORDS: Final = {
    NORMAL: "as it should",
    "rotated_180": "rotated by 180 degrees",
    "mirrored": "mirrored left for right",
}
FITS: Final = 0.5
"""From this Z' on controls are an excellent assay's (Zhang 1999): a turn that gives it, where the
plate as read has none above zero, is the better explanation."""
FEWEST: Final = 3
"""With fewer wells of a control its scatter says nothing."""


@dataclass(frozen=True, slots=True)
class Told:
    """An orientation and who told it; ``by_person``: for this very plate, in its run sheet."""

    orientation: str
    source: str
    by_person: bool = False


@dataclass(frozen=True, slots=True)
class Doubt:
    """The orientations that the controls fit, where they do not fit the one that was told."""

    told: Told
    better: tuple[str, ...]
    sentence: str

    @property
    def finding(self) -> Finding:
        return Finding("orientation", Status.WARN, None, "controls that fit as read", self.sentence)


def told(protocol: Protocol, sheet: RunSheet, events: Sequence[BenchEvent]) -> Told:
    """The orientation of the plate whose ``events`` these are.

    The run sheet or the bench log tell it of this plate; else the protocol of every plate; else
    it is normal. LayoutError when run sheet and bench log contradict each other, or the log itself
    and no run sheet tells which is right.
    """
    logged, said = _last_logged(events), sheet.orientation
    found = {event.orientation for event in logged}
    if (said is None and len(found) > 1) or (said is not None and found and said not in found):
        words = " and ".join(sorted(f"{event.orientation}" for event in logged))
        run_sheet = f"run sheet {sheet.name} tells the orientation {said}, but " if said else ""
        raise LayoutError(
            f"{run_sheet}{logged[0].source} tells {words} at the {logged[0].step}; correct the one "
            "that is wrong, or tell the right one in the run sheet"
        )
    if said is not None:
        return Told(said, f"run sheet {sheet.name}", by_person=True)
    if logged:
        return Told(str(logged[0].orientation), logged[0].source)
    if protocol.layout.orientation is not None:
        return Told(protocol.layout.orientation, f"protocol {protocol.name}")
    return Told(NORMAL, "nobody told another")


def _last_logged(events: Sequence[BenchEvent]) -> list[BenchEvent]:
    """The events that tell an orientation, of the last moment at which any does."""
    telling = [event for event in events if event.orientation is not None]
    last = max((event.at for event in telling), default=None)
    return [event for event in telling if event.at == last]


def origin(position: str, size: int, orientation: str) -> str:
    """Where in the counter a well of the plate was read; of where, its well: the same turn.

    ValueError when a turned one is no well.
    """
    if orientation == NORMAL:
        return position
    row, column = row_and_column(position)
    plate = FORMATS[size]
    from_row = plate.rows - 1 - row if orientation == "rotated_180" else row
    return well(from_row, plate.columns + 1 - column)


def turned(unit: Unit, protocol: Protocol, orientation: str) -> Unit:
    """The unit with each reading at the well of the plate that it is of."""
    size = protocol.layout.size
    if orientation == NORMAL:
        return unit
    if size is None:
        raise LayoutError(
            f"the orientation {orientation} was told, but protocol {protocol.name} has vials in "
            "racks, which have none; take it back"
        )
    plate = FORMATS[size]
    readings = tuple(
        one._replace(position=origin(one.position, size, orientation))
        if plate.holds(one.position)
        else one
        for one in unit.readings
    )
    return replace(unit, readings=readings)


def operation(of: Told, size: int | None) -> tuple[Operation, ...]:
    """The turn among the steps of the reduction; nothing where the plate lay as it should."""
    if of.orientation == NORMAL or size is None:
        return ()
    sentence = (
        f"The filter was counted {WORDS[of.orientation]} ({of.source}): the counter's "
        f"{origin('A01', size, of.orientation)} is well A01, and every other is turned with it."
    )
    inputs = {"orientation": of.orientation, "source": of.source}
    return (Operation("orientation", sentence, inputs),)


def doubt(
    unit: Unit, protocol: Protocol, of: Told, placed: Sequence[Well]
) -> Doubt | None:  # fmt: skip
    """Whether the controls of ``unit`` (as the counter read it) fit another orientation better.

    None where they do not, and where they cannot tell: a layout whose controls look the same
    turned, or too few of them.
    """
    size, roles = protocol.layout.size, _roles(protocol, placed)
    if size is None or roles is None:
        return None
    controls = _Controls(unit, protocol, size, roles, placed)
    found = controls.window(of.orientation)
    if found is None or (found.z_prime or -1.0) > 0:
        return None
    windows = {one: controls.window(one) for one in WORDS}
    better = tuple(
        one for one, window in windows.items() if window and (window.z_prime or -1.0) >= FITS
    )
    return Doubt(of, better, _sentence(of, found, better, windows)) if better else None


@dataclass(frozen=True, slots=True)
class _Window:
    """Both controls in one orientation."""

    upper: Spread
    lower: Spread

    @property
    def z_prime(self) -> float | None:
        """None where the upper control does not lie above the lower."""
        span = self.upper.mean - self.lower.mean
        return 1 - 3 * ((self.upper.sd or 0) + (self.lower.sd or 0)) / span if span > 0 else None


def _roles(protocol: Protocol, placed: Sequence[Well]) -> tuple[str, str] | None:
    held = {one.role for one in placed}
    sides = [
        next((role for role in side if role in held), None)
        for side in CONTROLS.get(protocol.reduction.response, ())
    ]
    if len(sides) != 2 or sides[0] is None or sides[1] is None:
        return None
    return sides[0], sides[1]


class _Controls:
    """The count rates of the control wells, for any way in which the filter may have lain."""

    def __init__(
        self,
        unit: Unit,
        protocol: Protocol,
        size: int,
        roles: tuple[str, str],
        placed: Sequence[Well],
    ) -> None:
        self._counting, self._size = protocol.counting, size
        self._readings = {one.position: one for one in unit.readings if one.state is State.COUNTED}
        plate = FORMATS[size]
        self._sides = [
            [
                one.position
                for one in placed
                if one.role == role and one.masked is None and plate.holds(one.position)
            ]
            for role in roles
        ]

    def window(self, orientation: str) -> _Window | None:
        """Both controls as they are in this orientation; None with too few of either."""
        upper, lower = (
            spread(self._cpm(origin(place, self._size, orientation) for place in side))
            for side in self._sides
        )
        if upper is None or lower is None or min(upper.n, lower.n) < FEWEST:
            return None
        return _Window(upper, lower)

    def _cpm(self, places: Iterable[str]) -> Iterator[float]:
        for place in places:
            reading = self._readings.get(place)
            if reading is None:
                continue
            cpm = cpm_of(reading, channel_of(reading, self._counting))
            if cpm is not None:
                yield cpm


def _sentence(
    of: Told, found: _Window, better: Sequence[str], windows: Mapping[str, _Window | None]
) -> str:
    fits = " or ".join(
        f"{WORDS[one]} (Z' {significant(window.z_prime, 2)})"
        for one in better
        if (window := windows[one]) is not None
    )
    upper, lower = (f"{significant(one.mean, 4)} cpm" for one in (found.upper, found.lower))
    return (
        f"The control wells fit a filter counted {fits}, and not {of.orientation} as read "
        f"({of.source}): the upper control has {upper} there, the lower {lower}"
    )
