"""The list written, CRLF, as far as its shape is known; with faults on request."""

from __future__ import annotations

import re
from collections.abc import Iterator

from labsvc.driver import CountRun, Reading
from labsvc_drivers.hidex300.listed import MARK, QUENCH, channel_columns
from labsvc_drivers.hidex300.listing import (
    CYCLE,
    END_TIME,
    POSITION,
    REPEAT,
    is_header,
    names,
    separator,
)

_ABOVE = "line above the names "
_YEAR = re.compile(r"/\d{4} ")


def write_list(run: CountRun, fault: str | None) -> bytes:
    """The list whose column names are ``run.extras["columns"]``; ValueError for other columns."""
    header = run.extras["columns"]
    if not is_header(header):
        raise ValueError(f"{header!r} does not name the columns of a Hidex list")
    rows = [_row(run, reading, header) for reading in run.readings]
    if fault == "duplicated":
        rows.append(rows[0])
    if fault == "stopped":
        rows = rows[:-1]
    if fault == "decimal_comma":
        rows[-1] = _other_sign(rows[-1])
    if fault == "wrong_clock":
        rows = [_YEAR.sub("/2001 ", row) for row in rows]
    above = [line for name, line in run.extras.items() if name.startswith(_ABOVE)]
    content = "".join(f"{line}\r\n" for line in (*above, header, *rows)).encode()
    return content[:-9] if fault == "truncated" else content


def _row(run: CountRun, reading: Reading, header: str) -> str:
    mark = separator(header)
    comma = run.extras.get(MARK) == "comma"
    figures = dict(_figures(reading, names(header)))
    cells = []
    for name in names(header):
        text = f"{figures[name]:.10f}".rstrip("0").removesuffix(".") if name in figures else None
        if text is None:
            text = reading.extras.get(name) or _text(reading, name)
        elif comma:
            text = text.replace(".", ",")
        cells.append(text)
    if any(set(cell) & {mark, '"', "\n"} for cell in cells):
        raise ValueError(f"a value of {reading.position} holds {mark!r}, '\"' or a line end")
    return mark.join(cells)


def _figures(reading: Reading, columns: tuple[str, ...]) -> Iterator[tuple[str, float]]:
    by_name = {channel.name: channel.cpm for channel in reading.channels}
    for column, name in channel_columns(columns).items():
        cpm = by_name.get(name)
        if cpm is None:
            raise ValueError(f"a Hidex list prints count rates: {reading.position} lacks {name}")
        yield column, cpm
    if reading.quench is not None and reading.quench.kind == QUENCH:
        yield QUENCH, reading.quench.value


def _text(reading: Reading, name: str) -> str:
    when = reading.counted_at
    printed = {
        POSITION: reading.position,
        REPEAT: str(reading.repeat),
        CYCLE: str(reading.cycle),
        END_TIME: f"{when.day:02d}/{when.month:02d}/{when.year} {when:%H:%M:%S}" if when else "",
    }
    return printed.get(name, "")


def _other_sign(row: str) -> str:
    """One figure with the other decimal sign, as a hand-edited cell has."""
    found = re.search(r"(?<=\d)[.,](?=\d)", row)
    if found is None:
        raise ValueError("no figure with a decimal sign to change")
    other = "," if found[0] == "." else "."
    return row[: found.start()] + other + row[found.end() :]
