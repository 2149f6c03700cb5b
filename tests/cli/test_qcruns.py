"""labsvc qc repeat and labsvc qc twins."""

from __future__ import annotations

from pathlib import Path

from labsvc.cli.qcruns import repeat_lines
from labsvc.core.qc.repeatability import differing, repeated
from labsvc.service.home import Home
from labsvc.service.trends.repeats import Repeated
from tests.cli.conftest import Labsvc


def lines(*ratios: float) -> str:
    found = repeated([(1.0, ratio) for ratio in ratios])
    return "\n".join(repeat_lines(Repeated("a", "b", "ki", ("x",) * len(ratios), found)))


def test_what_repeats_is_said_to_be_within_the_limits() -> None:
    """And few compounds are said to be few."""
    said = lines(1.0, 1.1, 0.9, 1.05)
    assert "Ki of 4 compounds in runs a and b" in said
    assert "(below 3)" in said
    assert "(within 0.33 to 3)" in said
    assert "4 compounds are few" in said


def test_what_does_not_repeat_is_said_loudly() -> None:
    said = lines(*[1.0, 5.0, 0.2] * 10)
    assert "(NOT below 3)" in said
    assert "(NOT within 0.33 to 3)" in said
    assert "few" not in said


def test_two_screens_are_told_in_percent() -> None:
    """An MSD and no ratio: an inhibition of 0 % has none."""
    found = differing([(0.0, 0.0), (50.0, 60.0), (90.0, 110.0)])
    both = Repeated("a", "b", "percent_inhibition", ("x", "y", "z"), found)
    said = "\n".join(repeat_lines(both))
    assert "Inhibition by 3 compounds in runs a and b" in said
    assert "MSD 20 %" in said
    assert "within \u221210 to 30 %" in said
    assert "3 compounds are few" in said


def test_a_run_repeats_itself_exactly(labsvc: Labsvc, filed: Path, opened: Home) -> None:
    """Four compounds; MSR 1."""
    (stored,) = opened.database.results()
    run = stored.run_id
    found = labsvc("qc", "repeat", run, run, "--home", filed, "--json").json
    assert (found["msr"], found["number"], len(found["compounds"])) == (1.0, "ki", 4)
    assert "MSR 1" in labsvc("qc", "repeat", run, run, "--home", filed).out


def test_one_run_has_no_twin(labsvc: Labsvc, filed: Path) -> None:
    assert labsvc("qc", "twins", "--home", filed).out == "No twins among 1 runs.\n"
    assert labsvc("qc", "twins", "--home", filed, "--json").json == []
