"""Drive letters and shares, as a Windows service sees them.

A mapped letter belongs to the person who logged on: a service has a session of its own, in which
the letter is not there, or is another share. So a service names shares as ``\\\\server\\share``,
and a letter that is not a disk of this machine is refused before it starts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import PureWindowsPath
from typing import Final

from labsvc.errors import ConfigError

# What GetDriveTypeW answers (fileapi.h).
NO_SUCH_DRIVE: Final = 1
REMOTE: Final = 4

DriveType = Callable[[str], int]
"""Of a root such as ``C:\\``."""
ShareOf = Callable[[str], str | None]
"""What a letter such as ``Z:`` is mapped to here; None: nobody knows."""


def refuse_mapped(
    folders: Mapping[str, str], drive_type: DriveType, share_of: ShareOf = lambda letter: None
) -> None:
    """ConfigError for the first folder (name to path) on a letter that a service does not have."""
    for name, folder in folders.items():
        drive = PureWindowsPath(folder).drive
        if is_share(folder) or not drive:
            continue
        kind = drive_type(f"{drive}\\")
        if kind in (REMOTE, NO_SUCH_DRIVE):
            raise ConfigError(_sentence(name, folder, drive, kind, share_of(drive)))


def refuse_shared_home(home: str, drive_type: DriveType) -> None:
    """ConfigError for a home that is not on a disk of this machine: its database would be lost."""
    drive = PureWindowsPath(home).drive
    if is_share(home) or drive_type(f"{drive}\\") == REMOTE:
        raise ConfigError(
            f"the home {home} lies on a share; it must be on a disk of this machine, such as "
            r"C:\ProgramData\labsvc. The folder of a source may be a share"
        )


def is_share(folder: str) -> bool:
    r"""Whether it is ``\\server\share\...``, also in its long form ``\\?\UNC\server\share``."""
    drive = PureWindowsPath(folder).drive
    if drive.startswith("\\\\?\\") and not drive.upper().startswith("\\\\?\\UNC\\"):
        return False
    return drive.startswith("\\\\")


def _sentence(name: str, folder: str, drive: str, kind: int, share: str | None) -> str:
    below = folder[len(drive) :].lstrip("\\/")
    instead = f"{share}\\{below}" if share else rf"\\server\share\{below}"
    what = "is a mapped drive" if kind == REMOTE else "is no drive of this machine"
    return (
        f"{name}: {folder} is on {drive}, which {what}; a Windows service does not see mapped "
        f"drives. Write the share itself in labsvc.yaml: {instead}"
    )
