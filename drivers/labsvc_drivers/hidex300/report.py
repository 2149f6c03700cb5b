"""The grammar of the full export: a header, then one block a counted vial; no end mark.

    <title>                                          Sample start
    Start Time 8:40:58                               Samp.;1            keys and values
    - ROI1 Free Channel Limits ...                   ...
    Counting type: Low                               Spectrum:;Alpha;...  1024 channels below
    (blocks)                                         Alpha:               32 lines of 64 figures

The spectra are counted and looked through, and not kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from labsvc.driver import ParseError

START = "Sample start"
FIRST_KEY = "Samp."
SPECTRUM, MATRIX = "Spectrum:", "Alpha:"
CHANNELS = 1024
MATRIX_LINES, MATRIX_FIGURES = 32, 64
_HEAD = 65_536  # characters
_ROI = re.compile(r"^- *(ROI\d+) +(.*)$")
_CHANNEL_STARTS = tuple(f"{number};" for number in range(1, CHANNELS + 1))
_AGAIN = "the file was cut short, edited or damaged: export it again"


@dataclass(frozen=True, slots=True)
class Header:
    """What stands before the first block. ``rois`` by name; ``remarks`` is what is not known."""

    title: str
    start_time: str | None
    counting_type: str | None
    rois: Mapping[str, str]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """One vial counted once: cells, as printed, by key. ``line`` is that of 'Sample start'."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Report:
    """The whole file, nothing interpreted."""

    header: Header
    blocks: tuple[Block, ...]


def read_report(text: str) -> Report:
    """The export in ``text``; ParseError unless every block is whole."""
    if not text.strip():
        raise ParseError("the file is empty; expected a Hidex export. Export it again")
    if START not in text[:_HEAD]:
        raise _no_block(text.count("\n") + 1)
    lines = text.rstrip("\n").split("\n")
    start = _first_block(lines)
    header = _header(lines[:start])
    blocks: list[Block] = []
    while start < len(lines):
        block, start = _block(lines, start)
        blocks.append(block)
    return Report(header, tuple(blocks))


def _first_block(lines: Sequence[str]) -> int:
    if START not in lines:
        raise _no_block(len(lines))
    return lines.index(START)


def _no_block(line: int) -> ParseError:
    return ParseError(
        f"found no line {START!r}; expected one for each counted vial; {_AGAIN}", line=line
    )


def _header(lines: Sequence[str]) -> Header:
    start_time = counting_type = None
    rois: dict[str, str] = {}
    remarks: list[str] = []
    for line in lines[1:]:
        if line.startswith("Start Time "):
            start_time = line.removeprefix("Start Time ").strip()
        elif line.startswith("Counting type:"):
            counting_type = line.removeprefix("Counting type:").strip()
        elif match := _ROI.match(line):
            rois[match[1]] = match[2].strip()
        elif line.strip():
            remarks.append(line)
    title = lines[0].strip() if lines else ""
    return Header(title, start_time, counting_type, rois, tuple(remarks))


def _block(lines: Sequence[str], start: int) -> tuple[Block, int]:
    """The block whose 'Sample start' should be ``lines[start]``, and the index after it."""
    _exactly(lines, start, START)
    cells, at = _cells(lines, start + 1)
    names = lines[at].split(";")
    _check_rows(lines, at + 1, CHANNELS, len(names), "spectrum")
    at += 1 + CHANNELS
    _exactly(lines, at, MATRIX)
    _check_rows(lines, at + 1, MATRIX_LINES, MATRIX_FIGURES, "matrix")
    return Block(start + 1, cells), at + 1 + MATRIX_LINES


def _cells(lines: Sequence[str], at: int) -> tuple[dict[str, str], int]:
    """Keys and values down to the line of the spectrum's names, and that line's index."""
    cells: dict[str, str] = {}
    for index in range(at, len(lines)):
        key, separator, value = lines[index].partition(";")
        if key == SPECTRUM:
            return cells, index
        if not separator or ";" in value or not key.strip():
            raise ParseError(
                f"found {lines[index]!r}; expected a line 'key;value' or {SPECTRUM!r}; {_AGAIN}",
                line=index + 1,
            )
        if key in cells:
            raise ParseError(f"the key {key!r} stands twice in one block; {_AGAIN}", line=index + 1)
        cells[key] = value.strip()
    raise _cut(lines, f"a line 'key;value' or {SPECTRUM!r}")


def _check_rows(lines: Sequence[str], at: int, count: int, width: int, what: str) -> None:
    """``count`` lines of ``width`` whole numbers; those of a spectrum are numbered from 1."""
    rows = lines[at : at + count]
    if len(rows) < count:
        raise _cut(lines, f"{count} lines of the {what} and found {len(rows)}")
    row = re.compile(rf"\d+(?:;\d+){{{width - 1}}}", re.ASCII)
    starts = _CHANNEL_STARTS if what == "spectrum" else ("",) * count
    if all(map(row.fullmatch, rows)) and all(map(str.startswith, rows, starts)):
        return
    for index, line in enumerate(rows):
        if not row.fullmatch(line) or not line.startswith(starts[index]):
            raise ParseError(
                f"found {line[:80]!r}; expected line {index + 1} of the {count} of the {what}, "
                f"{width} whole numbers with ';' between; {_AGAIN}",
                line=at + index + 1,
            )


def _exactly(lines: Sequence[str], at: int, expected: str) -> None:
    if at >= len(lines):
        raise _cut(lines, repr(expected))
    if lines[at].strip() != expected:
        raise ParseError(f"found {lines[at][:80]!r}; expected {expected!r}; {_AGAIN}", line=at + 1)


def _cut(lines: Sequence[str], expected: str) -> ParseError:
    return ParseError(
        f"the report ends here; expected {expected}. It was cut short or is still being written",
        line=len(lines),
    )
