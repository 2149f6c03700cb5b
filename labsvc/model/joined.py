"""Several files that make one run, joined to one: a plain ZIP that anyone can open.

    labsvc-parts.json   the first member: of each part its own name, its member, size and SHA-256
    <part> ...          the bytes of each part, as they were; nothing is compressed

The same parts give the same bytes, wherever and in whatever order they were found: so the SHA-256
of the whole is what it is known by, as that of any other capture.
"""

from __future__ import annotations

import hashlib
import json
import struct
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final

PARTS: Final = "labsvc-parts.json"
_LOCAL_HEADER: Final = b"PK\x03\x04"
_NAME_AT: Final = 30
_LONGEST_NAME: Final = 120
# A RuntimeError: it asks for a password, or its list is nested without end.
_NO_SUCH_ZIP: Final = (zipfile.BadZipFile, zipfile.LargeZipFile, struct.error, ValueError, KeyError,
                       TypeError, AttributeError, EOFError, OSError, RuntimeError)  # fmt: skip
_KEPT: Final = frozenset(" ._-+()=#@,")


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a run. ``name`` is the instrument's own: untrusted text, never a path."""

    name: str
    content: bytes


def joined(parts: Iterable[Part]) -> bytes:
    """The parts as one ZIP, in the order of their names. Parts that are wholly alike are one."""
    ordered = sorted(set(parts), key=lambda one: (one.name, one.content))
    members = _members([one.name for one in ordered])
    listed = [
        {
            "name": one.name,
            "member": member,
            "size": len(one.content),
            "sha256": hashlib.sha256(one.content).hexdigest(),
        }
        for one, member in zip(ordered, members, strict=True)
    ]
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
        _write(archive, PARTS, (json.dumps({"parts": listed}, indent=1) + "\n").encode("ascii"))
        for one, member in zip(ordered, members, strict=True):
            _write(archive, member, one.content)
    return written.getvalue()


def parts_of(content: bytes) -> tuple[Part, ...] | None:
    """The parts, in the order of their names; None: these bytes are not what ``joined`` makes.

    Anybody's ZIP is not: joined again, the parts must be the very same bytes.
    """
    if not is_marked(content):
        return None
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            if any(one.compress_type != zipfile.ZIP_STORED for one in archive.infolist()):
                return None
            listed = json.loads(archive.read(PARTS))["parts"]
            members = [archive.getinfo(str(one["member"])) for one in listed]
            # Members may lie over each other, or be listed again and again.
            if sum(max(one.file_size, one.compress_size) for one in members) > len(content):
                return None
            found = tuple(Part(str(one["name"]), archive.read(member))
                          for one, member in zip(listed, members, strict=True))  # fmt: skip
        return found if joined(found) == content else None
    except _NO_SUCH_ZIP:
        return None


def is_marked(content: bytes) -> bool:
    """Whether the head is that of joined files: what is quickly seen."""
    mark = PARTS.encode("ascii")
    return content.startswith(_LOCAL_HEADER) and content[_NAME_AT:].startswith(mark)


def _write(archive: zipfile.ZipFile, member: str, content: bytes) -> None:
    # Without a time or a system of its own, so that the same parts are the same bytes.
    entry = zipfile.ZipInfo(member, date_time=(1980, 1, 1, 0, 0, 0))
    entry.create_system = 0
    entry.external_attr = 0
    archive.writestr(entry, content)


def _members(names: Sequence[str]) -> list[str]:
    """Names that every system can unpack side by side."""
    taken = {PARTS.casefold()}
    members = []
    for name in names:
        plain, number = _plain(name), 1
        member = plain
        while member.casefold() in taken:
            number += 1
            stem, dot, suffix = plain.rpartition(".")
            member = f"{stem} ({number}){dot}{suffix}" if stem else f"{plain} ({number})"
        taken.add(member.casefold())
        members.append(member)
    return members


def _plain(name: str) -> str:
    kept = "".join(one if one.isalnum() or one in _KEPT else "_" for one in name)
    return kept.strip(" .")[-_LONGEST_NAME:].strip(" .") or "unnamed"
