"""Every command of the tutorials is run, in their order, as a newcomer would type it."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner, Result

from labsvc.cli import app
from tests.patience import PATIENCE

TUTORIALS = Path(__file__).parents[1] / "docs" / "tutorial"
LABSVC = Path(sys.executable).parent / "labsvc"
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"`([\w./-]+\.yaml)`")
ENDS_OTHERWISE = {"protocol lint": 78, "ingest": 1}
"""The draft has blanks, the first run is held: what the tutorials say of them."""


def steps(page: str) -> Iterator[tuple[str, str]]:
    """The commands, and each block to be written with the file that it goes into."""
    text = (TUTORIALS / page).read_text("utf-8")
    for block in BLOCK.finditer(text):
        language, content = block.groups()
        if language == "console":
            yield from (("run", line) for line in content.splitlines())
        elif language == "yaml":
            yield "write", f"{NAMED.findall(text[: block.start()])[-1]}\n{content}"


def write(block: str) -> None:
    """Each part of the block in place of the part of that name, or at the end of the file."""
    name, _, content = block.partition("\n")
    path = Path(name)
    text = path.read_text("utf-8")
    for part in re.findall(r"^\w.*\n(?:[ -].*\n)*", content, re.MULTILINE):
        key = re.escape(part.partition(":")[0])
        old = re.search(rf"^(?:# )?{key}:.*\n(?:[ -].*\n)*", text, re.MULTILINE)
        text = text.replace(old[0], part, 1) if old else text + part
    path.write_text(text, "utf-8")


class Newcomer:
    """Types commands in a folder; keeps what each printed, and the service while it runs."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []
        self.service: subprocess.Popen[bytes] | None = None

    def types(self, line: str) -> None:
        program, *words = shlex.split(line)
        match program, words:
            case "labsvc", ["demo", "--once"]:
                assert Path("demo-home").is_dir()
            case "labsvc", ["run"]:
                self.service = subprocess.Popen([str(LABSVC), "run"], stderr=subprocess.DEVNULL)
            case "labsvc", _:
                self.said.append((line, self.asks(words)))
            case "mkdir", [folder]:
                Path(folder).mkdir()
            case "rm", [file]:
                Path(file).unlink()
            case "ls", ["-R", folder]:
                assert list(Path(folder).rglob("report.html"))
            case "cp", [source, target]:
                before = self.revisions()
                shutil.copy(source, target)
                self.waits(before)
            case _:
                pytest.fail(f"the tutorial shows {line!r}")

    def asks(self, words: list[str]) -> str:
        before = self.revisions()
        done: Result = CliRunner().invoke(app, words)
        structlog.reset_defaults()
        allowed = {0, *(code for start, code in ENDS_OTHERWISE.items()
                        if " ".join(words).startswith(start))}  # fmt: skip
        assert done.exit_code in allowed, (words, done.output)
        if words[0] == "step":
            self.waits(before)
        return done.output

    def revisions(self) -> list[int]:
        if self.service is None:
            return []
        found = CliRunner().invoke(app, ["runs", "ls", "--json"])
        structlog.reset_defaults()
        return [one["revision"] for one in json.loads(found.stdout)]

    def waits(self, before: list[int]) -> None:
        """Until the running service has filed something."""
        until = time.monotonic() + PATIENCE
        while self.service is not None and self.revisions() == before:
            assert time.monotonic() < until, "the service files nothing"
            time.sleep(0.1)

    def ends(self) -> None:
        if self.service is not None:
            self.service.send_signal(signal.SIGINT)
            assert self.service.wait(PATIENCE) == 0
            self.service = None

    def follows(self, page: str) -> None:
        for kind, what in steps(page):
            if kind == "write":
                write(what)
            else:
                self.types(what)

    def last(self, start: str) -> str:
        """What the last command that begins so has printed."""
        return next(said for line, said in reversed(self.said) if line.startswith(start))


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's day, which both tutorials begin with."""
    folder = tmp_path_factory.mktemp("day")
    command = [str(LABSVC), "demo", "--once"]
    subprocess.run(command, cwd=folder, capture_output=True, timeout=PATIENCE, check=True)
    return folder / "demo-home"


@pytest.fixture
def newcomer(day: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Newcomer]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LABSVC_HOME", raising=False)
    shutil.copytree(day / "lab", "demo-home/lab")
    shutil.copytree(day / "runsheets", "demo-home/runsheets")
    one = Newcomer()
    yield one
    if one.service is not None:
        one.service.kill()
        one.service.wait()


def test_your_own_protocol(newcomer: Newcomer) -> None:
    """From a run that nobody knows to its Ki; rejected by stricter limits, the earlier one kept."""
    newcomer.follows("own-protocol.md")
    page = (TUTORIALS / "own-protocol.md").read_text("utf-8")
    quoted = next(one for language, one in BLOCK.findall(page) if not language and "Ki" in one)
    show = newcomer.last("labsvc runs show a246 --revision 2")
    assert [line.split() for line in quoted.splitlines()] == [
        line.split() for line in show.splitlines()
    ]
    assert "REJECTED" in newcomer.last("labsvc runs show a246 --home")


def test_your_first_plate(newcomer: Newcomer) -> None:
    """Held, for review, accepted: beside the running service, which ends when it is asked to."""
    newcomer.follows("first-plate.md")
    assert "accepted" in newcomer.last("labsvc runs ls")
    newcomer.ends()
