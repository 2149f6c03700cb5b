"""charts.yaml: guide sets that people chose, and notes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from labsvc.core.trends.notes import Note
from labsvc.errors import ConfigError
from labsvc.service.trends.chartbook import EMPTY, changed_ns, read_chartbook, since
from tests.core.trends.charted import daily

TEXT = """\
guides:
  - {protocol: net, number: "ki: imipramine", from: 2026-01-03, runs: 30, source: new membranes}
  - {protocol: net, number: z_prime, mean: 0.8, sd: 0.05, source: the year before}
notes:
  - {on: 2026-01-04, text: detector 3 replaced}
  - {on: 2026-02-01, text: new room, protocol: uptake}
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "charts.yaml").write_text(TEXT, encoding="utf-8")
    return tmp_path


def test_a_home_without_the_file_has_nothing_of_the_kind(tmp_path: Path) -> None:
    assert read_chartbook(tmp_path) == EMPTY
    assert changed_ns(tmp_path) == 0


def test_a_guide_set_is_of_one_number_of_one_protocol(home: Path) -> None:
    """Made of runs from a day on, or given."""
    book = read_chartbook(home)
    ki, z_prime = book.guide_of("net", "ki: imipramine"), book.guide_of("net", "z_prime")
    assert ki is not None
    assert (ki.since, ki.runs, ki.given) == (date(2026, 1, 3), 30, None)
    assert z_prime is not None
    assert z_prime.given is not None
    assert (z_prime.given.mean, z_prime.given.source) == (0.8, "the year before")
    assert book.guide_of("dat", "z_prime") is None
    assert changed_ns(home) > 0


def test_notes_are_of_all_protocols_unless_one_is_named(home: Path) -> None:
    book = read_chartbook(home)
    assert book.notes_of("net") == [Note(date(2026, 1, 4), "detector 3 replaced")]
    assert len(book.notes_of("uptake")) == 2


def test_what_came_before_the_day_is_left_out_and_told() -> None:
    series = daily([1.0, 2.0, 3.0])
    kept, told = since(date(2026, 1, 3), series)
    assert kept == series[2:]
    assert told == ("2 runs before 2026-01-03 are left out: the chart starts anew there",)
    assert since(None, series) == (series, ())


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        (", sd: 0.05", "", "yaml:3: mean and sd go together"),
        ("sd: 0.05", "sd: 0.05, runs: 20", "yaml:3: a guide set is given"),
        ("sd: 0.05", "sd: 0", "yaml:3"),
        ("runs: 30", "runs: 3", "yaml:2"),
        ("source: new membranes", "because: x", "yaml:2"),
        ("on: 2026-01-04", "on: tomorrow", "yaml:5"),
        ("notes:", "note:", "did you mean 'notes'"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence_with_its_line(
    home: Path, written: str, instead: str, said: str
) -> None:
    assert written in TEXT
    (home / "charts.yaml").write_text(TEXT.replace(written, instead), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_chartbook(home)
    assert said in str(caught.value)


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    (tmp_path / "charts.yaml").mkdir()
    with pytest.raises(ConfigError, match="cannot be read"):
        read_chartbook(tmp_path)
