"""Figures, names, times and spellings as counters print them, for runs that never were."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import product

from hypothesis import strategies as st

from labsvc.driver import CountRun, Instrument, Program, Reading, Record

ENDS = ("\r\n", "\n", "\r", "\n\r")
CODECS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252")
BYTES = (("", "\r\n"),)
"""The bytes as the simulator writes them: a binary format."""
TEXT = tuple(product(CODECS, ENDS))
ASCII = tuple(product(("ascii",), ENDS))
LARGEST = 10**9
# No letter of these begins, in cp1252, what would be a UTF-8 character with the next.
_LETTERS = "abcXYZ019 -_.:/()[]{}<>#&%$!?'*+=@^~|`" + "äöüßéÅñÆ"
_MEDIUM = st.sampled_from([0, 1, 4, 20, 997, 123_456, LARGEST])


def whole() -> st.SearchStrategy[float]:
    return st.one_of(_MEDIUM, st.integers(0, LARGEST)).map(float)


def decimals(places: int, most: int = LARGEST) -> st.SearchStrategy[float]:
    """0 to ``most`` with that many decimals, as a column prints them."""
    scale = 10**places
    exact = st.integers(0, most * scale)
    return st.one_of(_MEDIUM.map(lambda n: min(n, most) * scale), exact).map(lambda n: n / scale)


def names(without: str = "") -> st.SearchStrategy[str]:
    """Odd names of samples, without the characters that the format has no room for."""
    letters = "".join(c for c in _LETTERS + ',;"' if c not in without)
    return st.text(letters, min_size=1, max_size=14).map(lambda s: " ".join(s.split()) or "x")


def moments(*, seconds: bool = True) -> st.SearchStrategy[datetime]:
    found = st.datetimes(datetime(1990, 1, 1), datetime(2079, 12, 31, 23, 59))
    return found.map(lambda at: at.replace(microsecond=0, second=at.second if seconds else 0))


def run(readings: Sequence[Reading], at: datetime | None, **fields: object) -> CountRun:
    numbered = tuple(one._replace(order=n) for n, one in enumerate(readings, 1))
    made = CountRun("simulated", Instrument("Acme"), numbered, Program("7", "NET"), at)
    return replace(made, **fields)  # type: ignore[arg-type]


def said(record: Record, *fields: str) -> object:
    """These fields of each reading, and how it stands."""
    assert isinstance(record, CountRun)
    return [
        (one.position, one.order, one.state, *(getattr(one, field) for field in fields))
        for one in record.readings
    ]


def commas_month_first(text: str) -> str:
    text = re.sub(r"(?m)^((?:CPM|DTime|QPE);\d+)\.", r"\1,", text)
    return re.sub(r"(?m)^(EndTime);(\d+)/(\d+)/", r"\1;\3/\2/", text)


def day_first(text: str) -> str:
    return re.sub(r"\b(\d{1,2})/(\d{1,2})/(?=\d{4} )", r"\2/\1/", text)
