"""Numbers as tables spell them: the decimal sign is told, never guessed."""

from __future__ import annotations

import re
from datetime import datetime
from math import isfinite

from labsvc.errors import ParseError
from labsvc.model.locale import Decimal

Value = str | float | datetime
"""One cell: text, or what a workbook holds as a number or a date."""

_SIGN = {"point": ".", "comma": ","}
_OTHER: dict[Decimal, Decimal] = {"point": "comma", "comma": "point"}
# A space of any width, or the Swiss apostrophe, between groups of three digits.
_GROUPED = re.compile(r"^([+-]?\d{1,3})((?:[ '’]\d{3})+)(?=[.,eE]|$)", re.ASCII)
_PLAIN = re.compile(r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$", re.ASCII)
_SPACES = dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u200a\u202f"), " ")
_LARGEST_WHOLE = 1e15


def tidy(text: str) -> str:
    """Blanks of every width as plain ones, none at the ends."""
    # Most cells are ASCII, in which there is none of the other blanks.
    return text.strip() if text.isascii() else text.translate(_SPACES).strip()


def spelled(value: Value) -> str:
    """A cell as text: whole numbers without a point, dates as year-month-day."""
    if isinstance(value, str):
        return tidy(value)
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if value.is_integer() and abs(value) < _LARGEST_WHOLE:
        return str(int(value))
    return repr(value)


def figure(value: Value, decimal: Decimal, *, line: int, what: str) -> float:
    """The number in a cell; ParseError naming ``what`` for anything else.

    A figure with both a point and a comma, or with the other decimal sign, is refused.
    """
    if isinstance(value, float):
        found: float | None = value
    else:
        found = None if isinstance(value, datetime) else _number(tidy(value), decimal)
    if found is None:
        why = _why_not(spelled(value), decimal)
        raise ParseError(
            f"found {spelled(value)[:80]!r} where {what} (a number) was expected{why}", line=line
        )
    if not isfinite(found):
        raise ParseError(f"{spelled(value)[:80]!r} is too large to be {what}", line=line)
    return found


def whole(value: Value, *, line: int, what: str) -> int:
    """The whole number from 1 in a cell; ParseError otherwise."""
    text = spelled(value)
    if not (text.isascii() and text.isdigit() and int(text[:9]) > 0 and len(text) < 9):
        raise ParseError(f"found {text[:80]!r} where {what} (1, 2, ...) was expected", line=line)
    return int(text)


def written(value: float, decimal: Decimal) -> str:
    """A number in this spelling, without grouping: ``1234,5``."""
    return spelled(float(value)).replace(".", _SIGN[decimal])


def has_decimals(text: str, decimal: Decimal) -> bool:
    """Whether the text is a number that shows this decimal sign."""
    return _SIGN[decimal] in text and _number(tidy(text), decimal) is not None


def _number(text: str, decimal: Decimal) -> float | None:
    if _SIGN[_OTHER[decimal]] in text:
        return None
    text = text.replace("\u2212", "-")
    if grouped := _GROUPED.match(text):
        text = grouped[1] + re.sub(r"\D", "", grouped[2]) + text[grouped.end() :]
    text = text.replace(_SIGN[decimal], ".")
    return float(text) if _PLAIN.match(text) else None


def _why_not(text: str, decimal: Decimal) -> str:
    if "," in text and "." in text:
        return "; it has a comma and a point, and which of them groups thousands is not known"
    if text.startswith("="):
        return "; it is a formula: a counter writes none, and formulas are not evaluated"
    if _number(text, _OTHER[decimal]) is not None:
        return f"; this table is read with a decimal {decimal}"
    return ""
