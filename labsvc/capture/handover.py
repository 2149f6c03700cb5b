"""What was read in a folder, handed over in groups and then remembered in larger ones.

Each time waits for the disk. What a crash keeps from being remembered is read and delivered again,
and is the same capture.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from labsvc.model.capture import Capture
from labsvc.model.filing import SeenFile

TOGETHER: Final = 16
MOST_BYTES: Final = 4 * 1024 * 1024
"""So much of a group waits in memory; a larger file is delivered by itself."""
REMEMBERED_TOGETHER: Final = 64
"""A transaction for each file would be a fifth of what a file costs."""


@dataclass(slots=True)
class Handover:
    """The files of one look at a folder.

    ``deliver`` must have made the captures durable when it returns; ``delivered`` is then called
    with the path of each, and ``remembered`` once ``remember`` has its file for good.
    """

    deliver: Callable[[Sequence[Capture]], None]
    remember: Callable[[Sequence[SeenFile]], None]
    delivered: Callable[[str], None]
    remembered: Callable[[str, SeenFile], None]
    _captures: list[Capture] = field(default_factory=list, init=False)
    _read: dict[str, SeenFile] = field(default_factory=dict, init=False)
    _kept: dict[str, SeenFile] = field(default_factory=dict, init=False)

    def add(self, path: str, seen: SeenFile, capture: Capture | None = None) -> None:
        """One file that was read; without ``capture`` there is nothing to deliver of it."""
        size = len(capture.content) if capture is not None else 0
        if self._captures and size + sum(len(one.content) for one in self._captures) > MOST_BYTES:
            self._hand_over()
        if capture is not None:
            self._captures.append(capture)
        self._read[path] = seen
        if len(self._captures) >= TOGETHER or len(self._read) >= REMEMBERED_TOGETHER:
            self._hand_over()
        if len(self._kept) >= REMEMBERED_TOGETHER:
            self._remember()

    def finish(self) -> None:
        """The look is over: nothing is left to be handed over or remembered."""
        try:
            self._hand_over()
        finally:
            self._remember()

    def _hand_over(self) -> None:
        captures, read = self._captures, self._read
        # What cannot be delivered is found again at the next look.
        self._captures, self._read = [], {}
        if captures:
            self.deliver(captures)
        for path, seen in read.items():
            self.delivered(path)
            self._kept[path] = seen

    def _remember(self) -> None:
        if not self._kept:
            return
        self.remember(tuple(self._kept.values()))
        kept, self._kept = self._kept, {}
        for path, seen in kept.items():
            self.remembered(path, seen)
