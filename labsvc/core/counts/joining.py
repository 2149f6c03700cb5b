"""Runs that are parts of one: their readings together, as the counter counted them.

Nothing is filled in. What the parts tell differently of the whole (another counter, another
program) is an error; what each tells of itself is kept under the part's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from labsvc.errors import ParseError
from labsvc.model.run import CountRun, Reading, Record

Told = tuple[str, Sequence[Record]]
"""A part's name, and what the driver read in it."""
Place = tuple[int | None, str | None, str]
"""Plate, rack, position."""

_DIGITS = re.compile(r"(\d+)")
_NEVER = datetime(9999, 12, 31)  # noqa: DTZ001 - instrument times are naive


def join(parts: Sequence[Told]) -> tuple[Record, ...]:
    """All records of the parts, their count runs as one run.

    Its key is that of the run that was counted first: parts that come later leave it as it is.
    Readings are in the order of their counting where every run tells when it was counted, else in
    that of the parts' names (``x2`` before ``x10``). With a position that comes again the next
    cycle begins. ParseError where the parts are not of one run.
    """
    runs = _in_order(parts)
    others = [one for _, records in parts for one in records if not isinstance(one, CountRun)]
    if not runs:
        return tuple(others)
    _hold_together(runs)
    _, first = min(runs, key=lambda one: (one[1].counted_at or _NEVER, one[1].run_key))
    return (
        CountRun(
            run_key=f"joined {first.run_key}",
            instrument=first.instrument,
            readings=tuple(_numbered(runs)),
            program=first.program,
            counted_at=first.counted_at,
            counted_at_text=first.counted_at_text,
            warnings=tuple(dict.fromkeys(said for _, run in runs for said in run.warnings)),
            extras=_extras(runs),
        ),
        *others,
    )


def in_force(versions: Sequence[Told]) -> list[int]:
    """Which of the versions of parts, oldest first, make the run: their places.

    A version is replaced by a later one of the same name that tells of one of its runs, and one in
    which nothing is told by any later one. A name that comes again with other runs is another part:
    some counters' programs give every file the same name.
    """
    kept: dict[str, list[int]] = {}
    for place, (name, records) in enumerate(versions):
        keys = _keys(records)
        before = kept.get(name, [])
        kept[name] = [one for one in before if not _replaced(_keys(versions[one][1]), keys)]
        kept[name].append(place)
    return sorted(place for places in kept.values() for place in places)


def _replaced(before: set[str], after: set[str]) -> bool:
    return not before or bool(before & after)


def _keys(records: Sequence[Record]) -> set[str]:
    return {one.run_key for one in records}


def _in_order(parts: Sequence[Told]) -> list[tuple[str, CountRun]]:
    named = sorted(parts, key=lambda one: natural(one[0]))
    runs = [(name, one) for name, records in named for one in records if isinstance(one, CountRun)]
    if all(run.counted_at is not None for _, run in runs):
        runs.sort(key=lambda one: one[1].counted_at or _NEVER)
    return runs


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """A key by which ``x2`` comes before ``x10``."""
    return tuple(
        (0, int(one), "") if one.isdecimal() and one.isascii() else (1, 0, one)
        for one in _DIGITS.split(name.casefold())
    )


def _hold_together(runs: Sequence[tuple[str, CountRun]]) -> None:
    name, first = runs[0]
    for other, run in runs[1:]:
        for what, one, two in (
            ("counter", first.instrument, run.instrument),
            ("program", first.program, run.program),
        ):
            if one != two:
                raise ParseError(
                    f"the parts are not of one run: {name!r} has the {what} {one}, {other!r} has "
                    f"{two}. Expected one run; put the files of each into a folder of their own"
                )


def _numbered(runs: Sequence[tuple[str, CountRun]]) -> Iterator[Reading]:
    """The readings of all, numbered through. With a position that comes again the next cycle
    begins, and nothing that was counted later belongs to the one before: it may be of another
    run, and what is missing in one must not be made up by another."""
    _hold_apart(runs)
    order = base = top = 0
    seen: set[Place] = set()
    for _, run in runs:
        places = _places(run)
        if places & seen:
            base, seen = top, set()
        seen |= places
        for one in run.readings:
            order += 1
            top = max(top, base + one.cycle)
            yield one._replace(order=order, cycle=base + one.cycle)


def _hold_apart(runs: Sequence[tuple[str, CountRun]]) -> None:
    """Where nothing tells what was counted when, only whole passes can be told apart."""
    if all(run.counted_at is not None for _, run in runs):
        return
    seen: dict[Place, str] = {}
    for name, run in runs:
        for place in _places(run):
            before = seen.setdefault(place, name)
            if before != name and any(_places(one) != _places(run) for _, one in runs):
                raise ParseError(
                    f"position {place[2]} is in {before!r} and in {name!r}, and not all of the "
                    "files tell when they were counted: which belong together cannot be told. "
                    "Put the files of each run into a folder of their own"
                )


def _places(run: CountRun) -> set[Place]:
    return {(one.plate, one.rack, one.position) for one in run.readings}


def _extras(runs: Sequence[tuple[str, CountRun]]) -> Mapping[str, str]:
    """What all tell alike stands once, the rest with the part that tells it."""
    first = runs[0][1].extras
    alike = {
        key: value
        for key, value in first.items()
        if all(run.extras.get(key) == value for _, run in runs)
    }
    own = {
        f"{name}: {key}": value
        for name, run in runs
        for key, value in run.extras.items()
        if key not in alike
    }
    return {**alike, **own}
