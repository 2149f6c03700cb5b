"""labsvc runs diff."""

from __future__ import annotations

from pathlib import Path

import pytest

from labsvc.cli.rundiff import reference
from labsvc.errors import ConfigError
from labsvc.service.home import Home
from tests.bench import BINDING
from tests.cli.conftest import Labsvc


@pytest.fixture
def run(opened: Home) -> str:
    (stored,) = opened.database.results()
    return stored.run_id


@pytest.fixture
def refiled(labsvc: Labsvc, filed: Path, run: str) -> str:
    """Filed again with twice the Kd."""
    path = filed / "protocols" / f"{BINDING}.yaml"
    path.write_text(path.read_text("utf-8").replace("value: 0.8 nM", "value: 1.6 nM"), "utf-8")
    assert labsvc("runs", "refile", run, "--reason", "own Kd", "--home", filed).code == 0
    return run


def test_what_moved_between_two_revisions_is_told_with_its_factor(
    labsvc: Labsvc, filed: Path, refiled: str
) -> None:
    """Another Kd moves every Ki and the protocol's digest, and no IC50 and no count."""
    told = labsvc("runs", "diff", f"{refiled}@1", f"{refiled}@2", "--home", filed, "--json").json
    moved = {(one["section"], one["name"]): one for one in told["moved"]}
    ki = moved["curves", "imipramine: Ki"]
    ligand = (1 + 1 / 0.8) / (1 + 1 / 1.6)  # Cheng-Prusoff: [L] is 1 nM
    assert ki["factor"] == pytest.approx(ligand)
    assert ("made with", "protocol digest") in moved
    assert ("constants", "Kd of [3H]nisoxetine") in moved
    assert not [name for section, name in moved if "IC50" in name or section == "positions"]
    assert told["after"] == {"id": refiled, "revision": 2, "reason": "own Kd"}


def test_the_two_sides_are_shown_for_people(labsvc: Labsvc, filed: Path, refiled: str) -> None:
    """Both names, the reason, the value of each side and the change."""
    out = labsvc("runs", "diff", f"{refiled}@1", refiled, "--home", filed).out
    assert f"{refiled}@2: own Kd" in out
    (line,) = [line for line in out.splitlines() if " Kd of" in line]
    assert "800 pM" in line
    assert "1.6 nM" in line
    assert "2 times" in line


def test_nothing_moved_says_so(labsvc: Labsvc, filed: Path, run: str) -> None:
    """In one line; as JSON an empty list."""
    ran = labsvc("runs", "diff", run, f"{run}@1", "--home", filed)
    assert ran.out == f"nothing moved between {run}@1 and {run}@1\n"
    assert labsvc("runs", "diff", run, run, "--home", filed, "--json").json["moved"] == []


def test_a_revision_is_named_after_the_at() -> None:
    """Without it, the latest."""
    assert reference("1a2b@2") == ("1a2b", 2)
    assert reference("1a2b") == ("1a2b", None)


@pytest.mark.parametrize("text", ["1a2b@", "1a2b@two", "1a2b@-1", "1a2b@²"])
def test_a_revision_that_is_no_number_is_told(text: str) -> None:
    """Quoted, with what would do."""
    with pytest.raises(ConfigError, match="expected a number, as in 1a2b@2"):
        reference(text)


def test_a_run_only_on_one_side_is_told(labsvc: Labsvc, filed: Path, run: str) -> None:
    """Exit code 78."""
    ran = labsvc("runs", "diff", run, "ffff", "--home", filed)
    assert (ran.code, ran.out) == (78, "")
    assert "there is no run 'ffff' here" in ran.sentence
