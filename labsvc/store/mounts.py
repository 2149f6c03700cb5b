"""On what kind of file system a path lies: SQLite's write-ahead log is not safe on a share."""

from __future__ import annotations

import ctypes
import re
import sys
from pathlib import Path

MOUNTS = Path("/proc/self/mounts")
_NATIVE = {"nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "ncpfs", "afs", "ceph", "lustre"}
_FUSE = {"fuse.davfs2", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs"}
UNC, MAPPED = "a UNC path", "a mapped drive"
_NETWORK = _NATIVE | _FUSE | {UNC, MAPPED}
_REMOTE = 4
"""DRIVE_REMOTE of winbase.h."""


def network_filesystem(path: Path, mounts: Path = MOUNTS) -> str | None:
    """The kind of network file system ``path`` lies on (``cifs``); None: local, or not known."""
    kind = filesystem(path, mounts)
    return kind if kind in _NETWORK else None


def filesystem(path: Path, mounts: Path = MOUNTS) -> str | None:
    """The kind of file system ``path`` lies on, or will lie on (``ext4``); None: not known.

    ``mounts`` is the kernel's table: device, mount point, kind, ... by spaces. Windows has none,
    but there a share shows in the path itself, or in the kind of its drive.
    """
    if str(path).startswith(("\\\\", "//")):
        return UNC
    if sys.platform == "win32":
        return MAPPED if _drive_type(path) == _REMOTE else None
    try:
        table = mounts.read_text("utf-8", "surrogateescape")
    except OSError:
        return None
    resolved = path.resolve()
    kind, depth = "", 0
    for line in table.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = Path(_plain(fields[1]))
        # Later lines lie over earlier ones: the last of the deepest is the one in use.
        if resolved.is_relative_to(point) and len(point.parts) >= depth:
            kind, depth = fields[2], len(point.parts)
    return kind or None


def _drive_type(path: Path) -> int:
    """What Windows says of the drive that ``path`` is on: GetDriveTypeW."""
    if sys.platform != "win32":
        return 0
    return int(ctypes.windll.kernel32.GetDriveTypeW(path.absolute().anchor))


def _plain(escaped: str) -> str:
    """The kernel writes a space in a mount point as ``\\040``."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), escaped)
