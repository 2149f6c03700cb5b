"""Who else on this machine may look into a home: nobody, unless its folder is opened to a group."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import Final

from labsvc.errors import StoreError
from labsvc.notify.mail import SMTPS_PORT

OURS_ALONE: Final = 0o700
_OTHERS: Final = 0o007
_GROUP: Final = 0o070
_THIS_MACHINE: Final = ("localhost", "127.0.0.1", "::1")


def keep_from_others(root: Path) -> None:
    """Whatever this process makes from now on is open to nobody else, and to the group only as far
    as the home itself is. On Windows the rights of the folder above decide: nothing is done, nor
    where there is no home.
    """
    if sys.platform == "win32" or not root.is_dir():
        return
    closed = _OTHERS | (_GROUP & ~_mode(root))
    os.umask(os.umask(closed) | closed)


def open_to_others(root: Path) -> str | None:
    """The sentence about a home that everybody can enter or change; None: it is closed."""
    if sys.platform == "win32" or not _mode(root) & _OTHERS:
        return None
    return (
        f"the home {root} is open to every account of this machine: results and names are in it; "
        f"close it with: chmod o-rwx {root}"
    )


def told_in_clear(host: str, port: int, *, starttls: bool, login: bool) -> str | None:
    """The sentence about a mail password that everybody on the way can read; None: nobody can."""
    encrypted = starttls or port == SMTPS_PORT
    if encrypted or not login or host in _THIS_MACHINE:
        return None
    return (
        f"the mail password is sent to {host} without encryption, because of starttls: false; "
        "take that line out, or use port 465"
    )


def make_ours(root: Path) -> None:
    """Make the folder of a new home, for nobody else. One that is there keeps its rights."""
    if root.exists():
        return
    root.mkdir(mode=OURS_ALONE, parents=True)


def _mode(root: Path) -> int:
    try:
        return stat.S_IMODE(root.stat().st_mode)
    except OSError as error:
        raise StoreError(f"the home {root} cannot be looked at: {error.strerror}") from error
