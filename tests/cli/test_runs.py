"""labsvc runs ls, show, explain, refile."""

from __future__ import annotations

from pathlib import Path

import pytest

from labsvc.service.home import Home
from labsvc.store.lock import HomeLock
from tests.bench import sheet
from tests.cli.conftest import PLATE, Labsvc
from tests.cli.test_analysis import RESULT_KEYS


@pytest.fixture
def run(opened: Home) -> str:
    (stored,) = opened.database.results()
    return stored.run_id


def test_filed_runs_are_listed(labsvc: Labsvc, filed: Path, run: str) -> None:
    """The latest revision of each, as JSON and as a table."""
    (row,) = labsvc("runs", "ls", "--home", filed, "--json").json
    assert (row["id"], row["revision"], row["plate_id"]) == (run, 1, PLATE)
    assert run in labsvc("runs", "ls", "--home", filed).out


def test_a_verdict_that_is_none_is_wrong_usage(labsvc: Labsvc, filed: Path) -> None:
    """Not an empty list that looks like good news."""
    assert labsvc("runs", "ls", "--verdict", "rejected", "--home", filed, "--json").json == []
    ran = labsvc("runs", "ls", "--verdict", "bad", "--home", filed)
    assert (ran.code, ran.out) == (2, "")
    assert "rejected" in ran.err


def test_show_gives_the_contracts_document(labsvc: Labsvc, filed: Path, run: str) -> None:
    """By the beginning of its id; the raw file's path leads to its bytes."""
    document = labsvc("runs", "show", run[:6], "--home", filed, "--json").json
    assert set(document) >= RESULT_KEYS
    assert (document["id"], document["revision"]) == (run, 1)
    assert Path(document["raw"][0]["path"]).is_file()
    assert Path(document["report"]).is_file()


def test_show_and_explain_for_people(labsvc: Labsvc, filed: Path, run: str) -> None:
    """Explain has every number's origin."""
    assert f"{run}  " in labsvc("runs", "show", run, "--home", filed).out
    told = labsvc("runs", "explain", run, "--home", filed).out
    for heading in ("Where it came from", "Why this protocol and run sheet", "Bench steps",
                    "Constants", "How the counts were reduced", "Curves", "Checks"):  # fmt: skip
        assert f"\n{heading}\n" in told
    assert "Ki = " in told
    assert labsvc("runs", "explain", run, "--home", filed, "--json").json["id"] == run


@pytest.mark.parametrize("command", ["show", "explain"])
def test_a_run_that_is_not_there_is_told(labsvc: Labsvc, filed: Path, command: str) -> None:
    """Exit code 78, and where to look."""
    ran = labsvc("runs", command, "ffff", "--home", filed)
    assert (ran.code, ran.out) == (78, "")
    assert ran.sentence == "labsvc: there is no run 'ffff' here; see: labsvc runs ls"


def test_a_revision_that_is_not_there_is_told(labsvc: Labsvc, filed: Path, run: str) -> None:
    """The run is; that revision is not."""
    ran = labsvc("runs", "show", run, "--revision", "9", "--home", filed)
    assert ran.sentence.startswith(f"labsvc: there is no revision 9 of run '{run}' here")


def test_refile_makes_a_new_revision_with_its_reason(labsvc: Labsvc, filed: Path, run: str) -> None:
    """From the corrected run sheet; the first revision can still be shown."""
    (filed / "runsheets" / f"{PLATE}.yaml").write_bytes(sheet(PLATE).replace(b"Keller", b"Osei"))
    ran = labsvc("runs", "refile", run, "--reason", "corrected run sheet", "--home", filed)
    assert ran.out.startswith(f"{run}: revision 2, ")
    latest = labsvc("runs", "show", run, "--home", filed, "--json").json
    assert (latest["revision"], latest["reason"]) == (2, "corrected run sheet")
    assert latest["operator"] == "M. Osei"
    first = labsvc("runs", "show", run, "--revision", "1", "--home", filed, "--json").json
    assert first["operator"] == "M. Keller"
    assert Path(latest["raw"][0]["path"]).is_file()


def test_refile_leaves_a_running_service_alone(labsvc: Labsvc, filed: Path, run: str) -> None:
    """One labsvc to a home: told with the process number, exit code 78."""
    with HomeLock(filed):
        ran = labsvc("runs", "refile", run, "--reason", "x", "--home", filed)
    assert ran.code == 78
    assert "is running on this home" in ran.sentence


def test_refile_needs_a_reason(labsvc: Labsvc, filed: Path, run: str) -> None:
    """Wrong usage without."""
    assert labsvc("runs", "refile", run, "--home", filed).code == 2


def test_altered_raw_bytes_are_not_analysed_again(labsvc: Labsvc, filed: Path, run: str) -> None:
    """Exit code 74, one sentence that names the file."""
    (raw,) = (filed / "archive").rglob("raw/*")
    raw.write_bytes(b"altered")
    ran = labsvc("runs", "refile", run, "--reason", "x", "--home", filed)
    assert (ran.code, ran.out) == (74, "")
    assert str(raw) in ran.sentence


def test_more_rows_than_a_database_counts_are_refused(labsvc: Labsvc) -> None:
    """In a sentence, before it is asked."""
    ran = labsvc("runs", "ls", "--limit", 10**30)
    assert ran.code == 2
    assert "1000000" in ran.err
