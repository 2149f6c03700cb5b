"""How often each capture in the inbox was begun: one file for all, written before the work.

    .tries      JSON: the SHA-256 of a capture -> how often; without those never begun

A group of captures is begun by one write. The file is there only while something is begun.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Final

from labsvc.model.jsontext import compact_ascii
from labsvc.store.durable import our_disk, patiently, sync_folder, write_durably
from labsvc.store.seals import SEAL, seal_of

NAME: Final = ".tries"


class Tries:
    """The counts kept in one folder. Not for several threads at once. Raises StoreError."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / NAME

    def read(self) -> dict[str, int]:
        """How often each was begun. A file that was altered tells nothing: see ``fault``."""
        with our_disk(self._file), contextlib.suppress(FileNotFoundError):
            content = patiently(self._file.read_bytes)
            with contextlib.suppress(ValueError, TypeError, AttributeError):
                return _counts(content)
        return {}

    def write(self, counts: Mapping[str, int]) -> None:
        """In place of what was there; on the disk when this returns."""
        fields = {key: count for key, count in counts.items() if count > 0}
        if not fields:
            self.clear()
            sync_folder(self._file.parent)
            return
        sealed = compact_ascii({**fields, SEAL: seal_of(fields)})
        write_durably(self._file, sealed.encode("ascii"))

    def clear(self) -> None:
        """Nothing is begun any more. The folder's next sync puts it on the disk."""
        with our_disk(self._file):
            patiently(partial(self._file.unlink, missing_ok=True))

    def fault(self) -> str | None:
        """The sentence that says that the file was altered; None: it is as it was written."""
        with our_disk(self._file):
            try:
                _counts(patiently(self._file.read_bytes))
            except FileNotFoundError:
                return None
            except (ValueError, TypeError, AttributeError):
                return f"the counts of tries '{self._file}' are altered"
        return None


def _counts(content: bytes) -> dict[str, int]:
    """Raises ValueError, TypeError or AttributeError when these are not as they were written."""
    fields = json.loads(content)
    if fields.pop(SEAL, None) != seal_of(fields):
        raise ValueError("it was changed on the disk")
    return {str(key): int(count) for key, count in fields.items()}
