"""The command line, called as the ``labsvc`` script calls it."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog

from labsvc.cli import main
from labsvc.service.authoring.shipped import shipped
from labsvc.service.home import Home, open_home
from tests.bench import bench, make_home, report, report_name, sheet

PLATE = "NET-0411"


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command left: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def sentence(self) -> str:
        """The error, which is one line."""
        (line,) = self.err.splitlines()
        return line


Labsvc = Callable[..., Ran]


@pytest.fixture
def labsvc(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Labsvc]:
    """Runs a command in an empty working folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LABSVC_HOME", raising=False)

    def run(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["labsvc", *map(str, arguments)])
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    yield run
    # The log was bound to this test's standard error.
    structlog.reset_defaults()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return make_home(tmp_path / "home")


@pytest.fixture
def plate(tmp_path: Path) -> Path:
    """The counter's report of a plate."""
    path = tmp_path / report_name(PLATE)
    path.write_bytes(report(PLATE))
    return path


@pytest.fixture(scope="session")
def filed_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one plate filed from its run sheet; copied for each test."""
    root = tmp_path_factory.mktemp("filed") / "home"
    with bench(root) as lab:
        lab.lay_sheet(PLATE)
        lab.sees(report_name(PLATE), report(PLATE))
    return root


@pytest.fixture
def filed(filed_home: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(filed_home, tmp_path / "filed"))


@pytest.fixture
def opened(filed: Path) -> Iterator[Home]:
    place = open_home(filed)
    yield place
    place.close()


@pytest.fixture
def run_sheet(tmp_path: Path) -> Path:
    path = tmp_path / f"{PLATE}.yaml"
    path.write_bytes(sheet(PLATE))
    return path


@pytest.fixture
def protocol_file() -> Path:
    return shipped("protocols") / "net-nisoxetine-binding.yaml"
