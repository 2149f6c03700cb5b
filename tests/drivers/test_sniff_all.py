"""``labsvc driver sniff`` over every real file that is held: one claimant or none, and why.

What each file is, is told by its folder and name here, without any driver.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from labsvc.driver import Capture, Recognition
from labsvc.errors import NotRecognised
from labsvc.service.registry import Registry, load_drivers
from tests.bench import NOW

OWNER = (
    (r"tricarb_quantasmart_csv/.*\.csv", "tricarb"),
    (r"tricarb_2100tr_serial/.*\.bin", "tricarb-2100tr"),
    (r"wizard2_2470/.*\.csv", "wizard2"),
    (r"microbeta_mbw/.*/A16_\d+\.txt", "microbeta"),
    (r"topcount_nxt/.*\.(\d{3,4}|txt)", "topcount"),
    (r"hidex_300sl/.*Lu-177.*\.csv", "hidex300"),
    (r"beckman_ls6500_winconnection/.*/(MeasurementNo\d+|[SU]N\w+)\.xls", "ls6500"),
)
"""The first that fits a path tells whose it is; the others are the lab's own notes and results."""


@pytest.fixture(scope="module")
def answers(shared: Path) -> dict[str, dict[str, Any]]:
    """By path below the samples; a few calls, as one command line holds so many names only."""
    samples = shared / "formats" / "samples"
    paths = sorted(path for path in samples.rglob("*") if path.is_file())
    labsvc = str(Path(sys.executable).with_name("labsvc"))
    command = [labsvc, "driver", "sniff", "--json", *map(str, paths)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (65, "")
    documents = json.loads(ran.stdout)
    assert [one["file"] for one in documents] == [str(path) for path in paths]
    return {Path(one["file"]).relative_to(samples).as_posix(): one for one in documents}


def owner(path: str) -> str | None:
    return next((name for form, name in OWNER if re.fullmatch(form, path, re.IGNORECASE)), None)


def test_each_report_has_one_claimant_and_the_labs_own_files_have_none(
    answers: dict[str, dict[str, Any]],
) -> None:
    """Notes, worklists, copies in other formats and results are nobody's."""
    wrong = {path: one["driver"] for path, one in answers.items() if one["driver"] != owner(path)}
    assert wrong == {}
    claimed = [one["driver"] for one in answers.values() if one["driver"]]
    assert len(set(claimed)) == len(OWNER)


def test_each_claim_says_why_in_a_sentence(answers: dict[str, dict[str, Any]]) -> None:
    """And each of the other drivers says what ruled the file out."""
    for one in answers.values():
        if one["driver"]:
            said = {name: answer for name, answer in one["answers"].items()}
            assert said[one["driver"]]["why"]
            others = [answer for name, answer in said.items() if name != one["driver"]]
            assert all(not answer["claimed"] and answer["why"] for answer in others)


def test_each_refusal_names_every_driver_with_what_ruled_it_out(
    answers: dict[str, dict[str, Any]],
) -> None:
    """One line, in which each driver's reason stands with its line where there is one."""
    names = load_drivers().drivers
    for one in answers.values():
        if one["driver"] is None and "empty" not in one["error"]["message"]:
            message = one["error"]["message"]
            assert "\n" not in message
            assert all(f"{name}: " in message for name in names)


class Claiming:
    """A driver that claims everything."""

    def recognises(self, capture: Capture) -> Recognition:
        return Recognition.yes("it is here")


def test_two_claimants_are_an_error_that_names_both_and_their_reasons() -> None:
    """And what to do about it."""
    registry = Registry({"a": Claiming(), "b": Claiming()})  # type: ignore[dict-item]
    with pytest.raises(
        NotRecognised, match=r"2 drivers claim it: a \(it is here\) and b \(it is here\); name one"
    ):
        registry.claim(Capture("x", "s", NOW, b"text"))
