"""The systemd unit that labsvc service install writes."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path, PurePosixPath

import pytest

from labsvc.errors import ConfigError
from labsvc.service.authoring.shipped import shipped
from labsvc.service.installing.unitfile import UnitPlan, argument, quoted, unit_text
from tests.patience import PATIENCE

PROGRAM = PurePosixPath("/opt/labsvc/bin/labsvc")


def template() -> str:
    return (shipped("deploy") / "labsvc.service").read_text(encoding="utf-8")


def lines(home: str, **account: str) -> list[str]:
    return unit_text(template(), UnitPlan(PROGRAM, PurePosixPath(home), **account)).splitlines()


def test_the_shipped_unit_is_what_the_usual_installation_gets() -> None:
    """Nothing of it is lost on the way."""
    assert lines("/var/lib/labsvc") == template().splitlines()


def test_another_home_and_account_are_put_in() -> None:
    """Hardening stays; the home is the one place that may be written to."""
    made = lines("/srv/lab home", user="counter", group="lab")
    assert 'ExecStart=/opt/labsvc/bin/labsvc run --home "/srv/lab home"' in made
    assert {"User=counter", "Group=lab", 'ReadWritePaths="/srv/lab home"'} <= set(made)
    assert not [line for line in made if line.startswith("StateDirectory")]
    assert {"NoNewPrivileges=yes", "ProtectSystem=strict", "Type=notify"} <= set(made)


def test_a_home_below_var_lib_is_made_by_systemd() -> None:
    """But for one with a colon in it, behind which a link to the folder would be named."""
    assert "StateDirectory=labs/one" in lines("/var/lib/labs/one")
    assert "ReadWritePaths=/var/lib/a:b" in lines("/var/lib/a:b")


@pytest.mark.parametrize(
    ("path", "written"),
    [("/a/b", "/a/b"), ("/a b", '"/a b"'), ("/50%", '"/50%%"'), ('/"', '"/\\""'), ("/$x", '"/$x"')],
)
def test_a_path_means_itself(path: str, written: str) -> None:
    """No specifier, no variable, no end of an argument in it."""
    assert quoted(PurePosixPath(path)) == written
    assert argument(PurePosixPath(path)) == written.replace("$", "$$")


@pytest.mark.parametrize(
    ("home", "user"),
    [("home", "labsvc"), ("/a/../b", "labsvc"), ("/a\nUser=root", "labsvc"),
     ("/a", "root\nGroup=root"), ("/a", "a b"), ("/a", "")],
)  # fmt: skip
def test_what_would_be_a_line_of_its_own_is_refused(home: str, user: str) -> None:
    with pytest.raises(ConfigError, match="is no"):
        lines(home, user=user)


@pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="no systemd-analyze: units are not checked here"
)
def test_systemd_finds_no_fault_in_it(tmp_path: Path) -> None:
    """Known keys and values alone; the program itself is another matter."""
    home = PurePosixPath("/srv/50% lab")
    plan = UnitPlan(PurePosixPath("/bin/true"), home, user="root", group="root")
    (tmp_path / "labsvc.service").write_text(unit_text(template(), plan))
    ran = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / "labsvc.service")],
        capture_output=True, text=True, check=False, timeout=PATIENCE,
    )  # fmt: skip
    assert [line for line in ran.stderr.splitlines() if "labsvc.service" in line] == []
