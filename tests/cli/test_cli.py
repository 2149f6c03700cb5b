"""What holds of every command."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from labsvc.cli import app, exit_code
from labsvc.errors import (
    CaptureError,
    ConfigError,
    DatabaseBusy,
    DeliveryError,
    LabsvcError,
    LayoutError,
    NotRecognised,
    ParseError,
    StoreError,
)
from tests.cli.conftest import Labsvc

SCRIPT = Path(sys.executable).with_name("labsvc")


def commands(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command by its words, groups gone through."""
    if not hasattr(command, "commands"):
        yield words, command
        return
    for name, inner in command.commands.items():
        yield from commands(inner, (*words, name))


ALL = dict(sorted(commands(typer.main.get_command(app))))


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_the_help_of_every_command_shows_an_example(labsvc: Labsvc, words: tuple[str, ...]) -> None:
    """It begins with the command's own words."""
    ran = labsvc(*words, "--help")
    assert ran.code == 0
    assert f"Example: labsvc {' '.join(words)}" in " ".join(ran.out.split())


def test_every_command_that_answers_has_json() -> None:
    """As the contract lists them."""
    answering = {
        " ".join(words)
        for words, command in ALL.items()
        if any("--json" in parameter.opts for parameter in command.params)
    }
    assert answering >= {
        "demo", "check", "status", "verify", "analyse", "ingest", "step", "driver ls",
        "driver sniff", "driver parse", "protocol ls", "protocol lint", "runs ls", "runs show",
        "runs explain",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ParseError("x", line=3), 65),
        (NotRecognised("x"), 65),
        (LayoutError("x"), 65),
        (CaptureError("x"), 65),
        (StoreError("x"), 74),
        (DatabaseBusy("x"), 74),
        (ConfigError("x"), 78),
        (DeliveryError("x"), 1),
    ],
)
def test_every_kind_of_error_has_its_exit_code(error: LabsvcError, code: int) -> None:
    """As the contract lists them."""
    assert exit_code(error) == code


def test_wrong_usage_ends_with_two(labsvc: Labsvc) -> None:
    """An unknown command, an unknown option, a missing argument, a value of the wrong kind."""
    for words in (["nosuch"], ["status", "--colour"], ["driver", "parse"],
                  ["runs", "ls", "--limit", "many"]):  # fmt: skip
        ran = labsvc(*words)
        assert (ran.code, ran.out) == (2, "")
        assert "Traceback" not in ran.err


def test_no_command_shows_the_help(labsvc: Labsvc) -> None:
    """Not an error message."""
    ran = labsvc()
    assert "Usage: labsvc" in ran.out + ran.err


@pytest.mark.parametrize("command", ["status", "verify", "check", "run"])
def test_a_home_that_is_not_there_is_told_in_one_sentence(labsvc: Labsvc, command: str) -> None:
    """With the remedy; exit code 78."""
    ran = labsvc(command, "--home", "nowhere")
    assert (ran.code, ran.out) == (78, "")
    assert ran.sentence == (
        "labsvc: there is no labsvc.yaml in nowhere; make a home with: labsvc init nowhere"
    )


def test_a_database_that_is_no_database_is_told_in_one_sentence(labsvc: Labsvc, home: Path) -> None:
    """Exit code 74: our own disk or database."""
    (home / "labsvc.db").write_bytes(b"this is no database, it is a letter to a friend" * 100)
    ran = labsvc("status", "--home", home)
    assert (ran.code, ran.out) == (74, "")
    assert ran.sentence.startswith("labsvc: ")


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_the_script_prints_letters_that_its_terminal_does_not_know() -> None:
    """A µ or an en dash must not end the command on an old console."""
    terminal = [sys.executable, "-c", "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)"]
    environment = {"PYTHONIOENCODING": "ascii", "PATH": "/usr/bin", "COLUMNS": "200"}
    ran = subprocess.run(
        [*terminal, SCRIPT, "protocol", "ls"],
        env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0
    assert b"net-nisoxetine-binding" in ran.stdout
    assert b"Traceback" not in ran.stdout


def test_what_goes_to_a_file_is_utf8_whatever_the_machine_writes() -> None:
    """JSON is nothing else; Windows would give a file the code page of the machine."""
    told = subprocess.run(
        [SCRIPT, "protocol", "ls"],
        env={"PYTHONIOENCODING": "cp1252", "PATH": "/usr/bin"}, capture_output=True, check=True,
    ).stdout  # fmt: skip
    assert re.search(r"[^\x00-\x7f]", told.decode("utf-8"))


def test_a_reader_that_goes_away_ends_the_command_quietly(plate: Path) -> None:
    """``labsvc driver parse ... | head -1``."""
    command = f"'{SCRIPT}' driver parse '{plate}' --json | head -1"
    ran = subprocess.run(["bash", "-c", command], capture_output=True, check=False)
    assert ran.stdout == b"{\n"
    assert b"Traceback" not in ran.stderr
