"""The grammar of a 2100TR's sample runs: a header line, readings run together, an end mark.

    9,0,0,tSIE/AEC,2.0,18.6,0.00,1.0,18.6,156.0,0.00,1.0,156.0,2000.0,0.00
    9,14,1,1.,3.8034,6.,4.,498.944,03-Apr-2026 14:599,14,2,1.,...,03-Apr-2026 15:019,EOP

Nothing parts one reading from the next, so each is read up to the end of its date-time, whose width
is fixed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from labsvc.driver import (
    CalibrationRun,
    Channel,
    CountRun,
    Instrument,
    ParseError,
    Program,
    Quench,
    Reading,
    Record,
    number,
    packed,
    packed_records,
)
from labsvc_drivers.tricarb_2100tr.calibration import HEADING, read_calibration
from labsvc_drivers.tricarb_2100tr.clock import TIME, moment, printed

INSTRUMENT = Instrument(vendor="Packard")
REGIONS = ("A", "B", "C")
BROKE_OFF = "broke off before EOP"
WRONG_SETTINGS = (
    "bytes that are not ASCII; the line settings may be wrong (this counter is known at "
    "1200 7E1 and at 9600 7E1, never 8N1): compare them with the counter's SYSGEN"
)

_HEADER = re.compile(r"^(\d{1,2}),0,0,([A-Za-z][^,\n]*),([-\d.,]+)$", re.MULTILINE)
_HEAD = re.compile(rf"{_HEADER.pattern}|{HEADING.pattern}", re.MULTILINE)
_READING = re.compile(rf"(\d{{1,2}}),(\d+),(\d+),([^,\n]*,){{5}}({TIME.pattern})")
_EOP = re.compile(r"(\d{1,2}),EOP(?=\s|$)")
_EOP_OR_HEADER = re.compile(r"\d,EOP|\d,0,0,[A-Za-z]")

_Run = CountRun | CalibrationRun


def has_header(text: str) -> bool:
    """Whether a line of ``text`` is the header of a sample run."""
    return _HEADER.search(text) is not None


def read_stream(text: str) -> Sequence[Record]:
    """Every run and calibration in the text, in order; ParseError unless each is whole."""
    return packed_records(_runs(text))


def _runs(text: str) -> Iterator[_Run]:
    """One by one; what follows the last of them is said in its warnings."""
    if not text.isascii():
        raise ParseError(f"found {WRONG_SETTINGS}")
    last: _Run | None = None
    start, ruler = 0, _Ruler(text)
    while (head := _HEAD.search(text, start)) is not None:
        outside = _outside(text, start, head.start())
        if last is not None:
            yield last
        run, start = _read(text, head, ruler)
        last = replace(run, warnings=outside) if outside else run
    if last is None:
        raise ParseError(
            f"found {text.strip()[:60]!r}; expected a header line such as '9,0,0,tSIE/AEC,...'",
            line=1,
        )
    after = _outside(text, start, len(text))
    yield replace(last, warnings=last.warnings + after) if after else last


@dataclass(slots=True)
class _Ruler:
    """Line numbers of places that never go back, so that each line is counted once."""

    text: str
    at: int = 0
    line: int = 1

    def line_at(self, at: int) -> int:
        self.line += self.text.count("\n", self.at, at)
        self.at = max(self.at, at)
        return self.line


def _read(text: str, head: re.Match[str], ruler: _Ruler) -> tuple[_Run, int]:
    """What begins at ``head``, a run's header or a calibration's heading, and where it ends."""
    if head[1] is None:
        return read_calibration(text, head.start(), INSTRUMENT, line=ruler.line_at(head.start()))
    body = _Body(text, head, ruler)
    return body.read(), body.at


def _outside(text: str, start: int, end: int) -> tuple[str, ...]:
    """Lines between runs, such as those a power failure leaves; never readings without a header."""
    found = [line.strip() for line in text[start:end].split("\n") if line.strip()]
    for line in found:
        if line[0].isdigit() or TIME.search(line) or "EOP" in line:
            raise ParseError(
                f"found {line[:60]!r} outside a run; expected a whole header line such as "
                f"'9,0,0,tSIE/AEC,...' before it, and EOP after it: the run {BROKE_OFF} or "
                "lost its beginning",
                line=_line(text, start),
            )
    return tuple(f"text outside a run: {line!r}" for line in found)


@dataclass(slots=True)
class _Body:
    """Walks one run from its header to its EOP; ``at`` is where it stands in the text."""

    text: str
    header: re.Match[str]
    ruler: _Ruler
    at: int = 0

    def read(self) -> CountRun:
        self.at = self.header.end()
        readings = packed(_placed(self._readings()))
        if not readings:
            raise self._error("the run ends without a reading")
        first = readings[0]
        assert first.counted_at is not None
        protocol = self.header[1]
        return CountRun(
            run_key=(
                f"tricarb-2100tr protocol {protocol} cassette {first.rack} "
                f"{first.counted_at:%Y-%m-%dT%H:%M}"
            ),
            instrument=INSTRUMENT,
            readings=readings,
            program=Program(number=protocol),
            counted_at=first.counted_at,
            counted_at_text=printed(first.counted_at),
            extras=_settings(self.header, self._line()),
        )

    def _readings(self) -> Iterator[Reading]:
        while True:
            self._skip_line_ends()
            if match := _EOP.match(self.text, self.at):
                self._same_protocol(match[1])
                self.at = match.end()
                return
            match = _READING.match(self.text, self.at)
            if match is None:
                raise self._not_a_reading()
            self._same_protocol(match[1])
            yield _reading(match, self.header[2], self._line())
            self.at = match.end()

    def _skip_line_ends(self) -> None:
        while self.text[self.at : self.at + 1] == "\n":
            self.at += 1

    def _same_protocol(self, printed: str) -> None:
        if printed != self.header[1]:
            raise self._error(
                f"found protocol {printed!r} in a run of protocol {self.header[1]!r}; two runs "
                "are mixed"
            )

    def _not_a_reading(self) -> ParseError:
        rest = self.text[self.at : self.at + 60]
        following = _EOP_OR_HEADER.search(self.text, self.at)
        if following is None or not following[0].endswith("EOP"):
            return self._error(
                f"the run {BROKE_OFF}: found {rest!r} where a reading or 'EOP' was expected; send "
                "the run again"
            )
        return self._error(
            f"found {rest!r}; expected a reading such as "
            "'9,14,1,1.,3.8034,6.,4.,498.944,03-Apr-2026 14:59', or 'EOP'"
        )

    def _line(self) -> int:
        return self.ruler.line_at(self.at)

    def _error(self, message: str) -> ParseError:
        return ParseError(message, line=self._line())


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _settings(header: re.Match[str], line: int) -> dict[str, str]:
    """Windows in keV; what the third and fourth number of a window mean is not known."""
    figures = header[3].split(",")
    if len(figures) not in {11, 12}:
        raise ParseError(
            f"found {len(figures)} numbers in the header {header[0][:80]!r}; expected 11 or 12: "
            "LL, UL and two more for each of three windows",
            line=line,
        )
    names = ("LL", "UL", "third number", "fourth number")
    keys = [f"Region {region} {name}" for region in REGIONS for name in names]
    return {
        "Header": header[0],
        "Quench Indicator": header[2],
        **dict(zip(keys, figures, strict=False)),
    }


def _reading(match: re.Match[str], indicator: str, line: int) -> Reading:
    _, rack, position, *figures = match[0].split(",")
    minutes, a, b, c, quench = (
        number(text, line=line, what=what)
        for text, what in zip(
            figures, ("the count time", "CPMA", "CPMB", "CPMC", indicator), strict=False
        )
    )
    return Reading(
        position=position,
        order=0,
        rack=rack,
        channels=tuple(
            Channel(name=region, cpm=cpm) for region, cpm in zip(REGIONS, (a, b, c), strict=True)
        ),
        live_time_s=round(minutes * 60, 6),
        counted_at=moment(match[5], line),
        quench=Quench(indicator.partition("/")[0], quench),
    )


def _placed(readings: Iterator[Reading]) -> Iterator[Reading]:
    """Order, cycle and repeat: a vial met again at once is a repeat, later the next cycle."""
    seen: set[tuple[str | None, str]] = set()
    last: Reading | None = None
    for order, reading in enumerate(readings, start=1):
        place = (reading.rack, reading.position)
        cycle, repeat = (last.cycle, 1) if last else (1, 1)
        if last is not None and place == (last.rack, last.position):
            repeat = last.repeat + 1
        elif place in seen:
            cycle += 1
            seen.clear()
        seen.add(place)
        last = reading._replace(order=order, cycle=cycle, repeat=repeat)
        yield last
