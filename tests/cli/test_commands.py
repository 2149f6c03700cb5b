"""Commands are loaded when they are asked for."""

from __future__ import annotations

import pkgutil
import subprocess
import sys
from importlib import import_module

import pytest
import typer

import labsvc.cli
from labsvc.cli.commands import MODULES

WORDS = """
import sys
import typer
import labsvc.cli.serving
from labsvc.cli import app
typer.main.get_command(app).commands["run"]
print(*(one for one in sys.modules if one.startswith("labsvc.cli.")))
"""


def _with_commands() -> set[str]:
    names = {one.name for one in pkgutil.iter_modules(labsvc.cli.__path__)}
    within = {"benchtimes", "masking", "protocolnew", "qcruns", "rundiff", "using"}
    return {
        name for name in names - within if hasattr(import_module(f"labsvc.cli.{name}"), "register")
    }


@pytest.mark.parametrize("module", sorted(_with_commands()))
def test_every_command_of_a_module_is_in_the_table(module: str) -> None:
    """None is forgotten, and none is looked for in the wrong place."""
    app = typer.Typer()
    import_module(f"labsvc.cli.{module}").register(app)
    told = {name for name, place in MODULES.items() if place == module}
    assert set(typer.main.get_group(app).commands) == told


def test_the_service_does_not_carry_the_other_commands() -> None:
    """It lives for months, and each would cost it memory."""
    ran = subprocess.run([sys.executable, "-c", WORDS], capture_output=True, check=True, text=True)
    mine = ("commands", "common", "options", "run", "serving", "signals")
    assert set(ran.stdout.split()) == {f"labsvc.cli.{name}" for name in mine}
