"""One listing of a watched folder: the files of interest, and the sub-folders nobody may read."""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Callable, Iterator, Sequence

# What editors, file shares, synchronisers and unfinished copies leave beside the real files.
# Names that begin with a dot cover .DS_Store, ._*, .stfolder, .stversions, .nfs* and rsync's own.
JUNK = (
    ".*",
    "~$*",
    "~*.tmp",
    "*~",
    "*.tmp",
    "*.temp",
    "*.part",
    "*.partial",
    "*.filepart",
    "*.crdownload",
    "*.swp",
    "Thumbs.db",
    "desktop.ini",
    "@eaDir",
    "__MACOSX",
    "$RECYCLE.BIN",
    "System Volume Information",
)

Matches = Callable[[str], object]


def matcher(globs: Sequence[str]) -> Matches:
    """One compiled test of a name against all ``globs``; capitals and small letters are alike."""
    if not globs:
        return lambda name: None
    return re.compile("|".join(fnmatch.translate(glob) for glob in globs), re.IGNORECASE).match


def plain(name: str) -> str:
    """A file name as text that any file or database can hold.

    Bytes of the name that are no UTF-8 are written ``\\xNN``; the file itself is never renamed.
    """
    return os.fsencode(name).decode("utf-8", "backslashreplace") if not name.isascii() else name


def name_of(path: str) -> str:
    """The last part of a path, as the operating system spelt it."""
    return os.path.basename(path)  # noqa: PTH119


def files(
    folder: str,
    wanted: Matches,
    junk: Matches,
    *,
    recursive: bool,
    closed: list[str],
    entered: Callable[[str], None] = lambda path: None,
) -> Iterator[os.DirEntry[str]]:
    """The files of ``folder`` that match, in the folder's own order.

    ``entered`` is called with each folder before it is listed. Sub-folders that may not be listed
    are added to ``closed``. Raises OSError when ``folder`` itself cannot be listed.
    """
    below: list[str] = []
    entered(folder)
    with os.scandir(folder) as entries:
        for entry in entries:
            if junk(entry.name):
                continue
            if recursive and entry.is_dir(follow_symlinks=False):
                below.append(entry.path)
            elif wanted(entry.name) and entry.is_file():
                yield entry
    for inner in below:
        try:
            yield from files(inner, wanted, junk, recursive=True, closed=closed, entered=entered)
        except OSError:
            closed.append(inner)
