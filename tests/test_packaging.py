"""What is installed is whole: the wheel, its metadata, its drivers."""

from __future__ import annotations

import subprocess
import sys
from email.parser import HeaderParser
from importlib.metadata import entry_points
from pathlib import Path
from zipfile import ZipFile

import pytest

import labsvc
from labsvc.cli import main
from labsvc.driver import Driver

ROOT = Path(__file__).parents[1]
SHARED = f"labsvc-{labsvc.__version__}.data/data/share/labsvc"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from this very tree."""
    folder = tmp_path_factory.mktemp("dist")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), "."],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def inside(wheel: Path) -> set[str]:
    with ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.mark.parametrize("folder", ["protocols", "deploy"])
def test_the_wheel_brings_what_a_home_is_made_of(inside: set[str], folder: str) -> None:
    """``labsvc init`` finds protocols and examples without a checkout."""
    files = [one for one in (ROOT / folder).rglob("*") if one.is_file()]
    wanted = {f"{SHARED}/{one.relative_to(ROOT).as_posix()}" for one in files}
    assert wanted
    assert wanted <= inside


def test_the_wheel_brings_both_packages_with_their_other_files(inside: set[str]) -> None:
    """Templates, migrations and the mark that says it is typed, not only modules."""
    packages = {ROOT / "labsvc": "labsvc", ROOT / "drivers/labsvc_drivers": "labsvc_drivers"}
    wanted = {
        f"{name}/{one.relative_to(folder).as_posix()}"
        for folder, name in packages.items()
        for one in folder.rglob("*")
        if one.is_file() and "__pycache__" not in one.parts
    }
    assert "labsvc/py.typed" in wanted
    assert wanted <= inside


def test_the_wheel_holds_nothing_else(inside: set[str]) -> None:
    """No tests, no benchmarks: they would be importable by accident."""
    tops = {one.split("/")[0] for one in inside}
    version = labsvc.__version__
    assert tops == {"labsvc", "labsvc_drivers", f"labsvc-{version}.data",
                    f"labsvc-{version}.dist-info"}  # fmt: skip
    assert [one for one in inside if "/test_" in one or "__pycache__" in one] == []


def test_the_metadata_says_what_it_is(wheel: Path) -> None:
    """Licence with its text, version, Python, and the way in."""
    info = f"labsvc-{labsvc.__version__}.dist-info"
    with ZipFile(wheel) as archive:
        told = HeaderParser().parsestr(archive.read(f"{info}/METADATA").decode())
        points = archive.read(f"{info}/entry_points.txt").decode()
        licence = archive.read(f"{info}/licenses/LICENSE").decode()
    assert (told["Name"], told["Version"]) == ("labsvc", labsvc.__version__)
    assert (told["License-Expression"], told["Requires-Python"]) == ("Apache-2.0", ">=3.11")
    assert "Apache License" in licence
    assert "labsvc = labsvc.cli:main" in points


def test_the_installed_drivers_load() -> None:
    """Each entry point gives a driver that can be made without arguments."""
    points = entry_points(group="labsvc.drivers")
    assert {"harvest", "microbeta", "tricarb", "tricarb-2100tr", "wizard2"} <= points.names
    assert all(isinstance(point.load()(), Driver) for point in points)


def test_the_installed_command_is_ours() -> None:
    (point,) = entry_points(group="console_scripts", name="labsvc")
    assert point.load() is main
