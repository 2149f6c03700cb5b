"""What Windows is told of the service: its command line, its account, what to do when it dies.

Windows starts Python itself, not pywin32's pythonservice.exe, which does not find the packages of a
virtual environment; and the Python below the environment, not the environment's own python.exe,
which starts another process that Windows then does not know as the service.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import PureWindowsPath
from typing import Final

from labsvc.errors import ConfigError

NAME: Final = "labsvc"
TITLE: Final = "labsvc: from the scintillation counter to a filed, judged result"
OWN_ACCOUNT: Final = rf"NT SERVICE\{NAME}"
"""Made by Windows with the service, has no password and no rights but those it is given."""
RESET_SECONDS: Final = 24 * 3600
RESTARTS_MS: Final = (10_000, 60_000, 300_000)
"""After the first, the second and every further end within ``RESET_SECONDS``."""


@dataclass(frozen=True, slots=True)
class WindowsPlan:
    """``python``: the base interpreter. ``packages``: where labsvc is. ``environment``: the
    python.exe that child processes are started with.
    """

    home: PureWindowsPath
    python: PureWindowsPath
    packages: PureWindowsPath
    environment: PureWindowsPath
    account: str = OWN_ACCOUNT

    @property
    def command_line(self) -> str:
        """As Windows starts it. ``-I``: no folder and no variable of anybody's is looked into."""
        program = (
            f"import site; site.addsitedir({_text(self.packages)}); "
            "from labsvc.service.installing.windowshost import main; "
            f"main({_text(self.home)}, {_text(self.environment)})"
        )
        return subprocess.list2cmdline([str(self.python), "-I", "-c", program])

    @property
    def rights(self) -> str:
        """The command that lets the account, and administrators, into the home and nobody else."""
        grants = [f"{self.account}:(OI)(CI)M", "*S-1-5-32-544:(OI)(CI)F", "*S-1-5-18:(OI)(CI)F"]
        told = [part for grant in grants for part in ("/grant:r", grant)]
        return subprocess.list2cmdline(["icacls", str(self.home), "/inheritance:r", *told])


def checked(plan: WindowsPlan) -> WindowsPlan:
    """The plan; ConfigError when Windows could not start it."""
    for one in (plan.python, plan.environment, plan.packages):
        if not _may_read(plan.account, one):
            raise ConfigError(
                f"{one} belongs to one person only, and the account of the service "
                f"({plan.account}) cannot read it: install Python for all users, and labsvc in a "
                r"folder outside of C:\Users, such as C:\labsvc"
            )
    if not plan.home.is_absolute():
        raise ConfigError(f"the home {plan.home} must be a whole path, with its drive")
    return plan


def _may_read(account: str, path: PureWindowsPath) -> bool:
    """False below the folder of somebody else: Windows keeps it from all but that person."""
    parts = [part.lower() for part in path.parts]
    if parts[1:2] != ["users"] or account == "LocalSystem":
        return True
    return parts[2:3] == [account.rpartition("\\")[2].lower()]


def _text(path: PureWindowsPath) -> str:
    """A path as text in a Python program, without the double quotes that Windows cuts at."""
    text = str(path).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{text}'"
