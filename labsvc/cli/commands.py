"""Which module has which command. Each is loaded when it is asked for.

``labsvc run`` lives for months and would carry the others all that time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

MODULES = {
    "demo": "demo",
    "init": "homes",
    "check": "homes",
    "status": "homes",
    "verify": "backup",
    "backup": "backup",
    "restore": "backup",
    "audit": "audit",
    "support-bundle": "support",
    "run": "run",
    "service": "installing",
    "step": "step",
    "analyse": "analysis",
    "ingest": "analysis",
    "fit": "fitting",
    "models": "fitting",
    "index": "index",
    "driver": "driver",
    "protocol": "protocol",
    "runsheet": "runsheet",
    "runs": "runs",
    "qc": "qc",
    "notify": "notify",
    "alerts": "alerts",
}


class Commands(TyperGroup):
    """The group of all commands; to list them loads them all, to call one loads one."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = _Loading()  # type: ignore[assignment]


class _Loading(Mapping[str, Any]):
    """The commands by name."""

    def __getitem__(self, name: str) -> Any:
        return _commands(MODULES[name])[name]

    def __iter__(self) -> Iterator[str]:
        return iter(MODULES)

    def __len__(self) -> int:
        return len(MODULES)


@cache
def _commands(module: str) -> Mapping[str, Any]:
    """All commands that one module registers."""
    app = typer.Typer(rich_markup_mode=None)
    import_module(f"labsvc.cli.{module}").register(app)
    return typer.main.get_group(app).commands
