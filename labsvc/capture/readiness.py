"""When a file of a watched folder is ready: by its rest, its content and what is known of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from labsvc.capture import patience
from labsvc.capture.foldersettings import FolderSettings
from labsvc.capture.listing import name_of
from labsvc.capture.patience import Known
from labsvc.capture.settle import Settling, Stamp

# Some programs create a file long before they write the first byte.
EMPTY_SECONDS: Final = 60.0
# A larger file is not read again and again while it grows: it waits for quiet.
EARLY_LOOK_BYTES: Final = 16 * 1024 * 1024


class Readiness:
    """How long each file that waits in one folder must rest. ``settling`` knows since when it does.

    ``goes_on`` says of the count in a file of this name whether planned positions are still to
    come, ``unfinished`` of a name and content why it is plainly not whole.
    """

    def __init__(
        self,
        settings: FolderSettings,
        settling: Settling,
        *,
        goes_on: Callable[[str], bool | None],
        unfinished: Callable[[str, bytes], str | None],
        clock: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._settling = settling
        self._goes_on = goes_on
        self._unfinished = unfinished
        self._clock = clock

    def needed(self, path: str, stamp: Stamp, *, grown: bool) -> float:
        """Seconds of rest, before its content is looked at. ``grown``: it was taken before, as far
        as it had come."""
        quiet = self._settings.quiet_seconds
        if stamp.size == 0:
            return max(quiet, EMPTY_SECONDS)
        pauses = self._settings.endless or grown
        return patience.needed(
            quiet,
            Known(
                pause=self._settling.pause(path) if pauses else 0.0,
                goes_on=self._goes_on(name_of(path)),
                age=self._age(path, stamp),
            ),
        )

    def unready(self, path: str, stamp: Stamp, content: bytes) -> tuple[str, float]:
        """Why a file that rests is not finished all the same, and how long it must rest then."""
        if not content.strip(b"\0"):
            return "only room was made for it", EMPTY_SECONDS
        if stamp.size > EARLY_LOOK_BYTES:
            return "", 0.0
        if patience.room(content) and self._age(path, stamp) < patience.ROOM_SECONDS:
            return "its end is room that was made for it and is not written", patience.ROOM_SECONDS
        wanted = patience.UNFINISHED * self._settings.quiet_seconds
        if self._age(path, stamp) < wanted and (why := self._unfinished(name_of(path), content)):
            return why, wanted
        return "", 0.0

    def _age(self, path: str, stamp: Stamp) -> float:
        """Seconds since it was changed, by its own time; 0 where that lies ahead, or a change was
        seen: its time is that of another clock."""
        if self._settling.stirred(path):
            return 0.0
        return max(self._clock().timestamp() - stamp.modified_ns / 1e9, 0.0)


def waits(stamp: Stamp, needed: float) -> str:
    """Why a file waits that has not rested for so many seconds yet."""
    if stamp.size == 0:
        return f"it is empty; it is taken as it is after {needed:g} s"
    return f"it may still be written to; it is taken after {needed:g} s without a change"
