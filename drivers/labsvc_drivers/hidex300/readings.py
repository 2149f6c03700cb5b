"""From blocks to readings, and what can be checked without leaving the file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from labsvc.driver import (
    Channel,
    DateOrder,
    Locale,
    ParseError,
    Quench,
    Reading,
    canonical,
    number,
)
from labsvc_drivers.hidex300.report import Block, Report

REPEAT, VIAL, WELL = "Repe.", "Vial", "WName"
CPM, DPM, COUNTS = "CPM", "DPM", "Counts"
DEAD_TIME, SECONDS, END_TIME, QUENCH = "DTime", "Time", "EndTime", "QPE"
REQUIRED = (REPEAT, WELL, CPM, COUNTS, DEAD_TIME, SECONDS, END_TIME)
UNEXPLAINED = "cpm_unexplained"
_IN_FIELDS = {REPEAT, WELL, CPM, DPM, COUNTS, END_TIME, QUENCH}
_FIGURES = (CPM, DPM, COUNTS, DEAD_TIME, SECONDS, QUENCH)
_UNUSED = re.compile(r"^Column \d+$")
_TIME = re.compile(r"^(\d{1,2})/(\d{1,2})/(\d{4}) (\d{1,2}):(\d\d):(\d\d)$", re.ASCII)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_AGAIN = "the file was edited or damaged: export it again"


def readings(report: Report, locale: Locale) -> tuple[Reading, ...]:
    """One for each block, in the order of the file (which is not the measuring order)."""
    name = _roi(report)
    seen: dict[tuple[str, int], int] = {}
    found: list[Reading] = []
    for order, block in enumerate(report.blocks, 1):
        reading = _reading(block, order, name, locale)
        place = (reading.position, reading.repeat)
        if place in seen:
            raise ParseError(
                f"{place[0]} repeat {place[1]} stands twice (the first at line {seen[place]}); "
                f"{_AGAIN}",
                line=block.line,
            )
        seen[place] = block.line
        found.append(reading)
    return tuple(found)


def warnings(found: Sequence[Reading], dates: DateOrder | None) -> Iterator[str]:
    """What a person should know: an unproved date, odd repeats, rates that do not follow."""
    unsure = _unproved_date(found) if dates is None else None
    if unsure is not None:
        yield (
            f"dates are read day first: {unsure.day} {_MONTHS[unsure.month - 1]} {unsure.year}; "
            "no date in this file proves it, since none has a day above 12; write locale: {dates: "
            "day_first} or {dates: month_first} into its source"
        )
    repeats = Counter(reading.position for reading in found)
    most = max(repeats.values())
    short = [f"{position} {count}" for position, count in repeats.items() if count < most]
    if short:
        yield (
            f"not every position has the {most} repeats that others have ({', '.join(short[:6])}): "
            "the run was stopped or the file is not whole"
        )
    odd = [one for one in found if UNEXPLAINED in one.flags]
    if odd:
        yield (
            f"CPM is not Counts / Time x DTime within rounding in {len(odd)} of {len(found)} "
            f"readings (the first: {odd[0].position} repeat {odd[0].repeat}): the counter took "
            "something else off, or the file was edited"
        )


def _unproved_date(found: Sequence[Reading]) -> datetime | None:
    """A time that could be read month first, in a file where no day above 12 rules that out."""
    times = [one.counted_at for one in found if one.counted_at is not None]
    if any(time.day > 12 for time in times):
        return None
    return next((time for time in times if time.day != time.month), None)


def moment(text: str, line: int, dates: DateOrder | None = None) -> datetime:
    """``30/11/2023 08:44:20``, day first unless the source tells otherwise."""
    match = _TIME.match(text)
    if match is None:
        raise ParseError(
            f"found {text!r} in {END_TIME}; expected a time such as '30/11/2023 08:44:20'",
            line=line,
        )
    day, month, year, hour, minute, second = (int(group) for group in match.groups())
    if dates == "month_first":
        day, month = month, day
    try:
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001
    except ValueError as error:
        order = "month first, as its source tells" if dates == "month_first" else "day first"
        raise ParseError(
            f"found {text!r} in {END_TIME}, which is read {order}: {error}", line=line
        ) from None


def _roi(report: Report) -> str:
    """The one window of the header; to which of several CPM would belong is not known."""
    rois = list(report.header.rois)
    if len(rois) > 1:
        raise ParseError(
            f"the header names the windows {', '.join(rois)}; this driver knows exports of one "
            "window only. Export one window, or have the driver extended with this file",
            line=1,
        )
    return rois[0] if rois else "1"


def _reading(block: Block, order: int, name: str, locale: Locale) -> Reading:
    cells = block.cells
    missing = [key for key in REQUIRED if key not in cells]
    if missing:
        raise ParseError(
            f"the block that starts here lacks {missing[0]!r}; {_AGAIN}", line=block.line
        )
    block = _with_points(block, locale)
    dead_time, seconds = _figure(block, DEAD_TIME), _figure(block, SECONDS)
    if dead_time < 1 or seconds <= 0:
        raise ParseError(
            f"found {DEAD_TIME} {cells[DEAD_TIME]!r} and {SECONDS} {cells[SECONDS]!r}; expected a "
            "factor of 1 or more and a time above 0 s",
            line=block.line,
        )
    return Reading(
        position=_position(block),
        order=order,
        channels=(_channel(block, name),),
        repeat=_repeat(block),
        # The factor is the counter's own way to print live time: real time / factor.
        live_time_s=round(seconds / dead_time, 6),
        counted_at=moment(cells[END_TIME], block.line, locale.dates),
        flags=() if _follows(block, seconds, dead_time) else (UNEXPLAINED,),
        quench=Quench(QUENCH, _figure(block, QUENCH)) if cells.get(QUENCH) else None,
        extras=_extras(cells),
    )


def _with_points(block: Block, locale: Locale) -> Block:
    """The figures that are read, with a point where the source tells that a comma is printed."""
    if locale.decimal != "comma":
        return block
    figures = {
        key: _pointed(block.cells[key], key, block.line) for key in _FIGURES if key in block.cells
    }
    return Block(block.line, {**block.cells, **figures})


def _pointed(text: str, key: str, line: int) -> str:
    number(text or "0", line=line, what=key, decimal="comma")
    return text.replace(",", ".")


def _position(block: Block) -> str:
    """The well; where the rack has no wells, the vial's number."""
    name, vial = block.cells[WELL], block.cells.get(VIAL, "")
    try:
        return canonical(name)
    except ValueError:
        if vial.isascii() and vial.isdigit() and vial.strip("0"):
            return vial
    raise ParseError(
        f"found {WELL} {name!r} and {VIAL} {vial!r}; expected a well such as 'A01', or the vial's "
        "number",
        line=block.line,
    )


