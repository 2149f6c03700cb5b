"""The grammar of the registry: for each run a header, then its records of six lines each.

<date line>                                        Q260105N.001  05 JAN 2026 10:12
*** DIRECTORY PATH :<path> ***                     CYC POS REP CTIME DTIME1 DTIME2 CUCNTS SQP SQP% STIME
ID: <text> ... NUMBER OF CYCLES <n> ...            [sample] CPM COUNTS CPM%  CPM COUNTS CPM%
WINDOW CHANNELS MCA HALF + 8 windows               and three lines more of two windows each
SEND SPECTRA ... INSTRUMENT NUMBER <n>
"""  # noqa: E501  # the record is drawn beside its header

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from labsvc.driver import Capture, Encoding, Lines, Packing, ParseError, decode, head_text

WINDOWS = 8
META = ("CYC", "POS", "REP", "CTIME", "DTIME1", "DTIME2", "CUCNTS", "SQP", "SQP%", "STIME")
INSTRUMENT = "INSTRUMENT NUMBER"

_MOST_ABOVE = 1000
_DATE = re.compile(r"^\s*([A-Z]{3})\s+(\d{1,2})\s+(\S+)\s+(\d{4})\s+(\d{1,2}:\d{2})\s*$")
_PATH = re.compile(r"^\s*\*\*\* DIRECTORY PATH :(.*)\*\*\*\s*$")
_WINDOW_HEAD = re.compile(r"^\s*WINDOW\s+CHANNELS\s+MCA\s+HALF")
_WINDOW = re.compile(r"^\s*(\d)\s+(\d+)\s*-\s*(\d+)\s+(\d+)\s+(\d+)\s*$")
_HEAD = re.compile(
    r"^\s*(Q\d{6}N\.\d{3})\s+(\d{1,2})\s+([A-Za-z]{3})\s+(\d{4})\s+(\d{1,2}:\d{2})\s*$"
)
_LIKE_A_RECORD = re.compile(r"Q\d{3,}|^[\s.,:+%-]*+\d[\s\d.,:+%-]*+$")
_NAMED = (
    "NUMBER OF CYCLES",
    "COINCIDENCE BIAS (L/H)",
    "PULSE COMPARATOR LEVEL",
    "PSA LEVEL",
    "SEND SPECTRA",
    "RESOLUTION OF SPECTRA",
    INSTRUMENT,
)


@dataclass(frozen=True, slots=True)
class Header:
    """What stands above the records of one run; ``lines`` is all of it, verbatim."""

    line: int
    date: tuple[str, ...]
    path: str
    lines: tuple[str, ...]
    named: dict[str, str] = field(default_factory=dict)
    windows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One record: its cells as printed. ``figures`` holds CPM, COUNTS, CPM% of each window."""

    line: int
    file: str
    date: tuple[str, ...]
    cells: dict[str, str]
    sample: str | None
    figures: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One run: its header and its records."""

    header: Header
    entries: Sequence[Entry]


def text_of(content: bytes, encoding: Encoding | None = None) -> str:
    """The registry as text, line ends of every kind; ParseError for binary bytes.

    Latin-1 unless its source or a byte-order mark says otherwise.
    """
    return decode(content, encoding or "latin-1")


def head_of(capture: Capture, size: int) -> str:
    """The first ``size`` bytes of the registry as text."""
    locale = replace(capture.locale, encoding=capture.locale.encoding or "latin-1")
    return head_text(replace(capture, locale=locale), size)


def is_date_line(line: str) -> bool:
    return _DATE.match(line) is not None


def is_path_line(line: str) -> bool:
    return _PATH.match(line) is not None


def read_registry(text: str) -> Iterator[Section]:
    """Every run in the file, one by one; ParseError where a line is not understood."""
    if not text.strip():
        raise ParseError("the file is empty; expected a Quantulus registry")
    _require_line_end(text)
    lines = Lines(text)
    above = _until_date(lines, ())
    while above is not None:
        header = _header(lines, above)
        entries, above = _entries(lines)
        yield Section(header, entries)


def _require_line_end(text: str) -> None:
    """The last figure may be cut in two and still read as a figure: only a line end tells."""
    if not text.endswith("\n"):
        lines = text.split("\n")
        raise ParseError(
            f"the last line {lines[-1]!r} has no line end: it was cut short or is still being "
            "written",
            line=len(lines),
        )


def _until_date(lines: Lines, kept: tuple[str, ...]) -> tuple[str, ...] | None:
    """Lines above the next date line, which is next to be popped; None at a clean end."""
    above = list(kept)
    first = lines.line
    while (line := lines.peek()) is not None and not is_date_line(line):
        lines.pop("a date line")
        if _HEAD.match(line) or _LIKE_A_RECORD.search(line):
            raise _not_understood(line, lines.line, "a date line that opens a header")
        above.append(line)
        if len(above) > _MOST_ABOVE:
            raise _not_understood(above[0], first + 1, "a date line that opens a header")
    if line is None and any(one.strip() for one in above):
        found = next(one for one in above if one.strip())
        raise _not_understood(found, first, "a record, or a date line that opens a header")
    return None if line is None else tuple(above)


