"""What looks at everything that was ever filed is done by a process of its own.

The service itself would keep the memory for it as long as it lives; a process gives it back. And it
can be ended at any moment: a stop of the service waits for none.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import dataclass, field

from labsvc.errors import StoreError


@dataclass(slots=True)
class OwnProcess:
    """The function ``main`` of ``module`` as a process, one at a time."""

    module: str
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _process: subprocess.Popen[str] | None = field(default=None, init=False)
    _closed: bool = field(default=False, init=False)

    def run(self, what: str, *arguments: str, patience_seconds: float | None = None) -> bool:
        """Have it make ``what``. False: ``close`` ended it, or came before.

        StoreError where it took too long, or failed: then with the last line that it said.
        """
        process = self._started(arguments)
        if process is None:
            return False
        with process:
            try:
                _, said = process.communicate(timeout=patience_seconds)
            except subprocess.TimeoutExpired as error:
                process.kill()
                raise StoreError(f"{what} took longer than {error.timeout:.0f} s") from error
        if self._closed:
            return False
        if process.returncode:
            why = said.strip().splitlines()[-1:] or ["it was ended"]
            raise StoreError(f"{what} was not made: {why[0]}")
        return True

    def close(self) -> None:
        """End one that goes on, and let none begin any more. What it leaves is for the next start:
        what it writes is whole or as it was."""
        with self._lock:
            self._closed = True
            if self._process is not None:
                self._process.kill()

    def _started(self, arguments: tuple[str, ...]) -> subprocess.Popen[str] | None:
        words = f"from {self.module} import main; main()"
        with self._lock:
            if self._closed:
                return None
            self._process = subprocess.Popen(  # noqa: S603 - our own program, our own arguments
                [sys.executable, "-P", "-c", words, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                # Ctrl-C is for the service alone; the second is that on Windows.
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
            return self._process
