"""Dates as tables spell them: ``03/04/2026`` is a date only where its order is told."""

from __future__ import annotations

import re
from datetime import datetime, time

from labsvc.driver.tables.figures import Value, spelled
from labsvc.driver.tables.spec import DateOrder
from labsvc.errors import ParseError

_MONTHS = {
    word: month
    for month, words in enumerate(
        (
            "jan january januar",
            "feb february februar",
            "mar march mär märz mrz",
            "apr april",
            "may mai",
            "jun june juni",
            "jul july juli",
            "aug august",
            "sep sept september",
            "oct october okt oktober",
            "nov november",
            "dec december dez dezember",
        ),
        1,
    )
    for word in words.split()
}
_SECONDS = r"(?:[:.](?P<s>\d\d)(?:[.,](?P<f>\d{1,6}))?)?"
_HALF = r"(?:\s*(?P<half>[AaPp])\.?[Mm]\.?)?"
_CLOCK = rf"(?:[ T,]+(?P<h>\d{{1,2}})[:.](?P<m>\d\d){_SECONDS}{_HALF})?"
_WEEKDAY = r"(?:[^\W\d_]{2,10}[.,]? +)?"
_YEAR_FIRST = re.compile(rf"^(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_CLOCK}$", re.ASCII)
_NAMED = re.compile(rf"^{_WEEKDAY}(\d{{1,2}})[-/. ]+([^\W\d_]{{3,9}})[-/., ]+(\d{{4}}){_CLOCK}$")
_NAME_FIRST = re.compile(rf"^{_WEEKDAY}([^\W\d_]{{3,9}})[. ]+(\d{{1,2}}),? +(\d{{4}}){_CLOCK}$")
_NUMERIC = re.compile(rf"^{_WEEKDAY}(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}|\d\d){_CLOCK}$")


def moment(
    value: Value, order: DateOrder | None, form: str | None, *, line: int, what: str
) -> datetime | None:
    """The time in a cell; None where its day cannot be told, or it is a day without a time.

    ``form`` (as ``%d.%m.%Y %H:%M``) is the only spelling where it is given. ParseError for
    what is no date, or no date in this order. Two digits of a year are of this century.
    """
    if isinstance(value, datetime):
        # A workbook has a day without a time as its midnight.
        return value if value.time() != time() else None
    text = " ".join(spelled(value).split())
    try:
        if form is not None:
            found = datetime.strptime(text, form)  # noqa: DTZ007
            return found if "%H" in form or "%I" in form else None
        return _read(text, order)
    except ValueError as error:
        expected = f" (expected {form})" if form else ""
        raise ParseError(
            f"found {text[:80]!r} where {what} was expected: {error}{expected}", line=line
        ) from None


def why_unread(text: str, order: DateOrder | None, form: str | None) -> str:
    """Why ``moment`` gives None for this text."""
    if order is None and form is None and _NUMERIC.match(text):
        return (
            "whether day or month comes first is not told (dates: {order: day_first} or "
            "month_first in the driver's file, or locale: {dates: ...} in its source)"
        )
    return "it is a day without a time of day"


def parts_of(text: str) -> tuple[int, int] | None:
    """The first two numbers of a date such as 03/04/2026, whose order is a matter of custom."""
    found = _NUMERIC.match(text)
    return (int(found[1]), int(found[3])) if found else None


def written(value: datetime, order: DateOrder | None, form: str | None) -> str:
    """The time in this spelling."""
    if form is not None:
        return value.strftime(form)
    day = {"day_first": "%d/%m/%Y", "month_first": "%m/%d/%Y"}.get(order or "iso", "%Y-%m-%d")
    clock = "%H:%M:%S.%f" if value.microsecond else "%H:%M:%S"
    return value.strftime(f"{day} {clock}")


def _read(text: str, order: DateOrder | None) -> datetime | None:
    if found := _YEAR_FIRST.match(text):
        return _made(int(found[1]), int(found[3]), int(found[4]), found)
    if found := _NAMED.match(text):
        return _made(int(found[3]), _month(found[2]), int(found[1]), found)
    if found := _NAME_FIRST.match(text):
        return _made(int(found[3]), _month(found[1]), int(found[2]), found)
    if found := _NUMERIC.match(text):
        return _ordered(found, order)
    raise ValueError("this is no date that is known here")


def _ordered(found: re.Match[str], order: DateOrder | None) -> datetime | None:
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    year += 2000 if year < 100 else 0
    if order is None:
        return None
    if order == "iso":
        raise ValueError("the dates of this table are year-month-day")
    day, month = (first, second) if order == "day_first" else (second, first)
    return _made(year, month, day, found)


def _month(word: str) -> int:
    month = _MONTHS.get(word.casefold())
    if month is None:
        raise ValueError(f"{word!r} is no month that is known here")
    return month


def _made(year: int, month: int, day: int, found: re.Match[str]) -> datetime | None:
    hour, half = int(found["h"] or 0), (found["half"] or "").casefold()
    if half:
        if not 1 <= hour <= 12:
            raise ValueError(f"there is no {hour} {half}m")
        hour = hour % 12 + (12 if half == "p" else 0)
    micro = int((found["f"] or "0").ljust(6, "0"))
    minute, second = int(found["m"] or 0), int(found["s"] or 0)
    made = datetime(year, month, day, hour, minute, second, micro)  # noqa: DTZ001
    return made if found["h"] else None
