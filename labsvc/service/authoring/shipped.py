"""Where the protocols and examples that ship with labsvc lie."""

from __future__ import annotations

import sysconfig
from pathlib import Path

from labsvc.errors import ConfigError


def shipped(name: str) -> Path:
    """The folder ``protocols`` or ``deploy`` that ships with labsvc: beside the packages in a
    checkout, else in the environment's share."""
    checkout = Path(__file__).resolve().parents[3] / name
    if (checkout.parent / "pyproject.toml").is_file() and checkout.is_dir():
        return checkout
    installed = Path(sysconfig.get_path("data")) / "share" / "labsvc" / name
    if installed.is_dir():
        return installed
    raise ConfigError(f"the shipped {name} are not installed (looked in {installed})")
