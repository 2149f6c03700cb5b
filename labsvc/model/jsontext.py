"""Values as JSON text, on one line. A plate's numbers are written out four times on its way."""

from __future__ import annotations

import json
import re

import orjson

_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")


def compact(value: object) -> str:
    """``value`` as JSON with its keys sorted; letters as they are."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except orjson.JSONEncodeError:
        # A name with bytes that were no UTF-8, or a number of more than 64 bits.
        return json.dumps(value, sort_keys=True, separators=(",", ":"))


def compact_ascii(value: object) -> str:
    """The same in ASCII, which survives any database."""
    return _BEYOND_ASCII.sub(_escaped, compact(value))


def _escaped(letter: re.Match[str]) -> str:
    units = letter[0].encode("utf-16-be")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
