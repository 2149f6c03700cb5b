"""labsvc runs use."""

from __future__ import annotations

from pathlib import Path

import pytest

from labsvc.service.home import open_home
from tests.bench import BINDING, bench, open_bench, report, report_name
from tests.cli.conftest import PLATE, Labsvc

STRANGE = b'program: {name: "*NEVER*"}'


@pytest.fixture
def unknown(tmp_path: Path) -> Path:
    """A home whose protocol does not recognise the run that is held in it."""
    root = tmp_path / "home"
    with bench(root) as lab:
        file = lab.home.protocols / f"{BINDING}.yaml"
        text = file.read_bytes()
        begins = text.index(b"program: {")
        file.write_bytes(text[:begins] + STRANGE + text[text.index(b"}", begins) + 1 :])
        lab.lay_sheet(PLATE)
        lab.sees(report_name(PLATE), report(PLATE))
    return root


def held(labsvc: Labsvc, home: Path) -> str:
    (row,) = labsvc("runs", "ls", "--home", home, "--json").json
    assert row["verdict"] == "held"
    return str(row["id"])


def test_the_rule_is_written_and_releases_the_run(labsvc: Labsvc, unknown: Path) -> None:
    """By itself, when the service looks; explain tells whose rule it was."""
    run = held(labsvc, unknown)
    ran = labsvc("runs", "use", run, BINDING, "--by", "A. Miller", "--home", unknown)
    (file,) = (unknown / "rules").iterdir()
    assert ran.out.startswith(f"{file}\n\n# Written by labsvc runs use.")
    home = open_home(unknown)
    open_bench(home).work()
    home.close()
    told = labsvc("runs", "explain", run, "--home", unknown).out
    assert "REVIEW" in told or "ACCEPTED" in told
    assert f"  taken: {BINDING}: always used, as A. Miller said on " in told


def test_a_second_rule_for_the_same_runs_is_refused(labsvc: Labsvc, unknown: Path) -> None:
    """Whichever protocol it names; the first one stands."""
    run = held(labsvc, unknown)
    assert labsvc("runs", "use", run, BINDING, "--by", "A", "--home", unknown).code == 0
    again = labsvc("runs", "use", run, BINDING, "--by", "B", "--home", unknown)
    assert again.code == 78
    assert f"{BINDING} is always used for such runs already, as A said on" in again.sentence
    assert len(list((unknown / "rules").iterdir())) == 1


def test_a_protocol_that_is_not_there_is_told_with_the_nearest(
    labsvc: Labsvc, unknown: Path
) -> None:
    """And no rule is written."""
    ran = labsvc("runs", "use", held(labsvc, unknown), BINDING[:-1], "--home", unknown)
    assert ran.code == 78
    assert f"did you mean '{BINDING}'?" in ran.sentence
    assert not (unknown / "rules").exists()
