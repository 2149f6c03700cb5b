"""What a summary tells of a real home."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from labsvc.model.filing import Alert
from labsvc.model.result import Finding, Status, Verdict
from labsvc.notify.alerts import for_trouble
from labsvc.service.alerting.summary import summarised
from labsvc.service.home import Home, open_home
from labsvc.service.watching.states import SourceState, States, write_states
from tests.bench import NOW, make_home
from tests.store.conftest import a_filing, a_result

DAY = timedelta(days=1)
FAILED = Finding("z_prime", Status.FAIL, 0.3, "at least 0.5", "Z' is 0.3.")


def home_with_runs(root: Path) -> Home:
    """Two runs of today, one of them rejected, and one of the day before yesterday."""
    home = open_home(make_home(root))
    for number, (verdict, ago) in enumerate(
        [(Verdict.ACCEPTED, 0.1), (Verdict.REJECTED, 0.2), (Verdict.ACCEPTED, 1.5)]
    ):
        findings = (FAILED,) if verdict is Verdict.REJECTED else ()
        result = a_result(f"run{number}", verdict=verdict, findings=findings, protocol="net")
        home.database.file(a_filing(f"{number}1" * 32, result, filed_at=NOW - ago * DAY,
                                    folder=f"2026/{number}"))  # fmt: skip
    return home


def summary(home: Home) -> Alert:
    return summarised(home, "daily", NOW - DAY, NOW, NOW)


def test_it_tells_of_its_time_and_of_nothing_before(tmp_path: Path) -> None:
    home = home_with_runs(tmp_path / "home")
    made = summary(home)
    home.close()
    assert "2 runs: 1 accepted, 1 rejected" in made.subject
    assert "z_prime: 1 run. Last: Z' is 0.3." in made.text
    assert "rejected" in made.text.partition("What waits for a person")[2]


def test_sources_that_are_away_and_unanswered_troubles_come_first(tmp_path: Path) -> None:
    home = home_with_runs(tmp_path / "home")
    gone = SourceState("away", NOW, "the share is not connected")
    write_states(home.root, States(NOW, True, {"microbeta-1": gone}))
    trouble = for_trouble("Disk fills", "home", "5 % left.", key="disk", advice="x", at=NOW)
    home.database.owe([trouble], NOW)
    made = summary(home)
    home.close()
    looked_at = made.text.partition("To be looked at")[2].partition("What waits")[0]
    assert "Source microbeta-1 is away: the share is not connected" in looked_at
    assert "Not acknowledged since 2026-03-02 18:00 UTC: Disk fills: home: 5 % left" in looked_at
