"""Values as JSON text, on one line. A plate's numbers are written out four times on its way."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable

import orjson

_ESCAPED = "labsvc.json"
"""The name under which Python knows how we write what is no ASCII."""


def compact(value: object) -> str:
    """``value`` as JSON with its keys sorted; letters as they are."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except orjson.JSONEncodeError:
        # A name with bytes that were no UTF-8, or a number of more than 64 bits.
        return json.dumps(value, sort_keys=True, separators=(",", ":"))


def compact_each(values: Iterable[object]) -> list[str]:
    """``compact`` of each. A plate has some hundreds."""
    every = list(values)
    try:
        return [orjson.dumps(one, option=orjson.OPT_SORT_KEYS).decode() for one in every]
    except orjson.JSONEncodeError:
        return [compact(one) for one in every]


def compact_ascii(value: object) -> str:
    """The same in ASCII, which survives any database."""
    return compact(value).encode("ascii", _ESCAPED).decode("ascii")


def _escaped(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    units = error.object[error.start : error.end].encode("utf-16-be")
    pairs = (units[at : at + 2].hex() for at in range(0, len(units), 2))
    return "".join(f"\\u{pair}" for pair in pairs), error.end


codecs.register_error(_ESCAPED, _escaped)
