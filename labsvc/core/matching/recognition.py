"""What a run shows of itself, and whether a protocol's conditions hold of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from labsvc.model.assay import Unit
from labsvc.model.protocol import Protocol, Recognise, Rule
from labsvc.model.run import Program, State

PATTERNS = 4096
"""So many patterns of protocols are kept compiled; ``re`` keeps 512, and would begin again."""
GLOBS = 16384
"""The same of the simpler patterns of run sheets, of which there may be thousands."""


@dataclass(frozen=True, slots=True)
class Shown:
    """All of a unit that conditions may be about, gathered once for hundreds of protocols.

    ``plate_id`` is that of the report; ``several``: its file holds several plates. ``counted_on``
    is the counter's own date for the run, also of a cycle that ran past midnight.
    """

    driver: str
    source: str
    file_name: str
    program: Program
    plate: int | None
    plate_id: str | None
    several: bool
    counted: int
    counted_on: date | None


def shown(unit: Unit) -> Shown:
    places = {
        (one.rack, one.position) for one in unit.readings if one.state is not State.NOT_COUNTED
    }
    return Shown(
        driver=unit.driver,
        source=unit.source,
        file_name=unit.file_name,
        program=unit.run.program,
        plate=unit.plate,
        plate_id=unit.plate_id,
        several=len({reading.plate for reading in unit.run.readings}) > 1,
        counted=len(places),
        counted_on=unit.run.counted_at.date() if unit.run.counted_at else None,
    )


def plate_identity(seen: Shown, protocol: Protocol) -> str | None:
    """The plate's identity: as the report gives it, or from the file name by the protocol.

    The name of a file that holds several plates names none of them.
    """
    pattern = protocol.recognise.file_name
    if seen.plate_id is not None or pattern is None or seen.several:
        return seen.plate_id
    found = _compiled(pattern).search(seen.file_name)
    return found.groupdict().get("plate_id") if found else None


def why_not(seen: Shown, protocol: Protocol) -> str | None:
    """Why the protocol does not recognise the run; None when it does, or a rule says so."""
    if rule_of(seen, protocol) is not None:
        return None
    return "; ".join(_faults(seen, protocol.recognise, protocol)) or None


def rule_of(seen: Shown, protocol: Protocol) -> Rule | None:
    """The rule by which this protocol is always used for such runs; None without one."""
    for rule in protocol.always:
        if not _faults(seen, rule.when, protocol):
            return rule
    return None


def like(seen: Shown) -> Recognise:
    """What holds of this run and of others like it: where it came from, and its program."""
    return Recognise(
        drivers=(seen.driver,),
        program_number=seen.program.number,
        program_name=seen.program.name,
        readings=seen.counted if seen.plate is not None else None,
        sources=(seen.source,) if seen.source else (),
    )


def _faults(seen: Shown, wanted: Recognise, protocol: Protocol) -> tuple[str, ...]:
    return (*_of_counter(seen, wanted), *_of_run(seen, wanted, protocol))


def _of_counter(seen: Shown, wanted: Recognise) -> Iterator[str]:
    program = seen.program
    if wanted.drivers and seen.driver not in wanted.drivers:
        yield f"it reads {' or '.join(wanted.drivers)}, this run came from {seen.driver}"
    if wanted.sources and seen.source not in wanted.sources:
        found = seen.source or "none"
        yield f"it takes runs of source {' or '.join(wanted.sources)}, found source {found}"
    if wanted.program_number is not None and program.number != wanted.program_number:
        yield f"it expects counter program {wanted.program_number}, found {program.number}"
    if wanted.program_name is not None and not fits(program.name or "", wanted.program_name):
        yield f"it expects a counter program named {wanted.program_name}, found {program.name!r}"


def _of_run(seen: Shown, wanted: Recognise, protocol: Protocol) -> Iterator[str]:
    if wanted.file_name is not None and not _compiled(wanted.file_name).search(seen.file_name):
        yield f"the file name {seen.file_name!r} does not fit {wanted.file_name!r}"
    if wanted.plate_id_prefix is not None:
        identity = plate_identity(seen, protocol)
        if not (identity or "").casefold().startswith(wanted.plate_id_prefix.casefold()):
            yield f"it expects plates named {wanted.plate_id_prefix}..., found {identity or 'none'}"
    if wanted.readings is not None and seen.counted != wanted.readings:
        yield f"it expects {wanted.readings} counted positions, the run has {seen.counted}"
    if not _in_time(seen.counted_on, wanted):
        found = seen.counted_on or "no date of the counter"
        yield f"it is for runs counted {_days(wanted)}, found {found}"


def _in_time(day: date | None, wanted: Recognise) -> bool:
    """A run without a date is in no window, and in every one that has no ends."""
    first, last = wanted.counted_from, wanted.counted_until
    if first is None and last is None:
        return True
    return day is not None and (first or day) <= day <= (last or day)


def _days(wanted: Recognise) -> str:
    ends = (("from", wanted.counted_from), ("until", wanted.counted_until))
    return " ".join(f"{word} {day}" for word, day in ends if day is not None)


def grounds(seen: Shown, protocol: Protocol) -> str:
    """By what the protocol recognised the run, or the rule by which it is used."""
    rule = rule_of(seen, protocol)
    if rule is None:
        return "recognised by " + (_told(seen, protocol.recognise, protocol) or "no condition")
    said = f"as {rule.by} said on {rule.on}"
    return f"always used, {said}, for {_told(seen, rule.when, protocol)}"


def _told(seen: Shown, wanted: Recognise, protocol: Protocol) -> str:
    found = (
        f"driver {seen.driver}" if wanted.drivers else "",
        f"source {seen.source}" if wanted.sources else "",
        f"counter program {seen.program.number}" if wanted.program_number else "",
        f"program name {seen.program.name!r}" if wanted.program_name else "",
        f"file name {seen.file_name!r}" if wanted.file_name else "",
        f"plate {plate_identity(seen, protocol)}" if wanted.plate_id_prefix else "",
        f"{wanted.readings} counted positions" if wanted.readings else "",
        f"counted on {seen.counted_on}" if _days(wanted) else "",
    )
    return ", ".join(part for part in found if part)


def fits(text: str, pattern: str) -> bool:
    """Whether text fits a pattern: ``*`` is anything, ``?`` one letter, case is ignored.

    Brackets are themselves: ``*[3H]*`` is how a counter's program may be named.
    """
    # Not by regular expressions: of thousands of run sheets each has a pattern of its own, and
    # compiling one takes as long as trying two hundred.
    folded, (longest, parts) = text.casefold(), _parts(pattern)
    return longest in folded and _globbed(folded, parts)


@lru_cache(maxsize=GLOBS)
def _parts(pattern: str) -> tuple[str, tuple[str, ...]]:
    """The parts between the stars, and the longest text that must be there as it is."""
    parts = tuple(pattern.casefold().split("*"))
    return max((one for part in parts for one in part.split("?")), key=len), parts


def _globbed(text: str, parts: Sequence[str]) -> bool:
    """Whether the parts of a pattern between its stars are in the text, one after the other."""
    first, last = parts[0], parts[-1]
    if len(parts) == 1:
        return len(text) == len(first) and _at(text, first, 0)
    end = len(text) - len(last)
    if not _at(text, first, 0) or end < len(first) or not _at(text, last, end):
        return False
    at = len(first)
    for part in parts[1:-1]:
        found = _find(text, part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


def _find(text: str, part: str, start: int, end: int) -> int:
    """Where the part first stands between ``start`` and ``end``; -1: nowhere."""
    if "?" not in part:
        return text.find(part, start, end)
    places = range(start, end - len(part) + 1)
    return next((place for place in places if _at(text, part, place)), -1)


def _at(text: str, part: str, start: int) -> bool:
    """Whether the part, in which ``?`` is any one letter, stands there in the text."""
    if "?" not in part:
        return text.startswith(part, start)
    there = text[start : start + len(part)]
    return len(there) == len(part) and all(
        wanted in ("?", found) for wanted, found in zip(part, there, strict=True)
    )


@lru_cache(maxsize=PATTERNS)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
