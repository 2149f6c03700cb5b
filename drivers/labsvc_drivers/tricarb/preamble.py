"""What stands above the table: the assay's definition, its count conditions and corrections.

Several ``Key: value`` pairs share a physical line, parted by two blanks or more. Some values stand
on the lines below their key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from labsvc.driver import Lines, ParseError

FIRST_LINE = "Assay Definition"
_DESCRIPTION = "Assay Description:"
_ADDITIONAL = "Additional Data Files Generated with this Protocol:"
_MOST_LINES = 2000
_HEADINGS = frozenset({FIRST_LINE, "Count Conditions", "Count Corrections"})
_WARNING = re.compile(r"^\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\s.*?:\s+Warning:\s.*\S$")
_GAP = re.compile(r"(?<!\s)\s{2,}+(?=[^\s:])")
_PAIR = re.compile(r"^([^:]+):(?:\s+(.*))?$")
_REGION = re.compile(r"^([A-Z])\s+(\S+)\s+(\S+)$")

_Values = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Preamble:
    """Printed keys with their printed values, and warning lines printed above the table."""

    values: Mapping[str, str]
    warnings: tuple[str, ...]

    def is_off(self, key: str) -> bool:
        """Whether the setting is printed as Off, or not printed at all."""
        return self.values.get(key, "Off").casefold() in {"off", "none", "n/a"}


def is_warning(line: str) -> bool:
    """``8/5/2025 6:42:02 PM:  Warning: User Has Modified Count Conditions.``"""
    return _WARNING.match(line.strip()) is not None


def is_table_header(line: str) -> bool:
    """Whether this line names the columns: one of them is ``S#``."""
    return line.startswith("S#") or "S#" in (name.strip() for name in line.split(","))


def read_preamble(lines: Lines) -> Preamble:
    """Everything up to the line that names the columns, which stays in ``lines``."""
    lines.pop_blank()
    first = lines.pop(f"{FIRST_LINE!r}")
    if first.strip() != FIRST_LINE:
        raise ParseError(f"found {first[:60]!r}; expected {FIRST_LINE!r}", line=lines.line)
    values: _Values = {}
    warnings: list[str] = []
    while not is_table_header(lines.peek() or ""):
        line = lines.pop("the line that names the columns (S#, ...)")
        if lines.line > _MOST_LINES:
            raise ParseError(
                f"no line above this one names the columns (S#, ...); expected it below an assay's "
                f"definition of some 60 lines, at most {_MOST_LINES}",
                line=lines.line,
            )
        if is_warning(line):
            warnings.append(line.strip())
        else:
            _read(line, lines, values)
    found = {key: "; ".join(several) for key, several in values.items()}
    return Preamble(found, tuple(warnings))


def _read(line: str, lines: Lines, values: _Values) -> None:
    """One line of the preamble, with the lines below that belong to it."""
    text = line.strip()
    if not text or text in _HEADINGS:
        return
    if text == _DESCRIPTION:
        _add(values, text.rstrip(":"), " ".join(_until_assay_type(lines)))
    elif text == _ADDITIONAL:
        _add(values, "Additional Data Files", "; ".join(_until_blank(lines)))
    elif text.split() == ["Regions", "LL", "UL"]:
        _read_regions(lines, values)
    else:
        _read_pairs(text, values)


def _until_assay_type(lines: Lines) -> list[str]:
    """The user's description is free text, so only the next known key ends it."""
    found = []
    while not (lines.peek() or "").startswith("Assay Type:") and lines.line <= _MOST_LINES:
        found.append(lines.pop("'Assay Type:'").strip())
    return [text for text in found if text]


def _until_blank(lines: Lines) -> list[str]:
    found = []
    while (lines.peek() or "").strip() and lines.line <= _MOST_LINES:
        found.append(" ".join(lines.pop("a line").split()))
    return found


def _read_regions(lines: Lines, values: _Values) -> None:
    """``A   0.5   18.6``: a region's lower and upper level, keV."""
    while match := _REGION.match((lines.peek() or "").strip()):
        lines.pop("a region")
        _add(values, f"Region {match[1]} LL", match[2])
        _add(values, f"Region {match[1]} UL", match[3])


def _read_pairs(text: str, values: _Values) -> None:
    for part in _parts(text):
        match = _PAIR.match(part)
        if match is None:
            _add(values, "Other lines", part)
        else:
            _add(values, match[1].strip(), (match[2] or "").strip())


def _parts(text: str) -> Iterator[str]:
    """Cut at each gap behind which the next colon ends a key: a blank, or nothing, follows it."""
    start, colon = 0, -1
    for gap in _GAP.finditer(text):
        if colon < gap.end():
            colon = text.find(":", gap.end())
        if colon < 0:
            break
        if not text[colon + 1 : colon + 2].strip():
            yield text[start : gap.start()]
            start = gap.end()
    yield text[start:]


def _add(values: _Values, key: str, value: str) -> None:
    """Keep every value; a key printed twice keeps both."""
    if value:
        values.setdefault(key, []).append(value)
