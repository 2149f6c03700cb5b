"""Where a secret is: a file, an environment variable or the system's keyring. Never the settings.

It is read anew each time it is used, so that a renewed one needs no restart, and what was read
is blanked in every log from then on.
"""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from labsvc.errors import ConfigError
from labsvc.service.secrets.redaction import HIDDEN

LONGEST: Final = 4096
"""Bytes of a secret's file: a longer one is something else."""
CREDENTIALS: Final = "CREDENTIALS_DIRECTORY"
"""Where systemd lays what LoadCredential= names."""


@dataclass(frozen=True, slots=True)
class SecretPlace:
    """One secret's place: exactly one of ``file``, ``variable`` and ``keyring`` is told.

    ``what`` names it in sentences. A relative ``file`` is looked for among the credentials that
    systemd hands over, then in ``base``. ``keyring`` is the name of the service in the keyring,
    ``user`` whose password there it is.
    """

    what: str
    file: Path | None = None
    variable: str | None = None
    keyring: str | None = None
    user: str = "labsvc"
    base: Path = Path()

    def read(self) -> str:
        """The secret; ConfigError, which says where it was looked for, when it cannot be had."""
        if self.file is not None:
            secret = self._from_file(self._path(self.file))
        elif self.variable is not None:
            secret = self._from_environment(self.variable)
        else:
            secret = self._from_keyring(self.keyring or "")
        HIDDEN.learn(secret)
        return secret

    def trouble(self) -> str | None:
        """Why it cannot be read, or who else can; None: all is well. For ``labsvc check``."""
        try:
            self.read()
        except ConfigError as error:
            return str(error)
        return None if self.file is None else self._open_to_others(self._path(self.file))

    def _path(self, file: Path) -> Path:
        handed = os.environ.get(CREDENTIALS)
        if handed and not file.is_absolute() and (Path(handed) / file).is_file():
            return Path(handed) / file
        return self.base / file

    def _from_file(self, path: Path) -> str:
        try:
            # A pipe or device would be waited for.
            if not path.is_file():
                raise ConfigError(f"{self.what} is to be in the file {path}, which is not there")
            with path.open("rb") as file:
                content = file.read(LONGEST + 1)
        except OSError as error:
            raise ConfigError(
                f"{self.what} is to be in the file {path}, which cannot be read: "
                f"{error.strerror}; let the account of labsvc read it"
            ) from error
        return self._one_line(content, path)

    def _one_line(self, content: bytes, path: Path) -> str:
        """The text of the file, without the line's end that editors add. It is never quoted."""
        try:
            secret = content.decode("utf-8-sig").rstrip("\r\n")
        except UnicodeDecodeError:
            secret = ""
        if not secret or len(content) > LONGEST or "\n" in secret or "\r" in secret:
            # Without a cause: it would have the bytes in it.
            raise ConfigError(
                f"{self.what} is to be in the file {path}: expected one line of UTF-8 text, "
                f"and nothing else"
            ) from None
        return secret

    def _from_environment(self, variable: str) -> str:
        secret = os.environ.get(variable)
        if not secret:
            raise ConfigError(
                f"{self.what} is to be in the environment variable {variable}, which is not set "
                "for labsvc; set it where the service is started"
            )
        return secret

    def _from_keyring(self, service: str) -> str:
        try:
            import keyring  # noqa: PLC0415  (an optional extra, and heavy)
            from keyring.errors import KeyringError  # noqa: PLC0415
        except ImportError as error:
            raise ConfigError(
                f"{self.what} is to be in the keyring, and the package keyring is not installed: "
                "install labsvc[keyring], or use a file"
            ) from error
        try:
            secret = keyring.get_password(service, self.user)
        except KeyringError as error:
            raise ConfigError(
                f"{self.what} is to be in the keyring, which cannot be opened "
                f"({type(error).__name__}); a service without a desktop has none: use a file"
            ) from error
        if not secret:
            raise ConfigError(
                f"the keyring has no password of {self.user!r} for {service!r}; "
                f"put it there with: keyring set {service} {self.user}"
            )
        return secret

    def _open_to_others(self, path: Path) -> str | None:
        """On Windows the rights of the folder say who may read; they are not looked at."""
        if sys.platform == "win32" or not stat.S_IMODE(path.stat().st_mode) & 0o007:
            return None
        return f"{self.what} in {path} can be read by everybody on this machine: chmod 600 {path}"
