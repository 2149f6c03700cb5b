"""From the messages of a session to a run: everything kept, nothing interpreted.

The manual's table of data IDs is not at hand. Known are 100 (user number), 910 and 911 (start and
end of a sample); so the readings have no channels, and no position that a layout could know.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from labsvc.driver import (
    CountRun,
    Instrument,
    Packing,
    ParseError,
    Program,
    Reading,
    Record,
    packed,
    packed_records,
)
from labsvc_drivers.ls6000_serial.messages import BREAK, START, Item, Message, read_messages

USER_NUMBER, SAMPLE_STARTS, SAMPLE_ENDS = 100, 910, 911
NOT_UNDERSTOOD = (
    "the data items are kept under their numbers, but what they mean is not known to this driver: "
    "no counts were taken from this session"
)
BROKE_OFF = "broke off before its Break message"


@dataclass(frozen=True, slots=True)
class Datum:
    """An item with the type of the message it came in."""

    message: str
    item: Item


_Sample = tuple[Datum, ...]


def read_sessions(content: bytes) -> Sequence[Record]:
    """A run for each session that holds samples; ParseError where a session is not whole."""
    parted = map(_parted, _sessions(read_messages(content)))
    runs = packed_records(_run(outside, samples) for outside, samples in parted if samples)
    if not runs:
        raise ParseError("the transmission holds no sample (data ID 910)")
    return runs


def _sessions(messages: Iterable[Message]) -> Iterator[Sequence[Message]]:
    """Send Initiate to Break."""
    current = Packing[Message]()
    for message in messages:
        if message.kind == START and current:
            raise ParseError(f"a session starts; the one before it {BROKE_OFF}", line=message.line)
        if message.kind != START and not current:
            raise ParseError(
                f"found a message of type {message.kind!r} before any Send Initiate (type 'S')",
                line=message.line,
            )
        current.append(message)
        if message.kind == BREAK:
            yield current.values()
            current = Packing()
    if current:
        raise ParseError(f"the session {BROKE_OFF}: it was cut short or is still being sent")


def _parted(messages: Sequence[Message]) -> tuple[Sequence[Datum], Sequence[_Sample]]:
    """What belongs to no sample, and the samples: 910 opens a message, 911 closes one."""
    outside, samples = Packing[Datum](), Packing[_Sample]()
    sample: list[Datum] = []
    within = False
    for message in messages:
        starts, ends = _marks(message)
        if starts == within and (starts or ends):
            found = "910 within a sample" if starts else "911 outside a sample"
            raise ParseError(f"found data ID {found}: a message was lost", line=message.line)
        within = within or starts
        (sample if within else outside).extend(Datum(message.kind, i) for i in message.items)
        if within and ends:
            samples.append(tuple(sample))
            sample, within = [], False
        if within and message.kind == BREAK:
            raise ParseError("the session ends within a sample, before 911", line=message.line)
    return outside.values(), samples.values()


def _marks(message: Message) -> tuple[bool, bool]:
    """Whether it starts a sample, and whether it ends one; ParseError for a mark in the middle."""
    numbers = [item.number for item in message.items]
    starts, ends = numbers[:1] == [SAMPLE_STARTS], numbers[-1:] == [SAMPLE_ENDS]
    if numbers.count(SAMPLE_STARTS) > starts or numbers.count(SAMPLE_ENDS) > ends:
        raise ParseError(
            "data ID 910 stands not first, or 911 not last, in its message", line=message.line
        )
    return starts, ends


def _run(outside: Sequence[Datum], samples: Sequence[_Sample]) -> CountRun:
    users = (one for one in _all(outside, samples) if one.item.number == USER_NUMBER)
    user = next(users, None)
    return CountRun(
        run_key=f"ls6000-serial {_digest(_all(outside, samples))}",
        instrument=Instrument("Beckman"),
        readings=packed(_reading(order, sample) for order, sample in enumerate(samples, 1)),
        program=Program(user.item.value.strip() or None) if user else Program(),
        warnings=(NOT_UNDERSTOOD,),
        extras=_kept(outside),
    )


def _all(outside: Sequence[Datum], samples: Sequence[_Sample]) -> Iterator[Datum]:
    return chain(outside, chain.from_iterable(samples))


def _digest(everything: Iterator[Datum]) -> str:
    """No date is known among the items, so all of them together are the session's identity."""
    digest, between = hashlib.sha256(), ""
    for one in everything:
        said = f"{between}{one.message}{one.item.number}{one.item.kind}{one.item.value}"
        digest.update(said.encode())
        between = "\n"
    return digest.hexdigest()[:16]


def _reading(order: int, sample: Sequence[Datum]) -> Reading:
    """``sample 1`` is no rack place: which item tells the place is not known."""
    return Reading(position=f"sample {order}", order=order, extras=_kept(sample))


def _kept(data: Sequence[Datum]) -> dict[str, str]:
    """``D 100``: ``I 4`` is user number 4, an integer, from a message of type D."""
    kept: dict[str, str] = {}
    times: Counter[str] = Counter()
    for one in data:
        name = f"{one.message} {one.item.number}"
        times[name] += 1
        key = f"{name} #{times[name]}" if times[name] > 1 else name
        kept[key] = f"{one.item.kind} {one.item.value}"
    return kept
