"""The grammar of the report: four header lines, column names, a line a place, an END line.

EXAMPLE INSTRUMENTS E-1 V1.02
RUN 0042 2026-03-02 09:41:07
PROGRAM 3 NET UPTAKE
TIME 60 s
POS COUNTS CPM LUM
1 1250 1250.0 0.4         place, counts, counts per minute, luminescence in percent
2 -                       no vial in it
END 0042 2                the run, and how many places were visited
"""

import re
from collections.abc import Iterator
from datetime import datetime

from labsvc.driver import (
    Channel,
    CountRun,
    Instrument,
    Lines,
    ParseError,
    Program,
    Reading,
    State,
    number,
)

FIRST_LINE = re.compile(r"EXAMPLE INSTRUMENTS E-1 V(\d+\.\d+)")
COLUMNS = ("POS", "COUNTS", "CPM", "LUM")
_RUN = re.compile(r"RUN (\d{4}) (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)", re.ASCII)
_PROGRAM = re.compile(r"PROGRAM (\d+) (.+)", re.ASCII)
_TIME = re.compile(r"TIME (\d+) s", re.ASCII)
_END = re.compile(r"END (\d{4}) (\d+)", re.ASCII)
_LAST_LINE = re.compile(rb"\nEND \d{4} \d+[\r\n]+$")


def read_report(text: str) -> CountRun:
    """The run in ``text``; ParseError for anything that is not exactly a report."""
    lines = Lines(text.rstrip("\n"))
    (version,) = _line(lines, FIRST_LINE, "'EXAMPLE INSTRUMENTS E-1 V1.02'")
    run, when = _line(lines, _RUN, "'RUN 0042 2026-03-02 09:41:07'")
    counted_at = _moment(when, lines.line)
    program, name = _line(lines, _PROGRAM, "'PROGRAM 3 NET UPTAKE'")
    (seconds,) = _line(lines, _TIME, "'TIME 60 s'")
    _line(lines, re.compile(" ".join(COLUMNS)), repr(" ".join(COLUMNS)))
    return CountRun(
        run_key=f"e1 {run} {when}",
        instrument=Instrument("Example Instruments", "E-1", software=version),
        readings=tuple(_readings(lines, run, float(seconds))),
        program=Program(program, name),
        counted_at=counted_at,
        counted_at_text=when,
        extras={"RUN": run},
    )


def has_end(content: bytes) -> bool:
    """Whether the last line is an END line, with its line end."""
    return _LAST_LINE.search(content[-80:]) is not None


def _line(lines: Lines, pattern: re.Pattern[str], expected: str) -> tuple[str, ...]:
    """What the next line says; it is this line or the report is refused."""
    found = lines.pop(expected)
    match = pattern.fullmatch(found)
    if match is None:
        raise ParseError(f"found {found!r}; expected {expected}", line=lines.line)
    return match.groups()


def _moment(text: str, line: int) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise ParseError(f"found the time {text!r}: {error}", line=line) from None


def _readings(lines: Lines, run: str, seconds: float) -> Iterator[Reading]:
    """Every place up to the END line, which must close this run and tell this many places."""
    places: set[str] = set()
    while (end := _END.fullmatch(found := lines.pop("a place, or END"))) is None:
        reading = _reading(found.split(" "), len(places) + 1, seconds, lines.line)
        if reading.position in places:
            raise ParseError(f"place {reading.position} stands twice", line=lines.line)
        places.add(reading.position)
        yield reading
    if (end[1], int(end[2])) != (run, len(places)):
        raise ParseError(
            f"found {found!r} below {len(places)} places of run {run}; a line is lost, or the "
            "report was edited. Send it again",
            line=lines.line,
        )
    if (more := lines.peek()) is not None:
        raise ParseError(f"found {more!r} below END; expected one report", line=lines.line + 1)


def _reading(cells: list[str], order: int, seconds: float, line: int) -> Reading:
    if not re.fullmatch(r"[1-9]\d{0,3}", cells[0], re.ASCII):
        raise ParseError(f"found {cells[0]!r}; expected the number of a place, or END", line=line)
    if cells[1:] == ["-"]:
        return Reading(cells[0], order, state=State.NOT_COUNTED)
    if len(cells) != len(COLUMNS):
        raise ParseError(
            f"found {' '.join(cells)!r}; expected {' '.join(COLUMNS)}, or '-' for an empty place",
            line=line,
        )
    _, counts, cpm, _ = (
        number(cell, line=line, what=name) for cell, name in zip(cells, COLUMNS, strict=True)
    )
    return Reading(
        cells[0],
        order,
        channels=(Channel("1", counts=counts, cpm=cpm),),
        live_time_s=seconds,
        extras={"LUM": cells[3]},
    )
