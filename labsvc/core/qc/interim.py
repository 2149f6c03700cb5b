"""What the controls of a count still under way show already, while it can still be stopped.

Each rule speaks only when the evidence is there: two positions of each control it compares, and
``CERTAIN`` standard errors. The limits are those the final checks have (Assay Guidance Manual:
signal to background, non-specific share; Beckman LS 6000: luminescence); docs/explanation/qc.md
states how often the rules are wrong. Nothing here is a result.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from labsvc.core.assays.reduce import CONTROLS
from labsvc.core.counts.counting import background_already_off, channel_of
from labsvc.core.matching.begun import Begun
from labsvc.core.matching.layout import Place
from labsvc.core.qc.countchecks import printed_luminescence
from labsvc.core.qc.defaultlimits import DEFAULTS
from labsvc.core.qc.levels import (
    ENOUGH,
    Level,
    cpm_counted,
    level_of,
    place_of,
    told,
    upper_limit,
    variance_of,
)
from labsvc.core.qc.wrongrack import OFF_PLAN, passed_by, spelt
from labsvc.model.notation import significant
from labsvc.model.protocol import Role
from labsvc.model.run import Reading, State

CERTAIN = 3.0
"""Standard errors by which a limit must be passed."""
FADED = 0.1
"""A position that loses more than this share when counted again has no such nuclide in it."""
_LOOSE = 0.5
"""Of what a total counts: a background above that belongs to another rack."""

TOTALS = "totals_at_background"
NONSPECIFIC = "nonspecific_as_total"
LUMINESCENCE = "luminescence"
RACK = "wrong_rack"


@dataclass(frozen=True, slots=True)
class Concern:
    """One thing that speaks against the run. ``readings``: how many had been counted by then."""

    what: str
    readings: int
    sentence: str


def concerns(count: Begun, known: Collection[str] = ()) -> tuple[Concern, ...]:
    """What speaks against the run so far, each with the first reading that completed its evidence.

    Those that are ``known`` already, by name, are left out. Raises LayoutError where the run lacks
    the protocol's channel.
    """
    counted = count.counted
    return tuple(
        Concern(what, _since(count, counted, what), sentence)
        for what, sentence in _found(count, counted).items()
        if what not in known
    )


def _since(count: Begun, counted: Sequence[Reading], what: str) -> int:
    """From which reading on it has been so, without a break."""
    first = len(counted)
    while first > 1 and what in _found(count, counted[: first - 1]):
        first -= 1
    return first


def _found(count: Begun, counted: Sequence[Reading]) -> dict[str, str]:
    """The sentence of each concern by its name, as of ``counted``; of two the first."""
    if len(counted) >= OFF_PLAN and not any(place_of(one) in count.plan for one in counted):
        return {RACK: _off_plan(count, counted)}
    found: dict[str, str] = {}
    for what, sentence in _looked_at(count, counted):
        if sentence is not None:
            found.setdefault(what, sentence)
    return found


def _looked_at(count: Begun, counted: Sequence[Reading]) -> Iterator[tuple[str, str | None]]:
    """Every rule by the name of its concern, with its sentence where it speaks."""
    latest = {place_of(one): one for one in counted if one.state is State.COUNTED}
    upper_role, lower_role = _controls(count)
    upper = level_of(count, latest, upper_role) if upper_role else None
    lower = level_of(count, latest, lower_role) if lower_role else None
    background = level_of(count, latest, "background")
    yield RACK, _passed(count, counted)
    low = _totals(count, upper, background)
    yield TOTALS, low
    if low is None:
        yield NONSPECIFIC, _nonspecific(count, upper, lower, background)
    if background is not None and not _is_off(count):
        yield _background(count, background, upper)
    yield LUMINESCENCE, _printed(count, latest)
    yield LUMINESCENCE, _faded(count, counted)


def _controls(count: Begun) -> tuple[Role | None, Role | None]:
    """The roles of the plan that are to be high and low; without a low one only totals are looked
    at, and none where totals grow from nothing (saturation, time course)."""
    held = set(count.plan.values())
    sides = CONTROLS.get(count.protocol.reduction.response)
    if sides is None:
        return ("total_added" if "total_added" in held else None), None
    upper, lower = (next((role for role in side if role in held), None) for side in sides)
    return upper, lower


def _off_plan(count: Begun, counted: Sequence[Reading]) -> str:
    return (
        f"None of the {len(counted)} positions counted so far ({spelt(map(place_of, counted))}) "
        f"is in run sheet {count.runsheet.name}, which plans {spelt(count.plan, most=2)}. Look "
        "whether the right rack is in the counter."
    )


def _passed(count: Begun, counted: Sequence[Reading]) -> str | None:
    missing = passed_by(count.plan, counted)
    if not missing:
        return None
    return (
        f"The counter passed by {len(missing)} positions that run sheet {count.runsheet.name} "
        f"plans ({spelt(missing)}): no vials stand there, or it is another rack."
    )


def _totals(count: Begun, upper: Level | None, background: Level | None) -> str | None:
    """With backgrounds counted: the totals are below so many times them as signal to background
    asks for. Without: they are below what a background may have."""
    if upper is None or not upper.enough:
        return None
    words = f"The {_role(count, upper)} positions ({spelt(upper.places)}) have {told(upper)}"
    if background is None or background.mean <= 0:
        limit = upper_limit(count, "background_cpm", "warn")
        if upper.mean + CERTAIN * sqrt(upper.counting) >= limit:
            return None
        return f"{words}: no more than a background may have ({limit:g} cpm)."
    times = _times(count)
    error = sqrt(upper.counting + times**2 * background.counting)
    if upper.mean + CERTAIN * error >= times * background.mean:
        return None
    return (
        f"{words}, where the background has {significant(background.mean)} cpm: expected more "
        f"than {times:g} times that."
    )


def _times(count: Begun) -> float:
    for limits in (count.protocol.qc.get("signal_to_background"), DEFAULTS["signal_to_background"]):
        if limits is not None and (low := limits.fail_low or limits.warn_low):
            return low
    raise AssertionError("signal_to_background has a default limit")


def _nonspecific(
    count: Begun, upper: Level | None, lower: Level | None, background: Level | None
) -> str | None:
    if upper is None or lower is None or not (upper.enough and lower.enough):
        return None
    share = upper_limit(count, "nonspecific_percent", "fail") / 100
    off = background.mean if background is not None else 0.0
    above = (lower.mean - off) - share * (upper.mean - off)
    if above <= CERTAIN * sqrt(lower.variance + share**2 * upper.variance):
        return None
    return (
        f"The {_role(count, lower)} positions ({spelt(lower.places)}) have {told(lower)}, more "
        f"than {100 * share:g} % of the {significant(upper.mean)} cpm of the {_role(count, upper)} "
        "positions. Look whether the blocker was added, the washes were done, and the right rack "
        "is in the counter."
    )


def _background(
    count: Begun, background: Level, upper: Level | None
) -> tuple[str, str | None]:  # fmt: skip
    """Too high: as high as totals are, which another rack explains, or less."""
    limit = upper_limit(count, "background_cpm", "warn")
    sure = background.mean - CERTAIN * sqrt(background.counting)
    if not background.enough or sure <= limit:
        return LUMINESCENCE, None
    words = f"The background positions ({spelt(background.places)}) have {told(background)}"
    if upper is not None and upper.enough and _as_high(background, upper):
        return RACK, (
            f"{words}, and the {_role(count, upper)} positions {significant(upper.mean)} cpm: this "
            "is another rack, or it stands the wrong way round."
        )
    return LUMINESCENCE, (
        f"{words}; at most {limit:g} cpm is expected. So much comes of chemiluminescence (let the "
        "vials stand in the dark), of contamination, or of the wrong rack."
    )


def _as_high(background: Level, upper: Level) -> bool:
    above = background.mean - _LOOSE * upper.mean
    return above > CERTAIN * sqrt(background.variance + _LOOSE**2 * upper.variance)


def _is_off(count: Begun) -> bool:
    """Whether the counter takes background off, so that none is to be seen."""
    reading = count.counted[0]
    return background_already_off(channel_of(reading, count.protocol.counting))


def _printed(count: Begun, latest: Mapping[Place, Reading]) -> str | None:
    """A background has too few counts for its share of luminescence to say anything."""
    limit = upper_limit(count, "luminescence_percent", "fail")
    shares = {
        place: share
        for place, one in latest.items()
        if count.plan.get(place) not in (None, "background")
        and (share := printed_luminescence(one)) is not None
        and share > limit
    }
    if len(shares) < ENOUGH:
        return None
    return (
        f"The counter printed more than {limit:g} % luminescence for {len(shares)} positions "
        f"({spelt(shares)}), up to {significant(max(shares.values()))} %: let the vials stand in "
        "the dark and count again."
    )


def _faded(count: Begun, counted: Sequence[Reading]) -> str | None:
    """Of the positions that were counted again, also in earlier cycles, most have fallen."""
    counting = count.protocol.counting
    before = (one for one in count.unit.run.readings if one.cycle < count.unit.cycle)
    counts: dict[Place, list[tuple[float, float]]] = {}
    for one in (*before, *counted):
        if one.state is State.COUNTED and (cpm := cpm_counted(one, counting)) is not None:
            counts.setdefault(place_of(one), []).append((cpm, variance_of(one, counting)))
    again = {place: seen for place, seen in counts.items() if len(seen) > 1}
    faded = [place for place, seen in again.items() if _fell(seen[0], seen[-1])]
    if len(faded) < ENOUGH or 2 * len(faded) <= len(again):
        return None
    return (
        f"{len(faded)} of {len(again)} positions that were counted again had lost more than "
        f"{100 * FADED:g} % ({spelt(faded)}), as chemiluminescence fades."
    )


def _fell(first: tuple[float, float], last: tuple[float, float]) -> bool:
    lost = first[0] - last[0]
    return lost > FADED * first[0] and lost > CERTAIN * sqrt(first[1] + last[1])


def _role(count: Begun, level: Level) -> str:
    return count.plan[level.places[0]].replace("_", " ")
