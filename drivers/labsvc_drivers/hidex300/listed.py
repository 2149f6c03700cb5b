"""From the list to the run: one reading a row, one channel for each column of count rates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from labsvc.driver import (
    Channel,
    CountRun,
    DateOrder,
    Decimal,
    Instrument,
    Locale,
    ParseError,
    Quench,
    Reading,
    canonical,
    number,
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
    mark = _decimal(listing, locale.decimal)
    times = _times(listing.rows, locale.dates)
    channels = channel_columns(listing.columns)
    readings = tuple(
        _reading(row, order, channels, mark, times[row.cells[END_TIME]])
        for order, row in enumerate(listing.rows, 1)
    )
    _check_once(listing.rows, readings)
    known = sorted((at, text) for text, at in times.items() if at is not None)
    # The earliest, where all are clear: the list goes by sample, the counting need not.
    first = known[0] if len(known) == len(times) else (None, next(iter(times)))
    return CountRun(
        run_key=_run_key(listing),
        instrument=Instrument("Hidex"),
        readings=readings,
        counted_at=first[0],
        counted_at_text=first[1],
        warnings=tuple(_warnings(listing, times, locale)),
        extras=_extras(listing, mark),
    )


def _run_key(listing: Listing) -> str:
    """As of the full export: what stands above, and the first row's time."""
    return " ".join(("hidex300 list", *listing.above[:1], listing.rows[0].cells[END_TIME]))


def channel_columns(columns: Iterable[str]) -> dict[str, str]:
    """By column of count rates its channel: ``CPM`` is ``1``, ``CPMroi2`` is ``ROI2``."""
    found = {name: CPM.match(name) for name in columns}
    return {name: f"ROI{m[1]}" if m[1] else "1" for name, m in found.items() if m is not None}


def _warnings(
    listing: Listing, times: Mapping[str, datetime | None], locale: Locale
) -> Iterator[str]:
    yield UNSEEN
    commas = [cell for _, cell in _figure_cells(listing) if "," in cell]
    if commas and locale.decimal is None and all(map(_GROUPED.match, commas)):
        yield _UNPROVED.format(commas[0])
    unclear = next((text for text, at in times.items() if at is None), None)
    if unclear is not None:
        yield _UNCLEAR.format(unclear)


def _extras(listing: Listing, mark: Decimal) -> dict[str, str]:
    extras = {
        "columns": listing.header,
        MARK: mark,
        "Time": "the unit is not printed: live times are not taken",
    }
    return extras | {f"line above the names {n}": line for n, line in enumerate(listing.above, 1)}


def _decimal(listing: Listing, told: Decimal | None) -> Decimal:
    """The one decimal sign of the file: a comma may be one only between semicolons."""
    if separator(listing.header) == ",":
        return "point"
    comma = next((one for one in _figure_cells(listing) if "," in one[1]), None)
    point = next((one for one in _figure_cells(listing) if "." in one[1]), None)
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


def _figure_cells(listing: Listing) -> Iterator[tuple[int, str]]:
    """Every cell of the columns that hold figures, with its line."""
    wanted = [name for name in listing.columns if _FIGURES.match(name)]
    return ((row.line, row.cells[name]) for row in listing.rows for name in wanted)


def _times(rows: Iterable[Row], told: DateOrder | None) -> dict[str, datetime | None]:
    """Each printed time; None for all whose day and month are not clear.

    A number above 12 in any of them shows the order for all of them; else ``told`` is the order.
    ParseError where the two differ.
    """
    printed: dict[str, int] = {}
    for row in rows:
        printed.setdefault(row.cells[END_TIME], row.line)
    parts = {text: _PARTS.match(text) for text in printed}
    shown = {order for match in parts.values() if match for order in _shown(match)}
    if len(shown) > 1 or (shown and told and told not in shown):
        source = f", as the locale of its source tells ({told})" if told else ""
        raise ParseError(
            f"the times in {END_TIME} are not all of one order, day first or month first{source}: "
            "correct the one that is wrong",
            line=min(printed.values()),
        )
    order: DateOrder | None = next(iter(shown), told)
    return {
        text: moment(text, line, order) if order or _alike(parts[text]) else None
        for text, line in printed.items()
    }


def _shown(match: re.Match[str]) -> Iterator[DateOrder]:
    if int(match[1]) > 12:
        yield "day_first"
    if int(match[2]) > 12:
        yield "month_first"


def _alike(match: re.Match[str] | None) -> bool:
    """Whether both orders give the same; True too for what is no time, which is then refused."""
    return match is None or int(match[1]) == int(match[2])


def _check_once(rows: Iterable[Row], readings: Iterable[Reading]) -> None:
    seen: dict[tuple[str, int, int], int] = {}
    for row, reading in zip(rows, readings, strict=True):
        place = (reading.position, reading.cycle, reading.repeat)
        if place in seen:
            raise ParseError(
                f"{place[0]} cycle {place[1]} repeat {place[2]} stands twice (the first at line "
                f"{seen[place]}); the file was edited or damaged: export it again",
                line=row.line,
            )
        seen[place] = row.line


def _reading(
    row: Row, order: int, channels: Mapping[str, str], mark: Decimal, at: datetime | None
) -> Reading:
    cells, quench = row.cells, row.cells.get(QUENCH)
    used = {POSITION, REPEAT, CYCLE, QUENCH, *channels}
    return Reading(
        position=_position(row),
        order=order,
        channels=tuple(
            # What is off these rates (dead time, background) is not known.
            Channel(name, cpm=number(cells[column], line=row.line, what=column, decimal=mark))
            for column, name in channels.items()
        ),
        cycle=_whole(row, CYCLE) if CYCLE in cells else 1,
        repeat=_whole(row, REPEAT),
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
