"""labsvc runs mask."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from labsvc.service.home import Home
from labsvc.store.lock import HomeLock
from tests.cli.conftest import Labsvc


@pytest.fixture
def run(opened: Home) -> str:
    (stored,) = opened.database.results()
    return stored.run_id


@pytest.fixture
def masked(labsvc: Labsvc, filed: Path, run: str) -> str:
    ran = labsvc("runs", "mask", run, "--well", "b7", "--reason", "bubble in the tip",
                 "--by", "M. Keller", "--home", filed)  # fmt: skip
    assert ran.out.startswith(f"{run}: revision 2, ")
    return run


def shown(labsvc: Labsvc, home: Path, run: str, well: str) -> dict[str, object]:
    document = labsvc("runs", "show", run, "--home", home, "--json").json
    (point,) = [one for one in document["points"] if one["position"] == well]
    return {**document, "point": point}


def test_a_mask_is_a_new_revision_with_who_and_why(
    labsvc: Labsvc, filed: Path, masked: str
) -> None:
    """The point is left out; the first revision stays as it was."""
    latest = shown(labsvc, filed, masked, "B07")
    assert latest["reason"] == "B07 masked by M. Keller: bubble in the tip"
    assert str(latest["point"]["masked"]).startswith("bubble in the tip (masked by M. Keller on ")  # type: ignore[index]
    first = labsvc("runs", "show", masked, "--revision", "1", "--home", filed, "--json").json
    assert first["masks"] == []


def test_a_mask_is_explained_and_drawn_hollow(labsvc: Labsvc, filed: Path, masked: str) -> None:
    """In the curves' figure and on the plate map of the revision."""
    assert (
        "\nMasked by people\n  B07: bubble in the tip  (by M. Keller"
        in labsvc("runs", "explain", masked, "--home", filed).out
    )
    (curves,) = filed.rglob("revision-2/figures/curves.svg")
    assert "masked: bubble in the tip" in curves.read_text("utf-8")
    (plate,) = filed.rglob("revision-2/figures/plate.svg")
    drawn = plate.read_text("utf-8")
    assert re.search(r'data-well="B07" data-role="\w+" data-masked="yes"', drawn)


def test_a_mask_outlives_a_refile(labsvc: Labsvc, filed: Path, masked: str) -> None:
    """Whatever the run is analysed again for."""
    labsvc("runs", "refile", masked, "--reason", "another day", "--home", filed)
    latest = shown(labsvc, filed, masked, "B07")
    assert latest["revision"] == 3
    assert latest["point"]["masked"]  # type: ignore[index]


def test_unmask_takes_the_point_in_again(labsvc: Labsvc, filed: Path, masked: str) -> None:
    """A third revision, which differs from the first in nothing."""
    ran = labsvc("runs", "mask", masked, "--unmask", "--well", "B07", "--reason", "no bubble",
                 "--by", "H. Roth", "--home", filed)  # fmt: skip
    assert ran.out.startswith(f"{masked}: revision 3, ")
    assert shown(labsvc, filed, masked, "B07")["reason"] == "B07 unmasked by H. Roth: no bubble"
    moved = labsvc("runs", "diff", f"{masked}@1", masked, "--home", filed, "--json").json["moved"]
    assert moved == []


def test_what_a_mask_moved_can_be_seen(labsvc: Labsvc, filed: Path, masked: str) -> None:
    """The position, and the curve that it was on."""
    told = labsvc("runs", "diff", f"{masked}@1", masked, "--home", filed, "--json").json["moved"]
    names = {one["name"] for one in told}
    assert {"B07: masked", "B07", "imipramine: IC50"} <= names


@pytest.mark.parametrize("reason", ["", "  ", "\n"])
def test_never_without_a_reason(labsvc: Labsvc, filed: Path, run: str, reason: str) -> None:
    """An empty one is none, and no option is wrong usage."""
    ran = labsvc("runs", "mask", run, "--well", "B07", "--reason", reason, "--home", filed)
    assert ran.code == 78
    assert "the reason is empty" in ran.sentence
    assert labsvc("runs", "mask", run, "--well", "B07", "--home", filed).code == 2


def test_a_position_that_is_not_there_makes_no_revision(
    labsvc: Labsvc, filed: Path, run: str
) -> None:
    """One sentence; still the first revision."""
    ran = labsvc("runs", "mask", run, "--well", "P24", "--reason", "x", "--home", filed)
    assert (ran.code, ran.out) == (78, "")
    assert "the run has no position P24" in ran.sentence
    assert labsvc("runs", "show", run, "--home", filed, "--json").json["revision"] == 1


def test_a_running_service_is_left_alone(labsvc: Labsvc, filed: Path, run: str) -> None:
    """As with refile."""
    with HomeLock(filed):
        ran = labsvc("runs", "mask", run, "--well", "B07", "--reason", "x", "--home", filed)
    assert ran.code == 78
