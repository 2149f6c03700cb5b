"""Which files of a watched folder make one run together, by where they lie or what they are called.

Pure: paths are text here.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Literal

from labsvc.capture.listing import plain

Joined = Literal["folder", "name"]
"""``folder``: the files of one sub-folder. ``name``: those of one folder whose names are alike up
to their last number: ``U-0087_01.bin`` and ``U-0087_02.bin``, ``1517.0001`` and ``1517.0002``."""

_NUMBERED = re.compile(
    r"(?P<stem>.*?[^\s_.#(-])[\s_.#(-]+\d+\)?(?P<suffix>\.[^.]*[^\W\d][^.]*)?", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Group:
    """A run's files: ``place`` tells them from those of other runs, ``name`` is for people."""

    place: str
    name: str


def group_of(path: str, root: str, joined: Joined | None) -> Group | None:
    """The group of a file below ``root``; None: it is a run by itself."""
    folder, name = os.path.split(path)
    if joined == "folder" and folder != root:
        return Group(plain(folder), plain(os.path.basename(folder)))  # noqa: PTH119
    found = _NUMBERED.fullmatch(plain(name)) if joined == "name" else None
    if found is None:
        return None
    stem, suffix = found["stem"], (found["suffix"] or "").casefold()
    return Group(f"{plain(folder)}{os.sep}{stem} *{suffix}", stem)
