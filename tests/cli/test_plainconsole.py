"""What others wrote is text on a terminal."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.table import Table

from labsvc.cli.plainconsole import PlainConsole
from tests.cli.conftest import Labsvc

RED = "\x1b[31m"


def test_no_cell_and_no_title_tells_the_terminal_what_to_do() -> None:
    """Neither by marks of the terminal nor by those of rich; lines of a cell stay lines."""
    out = io.StringIO()
    table = Table("plate", title=f"day {RED}")
    table.add_row(f"NET-{RED}1\r\n[bold]two[/bold] :smile:")
    PlainConsole(file=out, width=60).print(table)
    assert "\x1b" not in out.getvalue()
    assert "[bold]two[/bold] :smile:" in out.getvalue()


@pytest.mark.parametrize("command", [("driver", "ls"), ("driver", "sniff", f"{RED}.txt"),
                                     ("driver", "parse", f"{RED}.txt"), ("check",)])  # fmt: skip
def test_the_name_of_a_file_is_text(labsvc: Labsvc, command: tuple[str, ...]) -> None:
    """In a table, in a sentence, in an error."""
    labsvc("init", "labsvc-home")
    drivers = Path("labsvc-home/drivers")  # the working folder is the test's own
    drivers.mkdir()
    (drivers / f"x{RED}.yaml").write_text("name: 1\n")
    ran = labsvc(*command)
    assert "[31m" in ran.out + ran.err
    assert "\x1b" not in ran.out + ran.err
