"""The grammar of labsvc's own harvest CSV: a header, one row for each bench event of a plate."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from labsvc.driver import HarvestRun, Lines, ParseError, Record, Wash, number, packed_records

COLUMNS = (
    "plate",
    "step",
    "started",
    "ended",
    "filter",
    "program",
    "washes",
    "wash_ml",
    "wash_s",
    "orientation",
    "operator",
)
ORIENTATIONS = ("normal", "rotated_180", "mirrored")
SIGNATURE = "# labsvc harvest 1"
UNTIL_END = f"{SIGNATURE} until end"
END = "# end"
HARVEST = "harvest"
LONGEST_ID = 64

_SIGNED = re.compile(r"^#\s*labsvc harvest\b(.*)$")
_COUNT = re.compile(r"^[0-9]{1,2}$")
_TIME = re.compile(r"^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?$")
_TIME_WITH_ZONE = re.compile(r"^\d{4}-\d{2}-\d{2}[ T][\d:.]+\s*(Z|[+-]\d{2}:?\d{2})$")


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row by column name, blank ones left out."""

    cells: Mapping[str, str]
    line: int


def column_names(line: str) -> tuple[str, ...]:
    """The names a header line holds; case and blanks around them do not matter."""
    return tuple(cell.casefold() for cell in _cells(line))


def read_events(text: str) -> Sequence[Record]:
    """Every event in the file; ParseError unless each is whole."""
    lines = Lines(text)
    promised = _read_signature(lines)
    columns = _read_header(lines)
    untimed: Counter[str] = Counter()
    events = packed_records(_event(row, untimed) for row in _rows(lines, columns))
    if not events:
        raise ParseError("there is no event below the column names yet", line=lines.line)
    if promised and not has_end(text):
        raise ParseError(
            f"the first line promises {END!r} as the last line; the file was cut short or is still "
            "being written",
            line=lines.line,
        )
    return events


def has_end(text: str) -> bool:
    """Whether the last line that is not blank is the end mark."""
    return text.rstrip().rpartition("\n")[2].rstrip() == END


def read_scan(text: str, received: str) -> HarvestRun:
    """A barcode scan: a plate, or a plate and a step, on one line that has its line end.

    The scan carries no time, so ``received`` (when it arrived) makes it itself.
    """
    line = text.strip("\n")
    words = line.split()
    if not text.endswith("\n"):
        raise ParseError(f"the scan {line[:70]!r} has no line end; it may not be whole", line=1)
    if "\n" in line or len(words) not in {1, 2}:
        raise ParseError(
            f"found the scan {line[:70]!r}; expected one line with a plate, or with a plate and a "
            "step",
            line=1,
        )
    plate = _name(words[0], "plate", 1)
    step = _name(words[1], "step", 1) if len(words) == 2 else HARVEST
    return HarvestRun(run_key=f"scan {plate} {step} {received}", plate_id=plate, step=step)


def _read_signature(lines: Lines) -> bool:
    """Skip comments above the header; whether the signature promises an end mark."""
    promised = False
    while (line := lines.peek()) is not None and _is_comment(line):
        lines.pop("a comment")
        if match := _SIGNED.match(line):
            version = match[1].split()
            if version not in (["1"], ["1", "until", "end"]):
                raise ParseError(
                    f"found {line[:60]!r}; this labsvc reads {SIGNATURE!r} and {UNTIL_END!r}",
                    line=lines.line,
                )
            promised = len(version) > 1
    return promised


def _is_comment(line: str) -> bool:
    return not line.strip() or line.startswith("#")


def _read_header(lines: Lines) -> tuple[str, ...]:
    header = lines.pop("the column names (plate, step, started, ...)")
    columns = column_names(header)
    if "plate" not in columns:
        separator = " separated by commas" if ";" in header or "\t" in header else ""
        raise ParseError(
            f"found the column names {header[:80]!r}; expected one of them to be 'plate'"
            f"{separator}",
            line=lines.line,
        )
    twice = sorted(name for name, times in Counter(columns).items() if times > 1)
    if twice:
        raise ParseError(f"the column {twice[0]!r} occurs twice", line=lines.line)
    _check_line_end(lines, header)
    return columns


def _check_line_end(lines: Lines, line: str) -> None:
    if lines.peek() is None and line != END:
        raise ParseError(
            f"the last line {line[:60]!r} has no line end; it may still be being written",
            line=lines.line,
        )


