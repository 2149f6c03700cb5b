"""The grammar of an SNC/IPA report: five sections in one order, each with a date of its own.

    C14 IPA DATA PROCESSED - 02-Mar-2026 08:05
       C14 Eff (0-156 keV) = 91.80 %
    ...
    BKG IPA DATA PROCESSED - 02-Mar-2026 09:28
       Bkg (0-18.6 keV) = 11.42 cpm
       ...
       H3  E^2/B (1-18.6 keV)  = 279.90

Sections come minutes to an hour apart. There is no end mark; the figure that stands last says that
all have come.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from labsvc.driver import CalibrationRun, Instrument, Measure, ParseError, number
from labsvc_drivers.tricarb_2100tr.clock import TIME, moment

MARK = "IPA DATA PROCESSED"
HEADING = re.compile(rf"^(\S[^\n]*?) {MARK} - ({TIME.pattern})[ \t]*$", re.MULTILINE | re.ASCII)
MADE_OF_IT = "SNC REPORT"
_CUT_SHORT = "the calibration report was cut short or is still being sent"


@dataclass(frozen=True, slots=True)
class Figure:
    """A line of a section. ``width``: to how many characters all before `` = `` is filled up."""

    words: str
    name: str
    nuclide: str | None
    unit: str | None
    has_region: bool = True
    width: int = 0


SECTIONS = {
    "C14": (Figure("C14 Eff", "efficiency", "C14", "%"),),
    "C14 CHI SQUARE": (Figure("C14 Chi Square", "chi_square", "C14", None, has_region=False),),
    "H3": (Figure("H3 Eff", "efficiency", "H3", "%"),),
    "H3 CHI SQUARE": (Figure("H3 Chi Square", "chi_square", "H3", None, has_region=False),),
    "BKG": (
        Figure("Bkg", "background", None, "cpm", width=16),
        Figure("Bkg", "background", None, "cpm", width=16),
        Figure("C14 E^2/B", "E2_B", "C14", None, width=23),
        Figure("H3  E^2/B", "E2_B", "H3", None, width=23),
    ),
}
"""What each section holds, by the words before ``IPA DATA PROCESSED``, in the order sent."""


def has_heading(text: str) -> bool:
    """Whether a line of ``text`` is the heading of an SNC/IPA report's section."""
    return HEADING.search(text) is not None


def read_calibration(
    text: str, start: int, instrument: Instrument, *, line: int = 1
) -> tuple[CalibrationRun, int]:
    """The report whose first heading stands at ``start``, in ``line``, and where it ends.

    ParseError unless every section and figure is there, each line whole.
    """
    walk = _Walk(text, start, line)
    measures = tuple(walk.measures())
    first = measures[0]
    assert first.performed_at is not None
    run = CalibrationRun(
        run_key=f"tricarb-2100tr SNC/IPA {first.performed_at:%Y-%m-%dT%H:%M}",
        instrument=instrument,
        measures=measures,
        performed_at=first.performed_at,
        performed_at_text=first.performed_at_text,
    )
    return run, walk.at


@dataclass(slots=True)
class _Walk:
    """Walks the report line by line; ``at`` is where it stands in the text, within ``line``."""

    text: str
    at: int
    line: int

    def measures(self) -> Iterator[Measure]:
        for title, figures in SECTIONS.items():
            printed = self._heading(title)
            when = moment(printed, self.line)
            for figure in figures:
                value, region = self._figure(figure)
                yield Measure(
                    figure.name,
                    value,
                    figure.unit,
                    figure.nuclide,
                    region,
                    performed_at=when,
                    performed_at_text=printed,
                )

    def _heading(self, title: str) -> str:
        """The section's date and time as printed."""
        line = self._next(f"{title} {MARK}")
        match = HEADING.fullmatch(line)
        if match is None or match[1] != title:
            raise self._error(
                f"found {line[:60]!r}; expected the section '{title} {MARK} - date time': a part "
                "of the calibration report is missing, or it was begun again"
            )
        return match[2]

    def _figure(self, figure: Figure) -> tuple[float, str | None]:
        """The value and the window it holds for."""
        line = self._next(figure.words)
        match = re.fullmatch(_form(figure), line)
        if match is None:
            raise self._error(f"found {line[:60]!r}; expected a line such as '{_example(figure)}'")
        value = number(match["value"], line=self.line, what=figure.words)
        return value, match.groupdict().get("region")

    def _next(self, expected: str) -> str:
        """The next line that is not blank; ParseError unless it has its line end."""
        while self.text[self.at : self.at + 1] == "\n":
            self.at += 1
            self.line += 1
        end = self.text.find("\n", self.at)
        if end < 0:
            rest = self.text[self.at :]
            where = f"ends at {rest[-40:]!r} without a line end" if rest else "ends here"
            raise self._error(f"the report {where}; expected {expected!r}: {_CUT_SHORT}")
        found, self.at = self.text[self.at : end], end
        return found

    def _error(self, message: str) -> ParseError:
        return ParseError(message, line=self.line)


def _form(figure: Figure) -> str:
    """Every figure seen has two decimals, so one with fewer may have been cut."""
    words = r"\s+".join(re.escape(word) for word in figure.words.split())
    region = r"\s+\((?P<region>[^()\n]+)\)" if figure.has_region else ""
    unit = rf"\s*{re.escape(figure.unit)}" if figure.unit else ""
    return rf"\s*{words}{region}\s*=\s*(?P<value>-?\d+\.\d\d){unit}\s*"


def _example(figure: Figure) -> str:
    return written(figure, 12.34, "0-18.6 keV").strip()


def written(figure: Figure, value: float | None, region: str | None) -> str:
    """The line as the counter prints it; ValueError without its value or window."""
    if value is None or (figure.has_region and region is None):
        raise ValueError(f"this counter prints {figure.words!r} with its value and window")
    window = f" ({region})" if figure.has_region else ""
    unit = f" {figure.unit}" if figure.unit else ""
    return f"   {f'{figure.words}{window}':<{figure.width}} = {value:.2f}{unit}"
