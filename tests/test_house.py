"""The house's own rules: layers, mirrors, sizes, names, and nothing of anybody's machine."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import labsvc
import labsvc_drivers

ROOT = Path(__file__).parents[1]
PACKAGES = {
    ROOT / "labsvc": ROOT / "tests",
    ROOT / "drivers/labsvc_drivers": ROOT / "tests/drivers",
}
TEXT = {".py", ".md", ".yaml", ".yml", ".toml", ".lock", ".j2", ".css", ".csv", ".json", ".service",
        ".rules", ".example", ".mako", ""}  # fmt: skip
FOLDERS = ("labsvc", "drivers", "protocols", "deploy", "docs", "tests", "benchmarks", ".ci")

TESTED_ELSEWHERE = {
    "labsvc/store/migrations/env.py": "Alembic runs it: tests/store/test_migrate.py",
    "labsvc/store/migrations/versions/first_tables_0001.py": "tests/store/test_migrate.py",
    "labsvc/store/migrations/versions/audit_append_only_0002.py": "tests/store/test_audit.py",
    "labsvc/store/migrations/versions/sealed_rows_0003.py": "tests/store/test_migrate.py",
    "labsvc/store/migrations/versions/washes_0004.py": "tests/store/test_migrate.py",
    "labsvc/store/migrations/versions/delivery_0005.py": "tests/store/test_migrate.py",
}


def sources() -> Iterator[Path]:
    for package in PACKAGES:
        yield from sorted(package.rglob("*.py"))


def texts() -> Iterator[tuple[Path, str]]:
    """Every text of the project; what tools and virtual environments leave is not looked at."""
    tops = [path for path in ROOT.iterdir() if path.is_file() and path.name != ".coverage"]
    inner = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*")]
    for path in sorted({*tops, *inner}):
        if path.is_file() and path.suffix in TEXT and "__pycache__" not in path.parts:
            yield path, path.read_text(encoding="utf-8", errors="replace")


def found(pattern: str) -> list[str]:
    """The places where a text has the pattern, as ``file:line``."""
    wanted = re.compile(pattern)
    return [
        f"{path.relative_to(ROOT).as_posix()}:{number}"
        for path, text in texts()
        if wanted.search(text)
        for number, line in enumerate(text.splitlines(), start=1)
        if wanted.search(line)
    ]


def test_the_layers_hold() -> None:
    """Every contract of pyproject.toml, as import-linter sees it."""
    command = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run(
        [str(command), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_every_driver_is_installed_and_under_the_contract() -> None:
    """A folder below drivers/ is an entry point, and is kept from importing the others."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    folders = {
        f"labsvc_drivers.{one.parent.name}"
        for one in (ROOT / "drivers/labsvc_drivers").glob("*/__init__.py")
    }
    points = project["project"]["entry-points"]["labsvc.drivers"].values()
    assert {point.partition(":")[0] for point in points} == folders
    contracts = project["tool"]["importlinter"]["contracts"]
    (apart,) = [one["modules"] for one in contracts if one["type"] == "independence"]
    assert set(apart) == folders


def needs_tests(path: Path) -> bool:
    """Nouns have no behaviour; what a package's ``__init__`` offers is tested where it is made."""
    name = path.relative_to(ROOT).as_posix()
    if path.name == "__init__.py" or name in TESTED_ELSEWHERE:
        return False
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return any(isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) for node in ast.walk(tree))


def mirrored(path: Path) -> Path:
    package = next(one for one in PACKAGES if one in path.parents)
    below = path.relative_to(package)
    return PACKAGES[package] / below.parent / f"test_{below.name}"


def test_every_module_has_a_test_module() -> None:
    """At the same place below tests/."""
    lacking = [path for path in sources() if needs_tests(path) and not mirrored(path).is_file()]
    assert [path.relative_to(ROOT).as_posix() for path in lacking] == []


def test_every_exception_from_the_mirror_is_still_there() -> None:
    """The list of exceptions does not outlive its files."""
    assert [name for name in TESTED_ELSEWHERE if not (ROOT / name).is_file()] == []


def modules() -> list[str]:
    walked = [
        *pkgutil.walk_packages(labsvc.__path__, "labsvc."),
        *pkgutil.walk_packages(labsvc_drivers.__path__, "labsvc_drivers."),
    ]
    # Alembic's environment runs migrations when it is imported.
    return sorted(one.name for one in walked if not one.name.endswith("migrations.env"))


@pytest.mark.parametrize("module", modules())
def test_public_names_resolve(module: str) -> None:
    """A name in __all__ is in the module, once; and the module can be imported by itself."""
    loaded = importlib.import_module(module)
    names = list(getattr(loaded, "__all__", ()))
    assert [name for name in names if not hasattr(loaded, name)] == []
    assert len(set(names)) == len(names)


def test_no_file_is_over_500_lines() -> None:
    """Beyond that a module is two."""
    long = {
        path.relative_to(ROOT).as_posix(): lines
        for path, text in texts()
        if path.suffix == ".py" and (lines := text.count("\n")) > 500
    }
    assert long == {}


def test_no_test_patches_the_code() -> None:
    """Real parts, or a fake of ten lines that is handed in."""
    assert found(r"\bmock\." + r"patch|unittest\." + r"mock|from unittest import " + "mock") == []


def test_nothing_names_a_machine() -> None:
    """No path of the place it was written at."""
    assert found(r"(?<![\w.~*])/(?:wo" + r"rk|ro" + r"ot)/") == []


def test_nothing_names_a_package_registry() -> None:
    """Where packages come from is the installing machine's choice."""
    assert found(r"https?://\S*(?:py" + r"pi|/sim" + r"ple\b|/pack" + r"ages/)") == []
    assert found(r"(?:extra-|default-)?index-" + r"url") == []
    locks = [text for path, text in texts() if path.suffix == ".lock"]
    assert len(locks) == 3
    assert not any("://" in text for text in locks)


def test_one_version_everywhere() -> None:
    """Of the distribution, of the package, and as the newest in the changelog."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## \[([^]]+)\]", changelog, re.MULTILINE)
    assert newest
    assert project["version"] == labsvc.__version__ == newest[1]
