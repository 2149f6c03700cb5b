"""From the list to the run: one reading a row, one channel for each column of count rates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from labsvc.driver import (
    Channel,
    CountRun,
    DateOrder,
    Decimal,
    Instrument,
    Locale,
    ParseError,
    Places,
    Quench,
    Reading,
    canonical,
    number,
    packed,
)
from labsvc_drivers.hidex300.listing import (
    CPM,
    CYCLE,
    END_TIME,
    POSITION,
    REPEAT,
    Listing,
    Row,
    separator,
)
from labsvc_drivers.hidex300.readings import moment

QUENCH = "QPE"
MARK = "decimal mark"
UNSEEN = (
    "the list form is known from other people's programs alone: hold the figures against a "
    "printed list before relying on it"
)
_UNCLEAR = (
    "the dates could be day/month or month/day (such as {!r}): no time is taken; write locale: "
    "{{dates: day_first}} or {{dates: month_first}} into its source"
)
_UNPROVED = (
    "figures such as {!r} could hold a thousands mark: the comma is read as the decimal sign; "
    "write locale: {{decimal: comma}} into its source, or change the export"
)
_GROUPED = re.compile(r"^[1-9]\d{0,2},\d{3}$", re.ASCII)
_FIGURES = re.compile(r"^(CPM(roi\d+)?|Time|QPE|QPI|TDCR)$", re.ASCII)
_PARTS = re.compile(r"^(\d{1,2})/(\d{1,2})/\d{4} ", re.ASCII)


def run_of(listing: Listing, locale: Locale) -> CountRun:
    """The list as a run; ParseError where a count stands twice or a cell is no figure."""
    survey = _surveyed(listing)
    mark = _decimal(listing, survey, locale.decimal)
    times = _Times(_order(listing, survey, locale.dates))
    readings = packed(_readings(listing, mark, times))
    first = times.first()
    return CountRun(
        run_key=_run_key(listing),
        instrument=Instrument("Hidex"),
        readings=readings,
        counted_at=first[0],
        counted_at_text=first[1],
        warnings=tuple(_warnings(survey, times.unclear, locale)),
        extras=_extras(listing, mark),
    )


def _run_key(listing: Listing) -> str:
    """As of the full export: what stands above, and the first row's time."""
    return " ".join(("hidex300 list", *listing.above[:1], listing.rows[0].cells[END_TIME]))


def channel_columns(columns: Iterable[str]) -> dict[str, str]:
    """By column of count rates its channel: ``CPM`` is ``1``, ``CPMroi2`` is ``ROI2``."""
    found = {name: CPM.match(name) for name in columns}
    return {name: f"ROI{m[1]}" if m[1] else "1" for name, m in found.items() if m is not None}


@dataclass(slots=True)
class _Survey:
    """What all rows together show, seen in one pass over them.

    The first figures with a comma and with a point, each with its line; whether every comma could
    part thousands; which orders of day and month the times show.
    """

    comma: tuple[int, str] | None = None
    point: tuple[int, str] | None = None
    grouped: bool = True
    orders: set[DateOrder] = field(default_factory=set)

    def look(self, line: int, figures: Iterable[str], time: str) -> None:
        for cell in figures:
            if "," in cell:
                self.comma = self.comma or (line, cell)
                self.grouped = self.grouped and _GROUPED.match(cell) is not None
            if "." in cell:
                self.point = self.point or (line, cell)
        if match := _PARTS.match(time):
            self.orders.update(_shown(match))


def _surveyed(listing: Listing) -> _Survey:
    survey = _Survey()
    figures = [name for name in listing.columns if _FIGURES.match(name)]
    for row in listing.rows:
        survey.look(row.line, (row.cells[name] for name in figures), row.cells[END_TIME])
    return survey


def _warnings(survey: _Survey, unclear: str | None, locale: Locale) -> Iterator[str]:
    yield UNSEEN
    if locale.decimal is None and survey.comma is not None and survey.grouped:
        yield _UNPROVED.format(survey.comma[1])
    if unclear is not None:
        yield _UNCLEAR.format(unclear)


def _extras(listing: Listing, mark: Decimal) -> dict[str, str]:
    extras = {
        "columns": listing.header,
        MARK: mark,
        "Time": "the unit is not printed: live times are not taken",
    }
    return extras | {f"line above the names {n}": line for n, line in enumerate(listing.above, 1)}


