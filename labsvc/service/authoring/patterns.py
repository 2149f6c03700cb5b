"""Regular expressions from outside: those whose search could take for ever are refused.

A search goes back and tries again wherever two repeats can share characters; a repeat within a
repeat does so without end. What is allowed costs the cube of a name's length at the most.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from re import _constants as op  # type: ignore[attr-defined] # the parser of re itself
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, Final

LONGEST: Final = 300
MOST_SHARED: Final = 1
"""So many repeats may share characters with the one before them."""
_OTHER: Final = "µ"
"""Stands for every character beyond ASCII: two sets with any of them are taken to share it."""
_ALL: Final = frozenset(map(chr, range(128))) | {_OTHER}
"""The characters that sets are compared by."""
_IGNORES_CASE: Final = re.compile(r"\(\?[a-zA-Z-]*i")
_REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)
_PLAIN = (op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Part of a pattern: the characters it takes, and whether it takes now more, now fewer."""

    takes: frozenset[str]
    varies: bool


def compiled(text: str) -> re.Pattern[str]:
    """The pattern; ValueError, in one sentence, where it is none or could take for ever."""
    if len(text) > LONGEST:
        raise ValueError(f"{text[:40]!r}... is longer than {LONGEST} characters")
    try:
        found = re.compile(text)
        pieces = list(_pieces(parser.parse(text), repeated=False))
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"{text!r} is no regular expression: {error}") from error
    if _IGNORES_CASE.search(text):
        pieces = [_Piece(one.takes | {c.swapcase() for c in one.takes}, one.varies)
                  for one in pieces]  # fmt: skip
    if _shared(pieces) > MOST_SHARED:
        raise ValueError(
            f"{text!r} has repeats that can share characters, so that a search might take for "
            "ever; say where each ends: [^_]+_ in place of .*_"
        )
    return found


def _pieces(items: Sequence[Any], *, repeated: bool) -> Iterator[_Piece]:
    for code, value in items:
        if code in _PLAIN:
            yield _Piece(_characters(code, value), varies=False)
        elif code is op.SUBPATTERN:
            yield from _pieces(value[-1], repeated=repeated)
        elif code in _REPEATS:
            yield from _repeat(value, repeated=repeated)
        elif code is op.BRANCH:
            yield _branch(value[1], repeated=repeated)
        elif code is op.AT:
            # Takes nothing and may fail behind anything: what stands before it goes back.
            yield _Piece(_ALL, varies=False)
        else:
            raise ValueError("found a look-around or a reference to a group; write it without")


def _repeat(value: Any, *, repeated: bool) -> Iterator[_Piece]:
    least, most, inner = value
    inside = list(_pieces(inner, repeated=repeated or most > 1))
    if least == most:
        # One stands for all of them: there is nothing in it that varies.
        yield from inside if least else ()
        return
    if repeated:
        raise ValueError("found a repeat within a repeat, which might take for ever; write one")
    yield _Piece(frozenset().union(*(one.takes for one in inside)), varies=True)


def _branch(ways: Sequence[Any], *, repeated: bool) -> _Piece:
    if repeated:
        raise ValueError("found a choice (|) within a repeat, which might take for ever")
    inside = [one for way in ways for one in _pieces(way, repeated=True)]
    return _Piece(frozenset().union(*(one.takes for one in inside)), varies=True)


def _shared(pieces: Sequence[_Piece]) -> int:
    """How many pieces that vary can share characters with one before, not told apart between."""
    left = list(pieces)
    while left and left[-1].varies:
        # What ends the pattern takes what there is and never goes back.
        left.pop()
    shared, before = 0, frozenset[str]()
    for one in left:
        if one.varies:
            shared += bool(before & one.takes)
            before |= one.takes
        elif not before & one.takes:
            before = frozenset()
    return shared


def _characters(code: Any, value: Any) -> frozenset[str]:
    if code is op.ANY:
        return _ALL
    if code is op.IN:
        return _in(value)
    one = frozenset({_compared(value)})
    return _but(one) if code is op.NOT_LITERAL else one


def _compared(code: int) -> str:
    return chr(code) if code < 128 else _OTHER


def _but(taken: frozenset[str]) -> frozenset[str]:
    """All others; beyond ASCII there always are some."""
    return _ALL - taken | {_OTHER}


def _in(parts: Sequence[Any]) -> frozenset[str]:
    found: set[str] = set()
    for code, value in parts:
        if code is op.LITERAL:
            found.add(_compared(value))
        elif code is op.RANGE:
            found |= {one for one in _ALL if value[0] <= ord(one) <= value[1]}
            found |= {_OTHER} if value[1] >= 128 else set()
        elif code is op.CATEGORY:
            found |= _category(value)
    return _but(frozenset(found)) if parts[0][0] is op.NEGATE else frozenset(found)


def _category(value: Any) -> frozenset[str]:
    sets = {
        op.CATEGORY_DIGIT: frozenset(filter(str.isdigit, _ALL)),
        op.CATEGORY_SPACE: frozenset(filter(str.isspace, _ALL)),
        op.CATEGORY_WORD: frozenset(filter(lambda one: one.isalnum() or one == "_", _ALL)),
        op.CATEGORY_NOT_DIGIT: frozenset(one for one in _ALL if not one.isdigit()),
        op.CATEGORY_NOT_SPACE: frozenset(one for one in _ALL if not one.isspace()),
        op.CATEGORY_NOT_WORD: frozenset(one for one in _ALL if not (one.isalnum() or one == "_")),
    }
    return sets[value]
