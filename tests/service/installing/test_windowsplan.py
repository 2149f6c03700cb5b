"""What Windows is told of the service."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import PureWindowsPath

import pytest

from labsvc.errors import ConfigError
from labsvc.service.installing.windowsplan import RESTARTS_MS, WindowsPlan, checked

PLAN = WindowsPlan(
    home=PureWindowsPath(r"C:\ProgramData\O'Neil lab"),
    python=PureWindowsPath(r"C:\Program Files\Python311\python.exe"),
    packages=PureWindowsPath(r"C:\labsvc\.venv\Lib\site-packages"),
    environment=PureWindowsPath(r"C:\labsvc\.venv\Scripts\python.exe"),
)


def test_the_command_line_is_one_program_with_its_folders() -> None:
    """Windows cuts at double quotes and blanks: no path has such a quote, and the program none."""
    found = re.fullmatch(r'"([^"]+)" -I -c "([^"]+)"', PLAN.command_line)
    assert found is not None
    assert found[1] == str(PLAN.python)
    calls = [node for node in ast.walk(ast.parse(found[2])) if isinstance(node, ast.Call)]
    told = [[ast.literal_eval(one) for one in call.args] for call in calls]
    assert told == [[str(PLAN.packages)], [str(PLAN.home), str(PLAN.environment)]]


def test_the_account_has_no_right_but_to_the_home() -> None:
    r"""NT SERVICE\labsvc changes files below it; administrators and the system have all of it."""
    rights = PLAN.rights
    assert rights.startswith('icacls "C:\\ProgramData\\O\'Neil lab" /inheritance:r')
    assert r'"NT SERVICE\labsvc:(OI)(CI)M"' in rights
    assert "Everyone" not in rights


def test_it_is_started_again_later_and_later() -> None:
    assert list(RESTARTS_MS) == sorted(RESTARTS_MS)
    assert min(RESTARTS_MS) >= 1000


@pytest.mark.parametrize(
    ("plan", "told"),
    [
        (replace(PLAN, python=PureWindowsPath(r"C:\Users\k\Python\python.exe")), "for all users"),
        (replace(PLAN, environment=PureWindowsPath(r"c:\users\k\.venv\python.exe")), "outside of"),
        (replace(PLAN, packages=PureWindowsPath(r"C:\Users\k\Lib")), "cannot read it"),
        (replace(PLAN, home=PureWindowsPath("labsvc-home")), "must be a whole path"),
    ],
)
def test_what_windows_could_not_start_is_refused(plan: WindowsPlan, told: str) -> None:
    assert checked(PLAN) is PLAN
    with pytest.raises(ConfigError, match=told):
        checked(plan)


@pytest.mark.parametrize("account", ["LocalSystem", r"LAB\K"])
def test_who_may_read_it_is_not_kept_from_it(account: str) -> None:
    """The system, and the person it was installed for."""
    own = PureWindowsPath(r"C:\Users\k\labsvc\.venv\Scripts\python.exe")
    checked(replace(PLAN, environment=own, account=account))
