"""A driver from outside: built, installed beside the wheel of labsvc, tested, and used.

The environment is empty but for the two wheels; what labsvc depends on is read from the one that
runs these tests, so that nothing is fetched.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.test_docs import blocks

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "tests" / "example_driver"
PAGE = ROOT / "docs" / "how-to" / "write-a-driver.md"
REPORT = EXAMPLE / "tests" / "data" / "E1_0042.TXT"
SOURCE = "  - {{name: {name}, folder: {folder}, driver: {driver}, quiet: 0.1 s}}\n"


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment. ``beside`` are further folders in which distributions lie."""

    folder: Path
    beside: tuple[Path, ...] = ()
    variables: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        path = os.pathsep.join(map(str, self.beside))
        object.__setattr__(self, "variables", {**kept, "PYTHONPATH": path} if path else kept)

    def word(self, name: str) -> str:
        return str(self.folder / "bin" / name)

    def run(self, *words: str | Path, code: int = 0, at: Path | None = None) -> str:
        """What a command of the environment prints; its exit code must be ``code``."""
        done = subprocess.run(
            [self.word(str(words[0])), *map(str, words[1:])], cwd=at or self.folder,
            env=self.variables, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    @contextmanager
    def service(self, home: Path) -> Iterator[Iterator[str]]:
        """``labsvc run`` in the home: the lines of its log, as they come; stopped at the end."""
        command = [self.word("labsvc"), "run", "--home", str(home)]
        with subprocess.Popen(
            command, cwd=self.folder, env=self.variables, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stderr is not None
            yield iter(process.stderr)
            process.terminate()
            process.stderr.read()
        assert process.returncode == 0


def built(project: Path, folder: Path) -> Path:
    """Its wheel."""
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    done = subprocess.run(
        [*command, str(project)], capture_output=True, text=True, check=False, cwd=folder
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return max(folder.glob("*.whl"), key=lambda one: one.stat().st_mtime_ns)


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """A new environment with both wheels, put there by pip and nothing else."""
    folder, dist = tmp_path_factory.mktemp("outside") / "venv", tmp_path_factory.mktemp("wheels")
    copy = shutil.copytree(EXAMPLE, tmp_path_factory.mktemp("copy") / "labsvc-example-e1")
    wheels = [built(ROOT, dist), built(copy, dist)]
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "install"]
    quiet = ["--quiet", "--no-deps", "--no-index", "--disable-pip-version-check"]
    subprocess.run([*pip, *quiet, *map(str, wheels)], check=True, cwd=dist)
    (packages,) = (folder / "lib").glob("python*/site-packages")
    outer = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (packages / "dependencies.pth").write_text("\n".join(sorted(outer)), "utf-8")
    return Environment(folder)


def broken(folder: Path, name: str, source: str) -> Path:
    """A distribution as pip leaves it, whose driver ``name`` is ``source``."""
    module = f"{name}_broken"
    told = folder / f"{module}-1.0.dist-info"
    told.mkdir(parents=True)
    (folder / f"{module}.py").write_text(source, "utf-8")
    (told / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
    (told / "entry_points.txt").write_text(f"[labsvc.drivers]\n{name} = {module}:Acme\n")
    return folder


def home_with(clean: Environment, tmp_path: Path, *drivers: str) -> Path:
    """A home with a source, and its folder, for each of these drivers."""
    home = tmp_path / "home"
    clean.run("labsvc", "init", home)
    for name in drivers:
        (tmp_path / name).mkdir()
    sources = "".join(
        SOURCE.format(name=f"counter-{name}", folder=tmp_path / name, driver=name)
        for name in drivers
    )
    (home / "labsvc.yaml").write_text(f"timezone: Europe/Berlin\nsources:\n{sources}", "utf-8")
    return home


def until(log: Iterator[str], words: str) -> list[str]:
    """The log's lines up to the first one with these words."""
    seen = []
    for line in log:
        seen.append(line)
        if words in line:
            return seen
    raise AssertionError(f"the service ended without {words!r}:\n{''.join(seen)}")


def test_both_are_installed_and_neither_is_the_checkout(clean: Environment) -> None:
    """What follows is said of wheels."""
    asked = "import labsvc, labsvc_example_e1 as e1; print(labsvc.__file__, e1.__file__, sep='\\n')"
    for path in clean.run("python", "-c", asked).splitlines():
        assert Path(path).is_relative_to(clean.folder / "lib")


def test_it_registers_by_its_entry_point(clean: Environment) -> None:
    """Beside the built-in drivers, and it claims its report, which they do not."""
    listed = json.loads(clean.run("labsvc", "driver", "ls", "--json"))
    (row,) = [one for one in listed["drivers"] if one["name"] == "e1"]
    assert (row["files"], row["serial"], row["maturity"]) == (["E1_*.TXT"], "9600 8N1", "draft")
    assert {"microbeta", "tricarb", "ls6500"} < {one["name"] for one in listed["drivers"]}
    assert listed["disabled"] == {}
    answers = json.loads(clean.run("labsvc", "driver", "sniff", REPORT, "--json"))["answers"]
    assert [name for name, one in answers.items() if one["claimed"]] == ["e1"]


def test_it_passes_the_contract_of_every_driver(clean: Environment, tmp_path: Path) -> None:
    """Its own tests, run from a folder without its code: every one passes, none is skipped."""
    shutil.copytree(EXAMPLE / "tests", tmp_path / "tests")
    shutil.copy(EXAMPLE / "pyproject.toml", tmp_path)
    ran = clean.run("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", at=tmp_path)
    told = re.search(r"^(\d+) passed in ", ran, re.MULTILINE)
    assert told, ran
    assert int(told[1]) > 30


def test_its_golden_is_what_the_command_prints(clean: Environment) -> None:
    """Which a person compared with the report: four places, one without a vial."""
    printed = json.loads(clean.run("labsvc", "driver", "parse", REPORT, "--json"))
    golden = json.loads(REPORT.with_name(f"{REPORT.name}.json").read_bytes())
    assert printed["records"] == golden
    channels = [one["channels"] for one in golden[0]["readings"]]
    assert [few[0]["counts"] if few else None for few in channels] == [1250, 30412, None, 0]


def test_the_service_files_what_its_counter_writes(clean: Environment, tmp_path: Path) -> None:
    """A report in the source's folder: archived, and held until a protocol claims it."""
    home = home_with(clean, tmp_path, "e1")
    assert "counter-e1" in clean.run("labsvc", "check", "--home", home)
    with clean.service(home) as log:
        until(log, "service started")
        shutil.copy(REPORT, tmp_path / "e1")
        until(log, "capture filed")
    (run,) = json.loads(clean.run("labsvc", "runs", "ls", "--home", home, "--json"))
    assert run["verdict"] == "held"
    (kept,) = (home / "archive").rglob("E1_0042.TXT")
    assert kept.read_bytes() == REPORT.read_bytes()


def test_a_broken_driver_is_disabled_with_a_finding_and_the_service_runs(
    clean: Environment, tmp_path: Path
) -> None:
    """Told by driver ls, check and the log; its source is away, the other's run is filed."""
    acme = broken(tmp_path / "site", "acme", "import a_library_that_is_away")
    beside = Environment(clean.folder, (acme,))
    home = home_with(clean, tmp_path, "acme", "e1")
    why = "acme_broken:Acme cannot be imported: ModuleNotFoundError: No module named"
    assert why in json.loads(beside.run("labsvc", "driver", "ls", "--json"))["disabled"]["acme"]
    checked = beside.run("labsvc", "check", "--home", home, code=78)
    assert f"LOOK  driver acme is disabled: {why}" in checked
    assert "LOOK  source counter-acme: driver 'acme' is disabled: " in checked
    with beside.service(home) as log:
        begun = "".join(until(log, "driver disabled"))
        shutil.copy(REPORT, tmp_path / "e1")
        rest = "".join(until(log, "capture filed"))
    assert why in begun + rest
    (run,) = json.loads(beside.run("labsvc", "runs", "ls", "--home", home, "--json"))
    assert run["verdict"] == "held"


def test_a_second_driver_of_its_name_disables_both(clean: Environment, tmp_path: Path) -> None:
    """Which was meant nobody can tell; the built-in drivers stay."""
    twin = broken(tmp_path / "site", "e1", "class Acme: pass")
    listed = json.loads(Environment(clean.folder, (twin,)).run("labsvc", "driver", "ls", "--json"))
    assert "e1" not in {one["name"] for one in listed["drivers"]}
    assert listed["disabled"]["e1"] == (
        "2 drivers have this name: e1_broken:Acme of e1_broken and labsvc_example_e1:E1 of "
        "labsvc-example-e1; uninstall all but one"
    )


def example_files() -> dict[str, str]:
    """What the distribution consists of, by path; line ends are LF."""
    return {
        path.relative_to(EXAMPLE).as_posix(): path.read_bytes().decode().replace("\r\n", "\n")
        for path in sorted(EXAMPLE.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_every_block_of_the_page_is_of_the_example() -> None:
    """A newcomer who copies from the page has what is tested here; nothing of it is left out."""
    files, text = example_files(), PAGE.read_text(encoding="utf-8")
    shown = blocks(text, "python", "toml", "text", "console", "yaml")
    assert 2 * len([*shown, *blocks(text, "")]) == len(re.findall("^```", text, re.MULTILINE))
    assert [one for one in shown if not any(one in file for file in files.values())] == []
    for name, file in files.items():
        if name.endswith((".py", ".toml")):
            left = file
            for block in sorted(shown, key=len, reverse=True):
                left = left.replace(block, "")
            assert not left.strip(), f"{name} is not shown whole"


def test_the_tree_on_the_page_is_that_of_the_example() -> None:
    """Every file, and none that is not there."""
    (tree,) = blocks(PAGE.read_text(encoding="utf-8"), "")
    names = [line.split()[0] for line in tree.splitlines()]
    paths = example_files()
    assert sorted(one for one in names if not one.endswith("/")) == sorted(
        path.rpartition("/")[2] for path in paths
    )
    folders = {f"{part}/" for path in paths for part in path.split("/")[:-1]}
    assert {one for one in names if one.endswith("/")} == folders
