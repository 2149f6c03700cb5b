"""``charts.yaml`` of a home: guide sets that people chose, and notes of what happened when.

guides:
  - protocol: net-nisoxetine-binding
    number: "ki: imipramine"
    from: 2026-05-01
    runs: 30
    source: new membranes, compared side by side
notes:
  - {on: 2026-05-04, text: detector 3 replaced}
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field

from labsvc.core.trends.guides import CUSTOMARY, FEWEST, given
from labsvc.core.trends.notes import Note
from labsvc.core.trends.series import Guide, Observation
from labsvc.errors import ConfigError
from labsvc.service.authoring.schema import Day, Name, Sentence, Strict, checked
from labsvc.service.authoring.yamltext import Document, read_yaml

FILE = "charts.yaml"


class GuideText(Strict):
    """The guide set of one number: made of runs, or given as mean and SD."""

    protocol: Name
    number: Name
    from_day: Day | None = Field(default=None, alias="from")
    runs: Annotated[int, Field(ge=FEWEST)] | None = None
    mean: float | None = None
    sd: Annotated[float, Field(gt=0)] | None = None
    source: Sentence


class NoteText(Strict):
    """What happened on a day, to one protocol's runs or to all."""

    on: Day
    text: Name
    protocol: Name | None = None


class ChartsText(Strict):
    """The file."""

    guides: list[GuideText] = Field(default_factory=list)
    notes: list[NoteText] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class WrittenGuide:
    """From when on, and by what: the first ``runs`` accepted runs, or what is ``given``."""

    since: date | None
    runs: int
    given: Guide | None


@dataclass(frozen=True, slots=True)
class ChartBook:
    """All that a home's ``charts.yaml`` says."""

    guides: tuple[GuideText, ...] = ()
    notes: tuple[NoteText, ...] = ()

    def guide_of(self, protocol: str | None, number: str) -> WrittenGuide | None:
        """The last guide set that is written for this number; None: the customary one."""
        mine = [one for one in self.guides if (one.protocol, one.number) == (protocol, number)]
        return _guide(mine[-1]) if mine else None

    def notes_of(self, protocol: str | None) -> list[Note]:
        return [Note(one.on, one.text) for one in self.notes if one.protocol in (None, protocol)]


EMPTY = ChartBook()


def changed_ns(root: Path) -> int:
    """When the file was last changed; 0 where there is none."""
    try:
        return (root / FILE).stat().st_mtime_ns
    except OSError:
        return 0


def read_chartbook(root: Path) -> ChartBook:
    """The file in the home at ``root``; empty where there is none. ConfigError with its line."""
    path = root / FILE
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return EMPTY
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error
    document = read_yaml(content, file=FILE)
    text = checked(document, ChartsText)
    for at, one in enumerate(text.guides):
        _refuse(document, at, one)
    return ChartBook(tuple(text.guides), tuple(text.notes))


def _refuse(document: Document, at: int, one: GuideText) -> None:
    if (one.mean is None) != (one.sd is None):
        raise document.fault(("guides", at), "mean and sd go together: limits need both")
    if one.mean is not None and one.runs is not None:
        raise document.fault(
            ("guides", at, "runs"), "a guide set is given (mean, sd) or made of runs, not both"
        )


def _guide(one: GuideText) -> WrittenGuide:
    known = None
    if one.mean is not None and one.sd is not None:
        known = given(float(one.mean), float(one.sd), one.source)
    return WrittenGuide(one.from_day, one.runs or CUSTOMARY, known)


def since(
    day: date | None, series: tuple[Observation, ...]
) -> tuple[tuple[Observation, ...], tuple[str, ...]]:
    """The series from a day (UTC) on, and a remark on what was left out of it."""
    kept = tuple(one for one in series if day is None or one.at.date() >= day)
    left = len(series) - len(kept)
    if not left:
        return kept, ()
    return kept, (f"{left} runs before {day} are left out: the chart starts anew there",)
