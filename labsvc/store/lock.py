"""One labsvc to a home: a lock that the kernel lets go when its holder dies."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from time import sleep
from types import TracebackType

from labsvc.errors import ConfigError
from labsvc.store.durable import make_folder, our_disk

if sys.platform == "win32":
    import msvcrt

    # Far past the text, because Windows lets nobody read a locked byte.
    _LOCKED_BYTE = 1 << 20

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    _TAKEN: tuple[type[OSError], ...] = (PermissionError,)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        # flock, not lockf: it also keeps two holders inside one program apart.
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    _TAKEN = (BlockingIOError,)

NAME = "labsvc.lock"
_TRIES, _PAUSE_SECONDS = 5, 0.02


class HomeLock:
    """The right to be the labsvc of ``home``, held from ``with`` to the end of its block.

    The file stays when the lock is let go: deleting it would let two programs each hold a lock
    on a file of that name. It holds the holder's process number, for people.
    """

    def __init__(self, home: Path) -> None:
        self._path = home / NAME
        self._descriptor: int | None = None

    @classmethod
    def try_take(cls, home: Path) -> HomeLock | None:
        """The lock, held (release it, or use it as ``with``), or None when another holds it."""
        lock = cls(home)
        return lock if lock._take() else None

    def __enter__(self) -> HomeLock:
        for _ in range(_TRIES):
            if self._take():
                return self
            sleep(_PAUSE_SECONDS)  # ``held`` may have had it for a moment, after a crash
        raise ConfigError(
            f"another labsvc (pid {self.holder()}) is running on this home "
            f"'{self._path.parent}': stop it first, or give another --home"
        )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    def held(self) -> bool:
        """Whether anybody holds it. It is not taken for that, only tried where a name stands in it:
        that of its holder, or of one who was killed."""
        if self._descriptor is not None:
            return True
        if self.holder() == "?":
            return False
        try:
            descriptor = os.open(self._path, os.O_RDWR)
        except OSError:
            return False
        try:
            _lock(descriptor)
        except _TAKEN:
            return True
        except OSError:
            return False
        finally:
            os.close(descriptor)
        return False

    def release(self) -> None:
        """Let go. Releasing twice is releasing once."""
        if self._descriptor is None:
            return
        descriptor, self._descriptor = self._descriptor, None
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, 0)
        os.close(descriptor)

    def holder(self) -> str:
        """The process number of the holder as the file gives it, ``?`` when it gives none."""
        try:
            text = self._path.read_bytes()[:20].decode("ascii", "replace").strip()
        except OSError:
            return "?"
        return text if text.isdigit() else "?"

    def _take(self) -> bool:
        if self._descriptor is not None:
            return True
        make_folder(self._path.parent)
        with our_disk(self._path):
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
            try:
                _lock(descriptor)
                _sign(descriptor)
            except _TAKEN:
                os.close(descriptor)
                return False
            except OSError:
                os.close(descriptor)
                raise
        self._descriptor = descriptor
        return True


def _sign(descriptor: int) -> None:
    os.ftruncate(descriptor, 0)
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.write(descriptor, str(os.getpid()).encode("ascii"))
