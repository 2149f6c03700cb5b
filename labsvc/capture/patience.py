"""How long a file must rest before it is taken, by what is known of its writer.

Pure. A file that was written at once waits for ``quiet`` and no longer. One whose writer makes
pauses waits for several times the longest of them; one whose count is known to go on waits for the
next reading; one that is plainly not finished waits for its rest. None waits for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

TIMES: Final = 4.0
"""So many times the longest pause seen: racks are changed between vials."""
LONGEST_SECONDS: Final = 3600.0
"""No file waits longer for its own pauses, or for positions that are planned. After a longer pause
it was another run that was appended."""
READING_SECONDS: Final = 1200.0
"""A vial with the change of racks: so long the next planned position is waited for."""
UNFINISHED: Final = 5.0
"""So many times its quiet time waits a file without the end mark that its kind has."""
ROOM_SECONDS: Final = 600.0
"""So long waits a text whose end is room that was made for it and not written yet."""
_ROOM: Final = 16
"""So many NUL are no end of a text; a text of two bytes for each letter may end with one."""
_NO_TEXT: Final = b"\0\0\0\0"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a file: its longest pause in seconds so far; whether planned positions are
    still to come (None: nobody knows); for how many seconds it was not changed, by its own time."""

    pause: float = 0.0
    goes_on: bool | None = None
    age: float = 0.0


def needed(quiet: float, known: Known) -> float:
    """Seconds of rest. What has its last planned position waits for no next one."""
    if known.goes_on is False:
        return quiet
    wanted = TIMES * known.pause if known.pause <= LONGEST_SECONDS else 0.0
    if known.goes_on:
        wanted = max(wanted, READING_SECONDS)
    wanted = min(wanted, LONGEST_SECONDS)
    # An old file, seen for the first time: nobody writes to it any more.
    return max(quiet, wanted) if known.age < wanted else quiet


def room(content: bytes) -> int:
    """How many bytes at the end of a text are room that was made for it: NUL. 0 where it has its
    end, and of what is no text."""
    written = content.rstrip(b"\0")
    left = len(content) - len(written)
    return left if left >= _ROOM and written and _NO_TEXT not in written else 0
