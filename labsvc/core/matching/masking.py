"""Positions that people leave out after the count: who, when and why, from revision to revision.

The latest revision's document holds those in force, so that every later one begins with them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from labsvc.errors import ConfigError
from labsvc.model.result import Masking
from labsvc.model.runsheet import Mask, RunSheet


def masks_of(document: Mapping[str, Any]) -> tuple[Masking, ...]:
    """The masks in force in a result's document; none in one filed before there were any."""
    return tuple(
        Masking(
            position=one["position"],
            reason=one["reason"],
            by=one["by"],
            at=datetime.fromisoformat(one["at"]).astimezone(UTC),
            rack=one["rack"],
        )
        for one in document.get("masks", ())
    )


def with_masks(sheet: RunSheet, masks: Sequence[Masking]) -> RunSheet:
    """The run sheet with these masks beside its own; where both mask a place, both are told."""
    added = {(one.rack, one.position): said(one) for one in masks}
    own = [
        replace(one, reason=f"{one.reason}; {added.pop((one.rack, one.position))}")
        if (one.rack, one.position) in added
        else one
        for one in sheet.masks
    ]
    more = [Mask(position, reason, rack) for (rack, position), reason in added.items()]
    return replace(sheet, masks=(*own, *more))


def said(one: Masking) -> str:
    """A mask in words: the reason, who and when."""
    return f"{one.reason} (masked by {one.by} on {one.at:%Y-%m-%d %H:%M} UTC)"


def masked(document: Mapping[str, Any], new: Masking) -> tuple[Masking, ...]:
    """The masks of the run with one more.

    ConfigError when the run has no such position, or it is masked by a person already.
    """
    place, masks = (new.rack, new.position), masks_of(document)
    known = [(point["rack"], point["position"]) for point in document["points"]]
    if place not in known:
        raise ConfigError(
            f"the run has no position {spelled(place)} that takes part{_hint(known)}; "
            "see: labsvc runs show --json"
        )
    before = next((one for one in masks if (one.rack, one.position) == place), None)
    if before is not None:
        raise ConfigError(f"{spelled(place)} is masked already: {said(before)}")
    return (*masks, new)


def unmasked(
    document: Mapping[str, Any], place: tuple[str | None, str]
) -> tuple[Masking, ...]:  # fmt: skip
    """The masks of the run without that of a place; ConfigError when there is none."""
    masks = masks_of(document)
    left = tuple(one for one in masks if (one.rack, one.position) != place)
    if len(left) == len(masks):
        there = ", ".join(spelled((one.rack, one.position)) for one in masks) or "none"
        raise ConfigError(
            f"no person has masked {spelled(place)} of this run (masked: {there}); a mask of the "
            "run sheet is taken back there"
        )
    return left


def spelled(place: tuple[str | None, str]) -> str:
    rack, position = place
    return f"rack {rack} position {position}" if rack else position


def _hint(known: Sequence[tuple[str | None, str]]) -> str:
    if not known:
        return " (it is held, or nothing was placed)"
    first, last = known[0], known[-1]
    return f" (it has {len(known)}, from {spelled(first)} to {spelled(last)})"
