"""The systemd unit for a home and an account: the shipped one with these put in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from labsvc.errors import ConfigError

STATE: Final = PurePosixPath("/var/lib")
"""Below it systemd makes the folder itself (StateDirectory=)."""
_ACCOUNT: Final = re.compile(r"[a-z_][a-z0-9_-]{0,30}\$?")
_SIMPLE: Final = re.compile(r"[\w./+,:=-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class UnitPlan:
    """``program`` and ``home`` are whole paths; the account must be there already."""

    program: PurePosixPath
    home: PurePosixPath
    user: str = "labsvc"
    group: str = "labsvc"


def unit_text(template: str, plan: UnitPlan) -> str:
    """The shipped unit with the plan in it; what it says beside is kept. ConfigError for a plan
    that no unit can say.
    """
    for name in (plan.user, plan.group):
        if not _ACCOUNT.fullmatch(name):
            raise ConfigError(f"{name!r} is no name of an account or a group")
    for path in (plan.program, plan.home):
        if not path.is_absolute() or ".." in path.parts or not str(path).isprintable():
            raise ConfigError(f"{str(path)!r} is no whole path that a unit can name")
    return "".join(f"{line}\n" for line in _lines(template, plan))


def _lines(template: str, plan: UnitPlan) -> Iterator[str]:
    ours = {"User": plan.user, "Group": plan.group}
    for line in template.splitlines():
        key, equals, value = line.partition("=")
        if not equals:
            yield line
        elif key == "ExecStart":
            yield f"ExecStart={argument(plan.program)} {_arguments(value, plan.home)}"
        elif key == "StateDirectory":
            yield from _place(plan.home)
        elif key == "StateDirectoryMode" and not _below_state(plan.home):
            continue
        else:
            yield f"{key}={ours.get(key, value)}"


def _arguments(value: str, home: PurePosixPath) -> str:
    """What follows the program in the shipped line, with another home in it."""
    _, _, arguments = value.partition(" ")
    before, option, after = arguments.partition("--home ")
    rest = after.partition(" ")[2]
    return f"{before}{option}{argument(home)} {rest}".rstrip()


def _place(home: PurePosixPath) -> Iterator[str]:
    """The only place that the service may write to."""
    if _below_state(home):
        yield f"StateDirectory={quoted(home.relative_to(STATE))}"
    else:
        yield f"ReadWritePaths={quoted(home)}"


def _below_state(home: PurePosixPath) -> bool:
    """Whether systemd is to make it; there a colon would mean a link to it (systemd.exec)."""
    return STATE in home.parents and ":" not in str(home)


def argument(path: PurePosixPath) -> str:
    """In a command line ``$`` stands for a variable, too."""
    return quoted(path).replace("$", "$$")


def quoted(path: PurePosixPath) -> str:
    """As a unit writes it: ``%`` stands for itself, and a blank ends nothing."""
    text = str(path).replace("%", "%%")
    if _SIMPLE.fullmatch(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
