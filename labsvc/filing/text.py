"""Text from outside, made fit for XML and for the room there is.

Names of compounds, files and people are untrusted: they may hold control characters that XML
forbids, marks that turn the writing direction round, line ends, or a thousand letters.
"""

from __future__ import annotations

import re

from markupsafe import Markup, escape

# XML 1.0, production [2] Char, less the C1 controls and the bidirectional overrides: the latter
# are well-formed but can make a figure read as something else than what is stored.
_BEYOND_ASCII = "\xa0-\u2029\u202f-\u2065\u206a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff"
_UNFIT = re.compile(f"[^\t\n\r\x20-\x7e{_BEYOND_ASCII}]")
# The same less & < > " and ': as one class, it is searched five times as fast as with a second.
_TO_ESCAPE = re.compile(f"[^\t\n\r !#-%(-;=?-~{_BEYOND_ASCII}]")
_FIRST_WIDE = "\u2e80"  # from here on letters are as wide as high (CJK)
_LETTER_EM = 0.52  # mean advance over names: Source Sans 0.48, Arial 0.52


def clean(text: str) -> str:
    """``text`` with every character that XML forbids, or that hides, shown as U+FFFD."""
    if text.isascii() and text.isprintable():  # thousands in a report: spares them the search
        return text
    return _UNFIT.sub("\ufffd", text)


def escaped(text: str) -> str:
    """``text`` cleaned and escaped, as the templates do it: for an attribute or between tags."""
    if text.isalnum() and text.isascii():  # most are wells and roles
        return text
    if _TO_ESCAPE.search(text) is None:
        return text
    return str(escape(clean(text)))


def ours(markup: str) -> Markup:
    """Markup that this package wrote, with every text from outside ``escaped``: for a template."""
    return Markup(markup)  # noqa: S704 - see above


def one_line(text: str) -> str:
    """``text`` cleaned and on one line."""
    return " ".join(clean(text).split())


def width(text: str, size: float) -> float:
    """About how wide ``text`` is, in pixels, at a font size in pixels."""
    wide = 0 if text.isascii() else sum([letter >= _FIRST_WIDE for letter in text])
    return size * (wide + _LETTER_EM * (len(text) - wide))


def shorten(text: str, room: float, size: float) -> str:
    """``text`` on one line in ``room`` pixels; what is too long loses its middle.

    The end of a compound's name tells it from its neighbours, so the end stays.
    """
    line = one_line(text[:2000])
    if width(line, size) <= room:
        return line
    keep = max(int(len(line) * room / width(line, size)) - 1, 2)
    tail = min(keep // 3 + 1, keep - 1)
    return f"{line[: keep - tail]}…{line[-tail:]}"