def _header(lines: Lines, above: tuple[str, ...]) -> Header:
    dated = lines.pop("a date line")
    start = lines.line
    match = _DATE.match(dated)
    assert match is not None
    seen = [*above, dated]
    named: dict[str, str] = {}
    windows: tuple[str, ...] = ()
    path = None
    while INSTRUMENT not in named:
        line = lines.pop(f"{INSTRUMENT!r}, the last entry of a header")
        seen.append(line)
        if is_date_line(line) or _HEAD.match(line) or _LIKE_A_RECORD.search(line):
            raise _not_understood(line, lines.line, f"{INSTRUMENT!r} before it")
        if found := _PATH.match(line):
            path = found[1].strip()
        elif _WINDOW_HEAD.match(line):
            windows = _windows(lines, seen)
        else:
            named |= _entry_of(line)
    if path is None or not windows:
        wanted = "'*** DIRECTORY PATH :... ***'" if path is None else "'WINDOW CHANNELS MCA HALF'"
        raise ParseError(f"the header opened by {dated.strip()!r} has no {wanted}", line=start)
    return Header(start, match.groups(), path, tuple(seen), named, windows)


def _entry_of(line: str) -> dict[str, str]:
    stripped = line.strip()
    for name in _NAMED:
        if stripped.startswith(name):
            return {name: stripped.removeprefix(name).strip()}
    return {"ID": stripped.removeprefix("ID:").strip()} if stripped.startswith("ID:") else {}


def _windows(lines: Lines, seen: list[str]) -> tuple[str, ...]:
    """The eight windows as ``<from>-<to> MCA <n> HALF <n>``."""
    windows: list[str] = []
    while len(windows) < WINDOWS:
        line = lines.pop("a window such as '1  5- 320  1  1'")
        seen.append(line)
        match = _WINDOW.match(line)
        if match is None or int(match[1]) != len(windows) + 1:
            wanted = f"window {len(windows) + 1}, such as '1  5- 320  1  1'"
            raise _not_understood(line, lines.line, wanted)
        windows.append(f"{match[2]}-{match[3]} MCA {match[4]} HALF {match[5]}")
    return tuple(windows)


def _entries(lines: Lines) -> tuple[Sequence[Entry], tuple[str, ...] | None]:
    """The records up to the next header, and the lines above that header (None: the end)."""
    entries = Packing[Entry]()
    while True:
        lines.pop_blank()
        line = lines.peek()
        if line is None:
            return entries.values(), None
        if _HEAD.match(line):
            entries.append(_entry(lines))
        elif _is_heading(line) and not entries:
            lines.pop("a heading")
        else:
            return entries.values(), _until_date(lines, ())


def _is_heading(line: str) -> bool:
    """Column names above the records (never seen; they hold no figure)."""
    words = line.split()
    return bool(words) and all(word in (*META, "CPM", "COUNTS", "CPM%") for word in words)


def _entry(lines: Lines) -> Entry:
    match = _HEAD.match(lines.pop("a record"))
    assert match is not None
    start = lines.line
    cells = lines.pop(f"the line {' '.join(META)}").split()
    if len(cells) != len(META):
        found = " ".join(cells)
        raise _not_understood(found, lines.line, f"{len(META)} figures: {' '.join(META)}")
    sample, first = _first_windows(lines)
    figures = [*first, *(pair for _ in range(3) for pair in _two_windows(lines))]
    return Entry(
        start, match[1], match.groups()[1:], dict(zip(META, cells, strict=True)), sample,
        tuple(figures),
    )  # fmt: skip


def _first_windows(lines: Lines) -> tuple[str | None, list[tuple[str, str, str]]]:
    """Windows 1 and 2: a sample's name may stand before their six figures."""
    line = lines.pop("the figures of windows 1 and 2")
    words = line.split()
    if len(words) < 6:
        raise _not_understood(line, lines.line, "CPM COUNTS CPM% of two windows")
    return " ".join(words[:-6]) or None, _pair(words[-6:])


def _two_windows(lines: Lines) -> list[tuple[str, str, str]]:
    line = lines.pop("the figures of two windows")
    words = line.split()
    if len(words) != 6:
        raise _not_understood(line, lines.line, "CPM COUNTS CPM% of two windows")
    return _pair(words)


def _pair(words: list[str]) -> list[tuple[str, str, str]]:
    a, b, c, d, e, f = words
    return [(a, b, c), (d, e, f)]


def _not_understood(line: str, number: int, expected: str) -> ParseError:
    return ParseError(f"found {line.strip()[:80]!r}; expected {expected}", line=number)
