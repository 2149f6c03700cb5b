"""Sessions written: what is known of them, and the items that a run has kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from labsvc.driver import CountRun, Record, State
from labsvc_drivers.ls6000_serial.messages import (
    BREAK,
    CHECKSUM_SIZE,
    LONGEST_LENGTH,
    SPACE,
    START,
    two_characters,
    write_message,
)
from labsvc_drivers.ls6000_serial.session import SAMPLE_ENDS, SAMPLE_STARTS, USER_NUMBER

FAULTS = ("truncated", "duplicated", "lost_message", "damaged")
_DATA = "D"
_ROOM = LONGEST_LENGTH - 2 - CHECKSUM_SIZE
_SEQUENCES = 0x7F - SPACE
_KEPT = re.compile(r"([!-~]) (\d{1,3})(?: #\d+)?")
Written = tuple[str, str]
"""A message's type, and its items as they are sent."""


def write_session(records: Sequence[Record], fault: str | None) -> bytes:
    """The bytes of one session for one run; ValueError for anything else or an unknown fault."""
    if fault is not None and fault not in FAULTS:
        raise ValueError(f"unknown fault {fault!r}; expected one of {', '.join(FAULTS)}")
    if len(records) != 1 or not isinstance(records[0], CountRun) or not records[0].readings:
        raise ValueError("a session holds one count run with readings")
    messages = [
        write_message(chr(n % _SEQUENCES + SPACE), kind, items)
        for n, (kind, items) in enumerate(_session(records[0]))
    ]
    return _with_fault(messages, fault)


def _with_fault(messages: list[bytes], fault: str | None) -> bytes:
    middle = len(messages) // 2
    match fault:
        case "truncated":
            return b"".join(messages)[: -len(messages[-1]) - 4]
        case "duplicated":
            return b"".join(messages) * 2
        case "lost_message":
            return b"".join(messages[:middle] + messages[middle + 1 :])
        case "damaged":
            flipped = bytes(one ^ (n == 6) for n, one in enumerate(messages[middle]))
            return b"".join([*messages[:middle], flipped, *messages[middle + 1 :]])
    return b"".join(messages)


def _session(run: CountRun) -> Iterator[Written]:
    outside = list(_written(run.extras))
    if not outside and (run.program.number or "").isdecimal():
        outside = [(_DATA, f"{two_characters(USER_NUMBER)}I {run.program.number}")]
    yield START, ";".join(items for kind, items in outside if kind == START)
    yield from _packed([one for one in outside if one[0] not in (START, BREAK)])
    for order, reading in enumerate(run.readings, 1):
        if reading.state is not State.NOT_COUNTED:
            yield from _packed(list(_written(reading.extras)) or _bare(order))
    yield BREAK, ";".join(items for kind, items in outside if kind == BREAK)


def _bare(order: int) -> list[Written]:
    """A sample of which only the start and the end can be said."""
    marks = (SAMPLE_STARTS, SAMPLE_ENDS)
    return [(_DATA, f"{two_characters(mark)}I {order}") for mark in marks]


def _written(extras: Mapping[str, str]) -> Iterator[Written]:
    """``D 100``: ``I 4`` becomes ``!DI 4`` for a message of type D; other extras are not sent."""
    for name, text in extras.items():
        if found := _KEPT.fullmatch(name):
            yield found[1], f"{two_characters(int(found[2]))}{text}"


@dataclass(slots=True)
class _Filling:
    kind: str
    items: str


def _packed(items: Sequence[Written]) -> Iterator[Written]:
    """As many items as fit into each message, as long as its type is theirs."""
    filling: _Filling | None = None
    for kind, text in items:
        if filling and filling.kind == kind and len(filling.items) + 1 + len(text) <= _ROOM:
            filling.items += f";{text}"
            continue
        if filling:
            yield filling.kind, filling.items
        filling = _Filling(kind, text)
    if filling:
        yield filling.kind, filling.items