def _repeat(block: Block) -> int:
    text = block.cells[REPEAT]
    if not (text.isascii() and text.isdigit() and len(text) < 6 and int(text)):
        raise ParseError(f"found {REPEAT} {text!r}; expected 1, 2, 3 ...", line=block.line)
    return int(text)


def _channel(block: Block, name: str) -> Channel:
    return Channel(
        name=name,
        counts=_figure(block, COUNTS),
        cpm=_figure(block, CPM),
        dpm=_figure(block, DPM) if block.cells.get(DPM) else None,
        corrected=("dead_time",),
    )


def _figure(block: Block, key: str) -> float:
    return number(block.cells[key], line=block.line, what=f"{key} of the block that starts here")


def _follows(block: Block, seconds: float, dead_time: float) -> bool:
    """Whether CPM = Counts / Time x 60 x DTime, as closely as the printed figures tell."""
    expected = _figure(block, COUNTS) / seconds * 60 * dead_time
    loose = _half_unit(block, SECONDS) / seconds + _half_unit(block, DEAD_TIME) / dead_time
    return abs(_figure(block, CPM) - expected) <= expected * loose + 0.01


def _half_unit(block: Block, key: str) -> float:
    """Half of the last printed digit: 0.5 for ``100``, 0.0005 for ``1.125``."""
    return 0.5 * 10.0 ** -len(block.cells[key].partition(".")[2])


def _extras(cells: Mapping[str, str]) -> dict[str, str]:
    """Everything else that is printed; columns that the export leaves unused hold 0."""
    return {
        key: value
        for key, value in cells.items()
        if key not in _IN_FIELDS and value and not (value == "0" and _UNUSED.match(key))
    }