def _decimal(listing: Listing, survey: _Survey, told: Decimal | None) -> Decimal:
    """The one decimal sign of the file: a comma may be one only between semicolons."""
    if separator(listing.header) == ",":
        return "point"
    comma, point = survey.comma, survey.point
    if comma and point:
        raise ParseError(
            f"found {comma[1]!r} here and {point[1]!r} in line {point[0]}; expected one decimal "
            "sign throughout, comma or point",
            line=comma[0],
        )
    wrong = comma if told == "point" else point if told == "comma" else None
    if wrong is not None:
        raise ParseError(
            f"found {wrong[1]!r}; the locale of its source tells that the decimal sign is a "
            f"{told}: correct it or the file",
            line=wrong[0],
        )
    return "comma" if comma else "point"


def _order(listing: Listing, survey: _Survey, told: DateOrder | None) -> DateOrder | None:
    """A number above 12 in any time shows the order for all of them; else it is ``told``.

    ParseError where the two differ.
    """
    shown = survey.orders
    if len(shown) > 1 or (shown and told and told not in shown):
        source = f", as the locale of its source tells ({told})" if told else ""
        raise ParseError(
            f"the times in {END_TIME} are not all of one order, day first or month first{source}: "
            "correct the one that is wrong",
            line=listing.rows[0].line,
        )
    return next(iter(shown), told)


@dataclass(slots=True)
class _Times:
    """Reads the printed times, all in one order, and keeps the first of them."""

    order: DateOrder | None
    printed: str = ""
    earliest: tuple[datetime, str] | None = None
    unclear: str | None = None

    def read(self, text: str, line: int) -> datetime | None:
        """None for a time whose day and month are not clear."""
        self.printed = self.printed or text
        if self.order is None and not _alike(_PARTS.match(text)):
            self.unclear = self.unclear or text
            return None
        at = moment(text, line, self.order)
        if self.earliest is None or (at, text) < self.earliest:
            self.earliest = at, text
        return at

    def first(self) -> tuple[datetime | None, str]:
        """The earliest, where all are clear: the list goes by sample, the counting need not."""
        if self.earliest is None or self.unclear is not None:
            return None, self.printed
        return self.earliest


def _shown(match: re.Match[str]) -> Iterator[DateOrder]:
    if int(match[1]) > 12:
        yield "day_first"
    if int(match[2]) > 12:
        yield "month_first"


def _alike(match: re.Match[str] | None) -> bool:
    """Whether both orders give the same; True too for what is no time, which is then refused."""
    return match is None or int(match[1]) == int(match[2])


def _readings(listing: Listing, mark: Decimal, times: _Times) -> Iterator[Reading]:
    channels, seen = channel_columns(listing.columns), Places()
    for order, row in enumerate(listing.rows, 1):
        at = times.read(row.cells[END_TIME], row.line)
        reading = _reading(row, order, channels, mark, at)
        place = (reading.position, reading.cycle, reading.repeat)
        if seen.met(place[1:], place[0]):
            first = next(one for one in listing.rows if _place(one) == place)
            raise ParseError(
                f"{place[0]} cycle {place[1]} repeat {place[2]} stands twice (the first at line "
                f"{first.line}); the file was edited or damaged: export it again",
                line=row.line,
            )
        yield reading


def _place(row: Row) -> tuple[str, int, int]:
    """Position, cycle, repeat."""
    return _position(row), _whole(row, CYCLE) if CYCLE in row.cells else 1, _whole(row, REPEAT)


def _reading(
    row: Row, order: int, channels: Mapping[str, str], mark: Decimal, at: datetime | None
) -> Reading:
    cells, quench = row.cells, row.cells.get(QUENCH)
    position, cycle, repeat = _place(row)
    used = {POSITION, REPEAT, CYCLE, QUENCH, *channels}
    return Reading(
        position=position,
        order=order,
        channels=tuple(
            # What is off these rates (dead time, background) is not known.
            Channel(name, cpm=number(cells[column], line=row.line, what=column, decimal=mark))
            for column, name in channels.items()
        ),
        cycle=cycle,
        repeat=repeat,
        counted_at=at,
        quench=Quench(QUENCH, number(quench, line=row.line, what=QUENCH, decimal=mark))
        if quench
        else None,
        extras={name: cell for name, cell in cells.items() if name not in used and cell},
    )


def _position(row: Row) -> str:
    text = row.cells[POSITION]
    try:
        return canonical(text)
    except ValueError:
        if text.isascii() and text.isdigit() and len(text) < 6 and int(text):
            return str(int(text))
    raise ParseError(
        f"found {POSITION} {text[:80]!r}; expected a well such as 'A01', or the vial's number",
        line=row.line,
    )


def _whole(row: Row, name: str) -> int:
    text = row.cells[name]
    if not (text.isascii() and text.isdigit() and len(text) < 6 and int(text)):
        raise ParseError(f"found {name} {text[:80]!r}; expected 1, 2, 3 ...", line=row.line)
    return int(text)
