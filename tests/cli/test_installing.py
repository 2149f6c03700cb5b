"""labsvc service."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from labsvc.cli.installing import _password
from tests.cli.conftest import Labsvc


def test_the_unit_starts_this_labsvc_with_this_home(
    labsvc: Labsvc, home: Path, tmp_path: Path
) -> None:
    """Written once; the same again changes nothing."""
    unit = tmp_path / "labsvc.service"
    for _ in range(2):
        ran = labsvc("service", "install", "--home", home, "--to", unit, "--user", "counter")
        assert (ran.code, "systemctl enable --now labsvc" in ran.out) == (0, True)
    lines = unit.read_text("utf-8").replace('"', "").splitlines()  # quotes: a path with a space
    program = Path(sys.executable).parent / "labsvc"
    (start,) = [line for line in lines if line.startswith("ExecStart=")]
    assert start.startswith(f"ExecStart={program} run ")
    assert f"--home {home}" in start
    assert {"User=counter", f"ReadWritePaths={home}"} <= set(lines)


def test_an_account_that_is_not_there_yet_is_told(
    labsvc: Labsvc, home: Path, tmp_path: Path
) -> None:
    """systemd would say it at the start, in its own words."""
    said = [
        labsvc("service", "install", "--home", home, "--to", tmp_path / user, "--user", user).out
        for user in ("nobody-here", "root")
    ]
    assert ["useradd --system" in one for one in said] == [True, False]


def test_a_unit_that_differs_is_not_written_over(
    labsvc: Labsvc, home: Path, tmp_path: Path
) -> None:
    """Someone may have changed it on purpose; it can be shown, and replaced when asked."""
    unit = tmp_path / "labsvc.service"
    unit.write_text("[Service]\n")
    ran = labsvc("service", "install", "--home", home, "--to", unit)
    assert (ran.code, unit.read_text()) == (78, "[Service]\n")
    assert "--replace" in ran.sentence
    shown = labsvc("service", "install", "--home", home, "--to", "-").out
    assert labsvc("service", "install", "--home", home, "--to", unit, "--replace").code == 0
    assert unit.read_text() == shown


def test_a_place_that_cannot_be_written_says_who_could(
    labsvc: Labsvc, home: Path, tmp_path: Path
) -> None:
    ran = labsvc("service", "install", "--home", home, "--to", tmp_path / "gone" / "x.service")
    assert (ran.code, "run this as root" in ran.sentence) == (74, True)


def test_removing_is_systemds_on_linux(labsvc: Labsvc) -> None:
    ran = labsvc("service", "remove")
    assert (ran.code, "systemctl disable --now labsvc" in ran.sentence) == (78, True)


@pytest.mark.parametrize("account", [None, "LAB\\labsvc$", r"NT SERVICE\labsvc"])
def test_accounts_without_a_password_are_not_asked_for_one(account: str | None) -> None:
    """Others' comes from the environment or is typed; there is no option for it."""
    assert _password(account) is None


def test_a_password_for_the_account_is_no_argument(
    labsvc: Labsvc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABSVC_SERVICE_PASSWORD", "s3cret")
    assert _password("LAB\\counter") == "s3cret"
    assert "password" not in labsvc("service", "install", "--help").out
