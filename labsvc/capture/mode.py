"""How a folder is watched: with the system's events as hints, or by looking alone.

Events tell only of what this machine writes. On a share the counter's computer writes, so there is
none to wait for; containers and virtual machines pass folders through in ways that tell nothing
either. A wrong guess here costs time, never a file: every folder is looked through in any case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Watch = Literal["auto", "native", "poll"]

_LOCAL: Final = frozenset({
    "apfs", "bcachefs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "hfs", "jfs", "ntfs3",
    "overlay", "ramfs", "reiserfs", "tmpfs", "xfs", "zfs",
})  # fmt: skip
"""Kinds of which the system tells every change, and where a folder's time changes with it."""
_ELSEWHERE: Final = frozenset({
    "9p", "acfs", "afs", "autofs", "beegfs", "ceph", "cifs", "coda", "drvfs", "fuseblk", "gfs2",
    "glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "orangefs", "prl_fs",
    "smb2", "smb3", "smbfs", "vboxsf", "virtiofs", "vmhgfs",
})  # fmt: skip
"""Kinds whose files others write: servers, other machines, the host of a virtual one."""


@dataclass(frozen=True, slots=True)
class Mode:
    """``events``: hints are asked for. ``relied``: the folder's own time shows new names in it.

    ``why`` says how that was found, to end a sentence with.
    """

    events: bool
    relied: bool
    why: str


def mode_of(watch: Watch, kind: str | None) -> Mode:
    """For what the settings say and the ``kind`` of file system (None: it could not be told)."""
    local = kind in _LOCAL
    if watch == "poll":
        return Mode(False, local, "as the settings say")
    if watch == "native":
        return Mode(True, local, "as the settings say")
    if kind is None:
        return Mode(True, False, "its file system could not be told")
    if _is_elsewhere(kind):
        return Mode(False, False, f"on {kind} others write, and the system tells nothing of it")
    if local:
        return Mode(True, True, f"{kind} is local")
    return Mode(True, False, f"{kind} is taken for local")


def _is_elsewhere(kind: str) -> bool:
    return kind in _ELSEWHERE or kind == "fuse" or kind.startswith(("fuse.", "a "))
