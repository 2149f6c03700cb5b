"""Files that a command makes: never over one that is there."""

from __future__ import annotations

from pathlib import Path

from labsvc.errors import ConfigError, StoreError


def write_new(path: Path, content: bytes) -> None:
    """ConfigError when there is such a file, StoreError when it cannot be written."""
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError as error:
        raise ConfigError("is there already; nothing was changed", file=str(path)) from error
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}") from error