def _rows(lines: Lines, columns: tuple[str, ...]) -> Iterator[Row]:
    ended = False
    while lines.peek() is not None:
        line = lines.pop("a row")
        if not line.strip():
            continue
        _check_line_end(lines, line)
        if ended:
            raise ParseError(
                f"found {line[:60]!r} below {END!r}; expected nothing more", line=lines.line
            )
        ended = line.rstrip() == END
        if not _is_comment(line):
            yield _row(line, columns, lines.line)


def _row(line: str, columns: tuple[str, ...], at: int) -> Row:
    cells = _cells(line)
    if len(cells) != len(columns):
        raise ParseError(
            f"found {line[:80]!r}, {len(cells)} fields; expected {len(columns)} as in the header "
            '(a field that holds a comma is written in quotes: "Berg, A")',
            line=at,
        )
    return Row({name: cell for name, cell in zip(columns, cells, strict=True) if cell}, at)


def _cells(line: str) -> tuple[str, ...]:
    """The fields of one line; a quote that never closes leaves the line in one piece."""
    try:
        return tuple(cell.strip() for cell in next(csv.reader([line], strict=True), ()))
    except csv.Error:
        return (line,)


def _event(row: Row, untimed: Counter[str]) -> HarvestRun:
    cells, line = row.cells, row.line
    plate = _name(cells.get("plate", ""), "plate", line)
    step = _name(cells.get("step", HARVEST), "step", line)
    started, ended = _time(row, "started"), _time(row, "ended")
    return HarvestRun(
        run_key=_run_key(plate, step, started or ended, untimed),
        plate_id=plate,
        step=step,
        filter_id=_optional(row, "filter"),
        started_at=started,
        ended_at=ended,
        program=_optional(row, "program"),
        washes=_washes(row),
        orientation=_orientation(row),
        operator=_optional(row, "operator"),
        extras={name or "unnamed": text for name, text in cells.items() if name not in COLUMNS},
    )


def _run_key(plate: str, step: str, at: datetime | None, untimed: Counter[str]) -> str:
    """Plate, step and time, so that a file that grew gives its earlier events the same keys.

    Events without a time are told apart by their count within the file.
    """
    name = f"harvest {plate} {step}"
    if at is not None:
        return f"{name} {at.isoformat()}"
    untimed[name] += 1
    return f"{name} untimed {untimed[name]}"


def _name(text: str, what: str, line: int) -> str:
    if not text:
        raise ParseError(f"found no {what}; every event belongs to a {what}", line=line)
    if len(text) > LONGEST_ID or not text.isprintable():
        raise ParseError(
            f"found the {what} {text[:80]!r}; expected 1 to {LONGEST_ID} printable characters",
            line=line,
        )
    return text


def _optional(row: Row, column: str) -> str | None:
    text = row.cells.get(column)
    return None if text is None else _name(text, column, row.line)


def _time(row: Row, column: str) -> datetime | None:
    text = row.cells.get(column)
    if text is None:
        return None
    expected = "a local time without zone such as '2026-03-02 11:05:00'"
    if _TIME_WITH_ZONE.match(text):
        raise ParseError(
            f"found {text!r} under {column}: it names a time zone; expected {expected} (the zone "
            "is a setting of the source)",
            line=row.line,
        )
    try:
        if _TIME.match(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    raise ParseError(f"found {text[:40]!r} under {column}; expected {expected}", line=row.line)


def _washes(row: Row) -> tuple[Wash, ...] | None:
    """``washes`` times the same wash; its volume and duration may be left blank. None: not told."""
    count, volume, seconds = (row.cells.get(name) for name in ("washes", "wash_ml", "wash_s"))
    if count is None:
        if volume or seconds:
            raise ParseError("wash_ml or wash_s is given, but not washes: how many?", line=row.line)
        return None
    if _COUNT.match(count) is None:
        raise ParseError(
            f"found {count[:20]!r} under washes; expected a whole number from 0 to 99",
            line=row.line,
        )
    wash = Wash(_amount(row, "wash_ml"), _amount(row, "wash_s"))
    return (wash,) * int(count)


def _amount(row: Row, column: str) -> float | None:
    text = row.cells.get(column)
    if text is None:
        return None
    value = number(text, line=row.line, what=column)
    if not 0 <= value < float("inf"):
        raise ParseError(f"found {text!r} under {column}; expected 0 or more", line=row.line)
    return value


def _orientation(row: Row) -> str | None:
    text = row.cells.get("orientation")
    if text is not None and text not in ORIENTATIONS:
        raise ParseError(
            f"found {text[:40]!r} under orientation; expected {', '.join(ORIENTATIONS)}",
            line=row.line,
        )
    return text
