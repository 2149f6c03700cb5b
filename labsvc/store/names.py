"""File names made from text that others wrote."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import PurePosixPath

from labsvc.errors import StoreError

UNNAMED = "unnamed"
LONGEST = 200
"""The longest part of a path that we make, in UTF-8 bytes (file systems stop at 255)."""

_PUNCTUATION = frozenset(" ._-+()=#@,")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])[ ]*(\.|$)", re.IGNORECASE)


def safe_name(text: str, *, limit: int = 80) -> str:
    """A file name out of untrusted text, fit for every system: readable, never empty.

    Letters, digits and ``" ._-+()=#@,"`` stay; all else (separators, control and invisible
    characters) becomes ``_``. It never starts with a dot or dash, holds ``..``, ends with a dot
    or space, or names a Windows device. At most ``limit`` UTF-8 bytes (16 or more), the
    extension kept. A safe name is its own safe name.
    """
    kept = "".join(
        one if one in _PUNCTUATION or unicodedata.category(one)[0] in "LMN" else "\0"
        for one in unicodedata.normalize("NFC", text)
    )
    name = re.sub("\0+", "_", kept)
    name = re.sub(r"\.{2,}", ".", name).lstrip(" .-").rstrip(" .")
    if _RESERVED.match(name):
        name = f"_{name}"
    return _cut(name, limit) or UNNAMED


def _cut(name: str, limit: int) -> str:
    if len(name.encode()) <= limit:
        return name
    stem, dot, extension = name.rpartition(".")
    ending = f"{dot}{extension}"
    if not dot or len(ending.encode()) > limit // 2:
        stem, ending = name, ""
    room = limit - len(ending.encode())
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip(" .") + ending


@lru_cache(maxsize=256)  # a filing has the same names as the one before it
def checked_path(relative: str) -> PurePosixPath:
    """``relative`` as a path below a folder of ours. StoreError when any part is unsafe.

    Such paths are made by us through ``safe_name``, so an unsafe one is our own mistake.
    """
    parts = relative.split("/")
    unsafe = [part for part in parts if safe_name(part, limit=LONGEST) != part]
    if unsafe:
        raise StoreError(
            f"'{relative!r}' is no safe path below our folder: the part {unsafe[0]!r} "
            f"would have to be {safe_name(unsafe[0], limit=LONGEST)!r}"
        )
    return PurePosixPath(*parts)
