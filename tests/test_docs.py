"""What the documentation lists is what there is, and what it shows works."""

from __future__ import annotations

import inspect
import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import click
import pytest
import typer
from typer.testing import CliRunner

from labsvc import errors
from labsvc.cli import app, exit_code
from labsvc.core.fitting.curves import MODELS
from labsvc.core.qc.checks import RUN_CHECKS, limits_text
from labsvc.core.qc.curvechecks import CURVE_CHECKS
from labsvc.core.qc.defaultlimits import DEFAULTS
from labsvc.service import settings
from labsvc.service.alerting import settings as alertsettings
from labsvc.service.protocols.text import parse_protocol
from labsvc.service.registry import load_drivers
from labsvc.service.runsheets.text import parse_runsheet
from labsvc.service.settings import read_settings
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(
    [*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "drivers").rglob("*.md"),
     *(ROOT / "protocols").glob("*.md")]
)  # fmt: skip
OURS = [page for page in PAGES if DOCS in page.parents or page.parent == ROOT]
LABSVC = Path(sys.executable).parent / "labsvc"


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def rows(page: str) -> dict[str, list[str]]:
    """The cells of each table row whose first cell is `code`, by that code."""
    found = {}
    for line in read(page).splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if cells and (code := re.match(r"\[?`([^`]+)`", cells[0])):
            found[code[1]] = cells[1:]
    return found


def blocks(text: str, *languages: str) -> list[str]:
    """The fenced blocks in these languages; indented ones too."""
    fences = re.finditer(r"^( *)```(\w*)\n(.*?)^\1```", text, re.MULTILINE | re.DOTALL)
    return [
        "\n".join(line.removeprefix(found[1]) for line in found[3].splitlines())
        for found in fences
        if found[2] in languages
    ]


def anchor(heading: str) -> str:
    kept = re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower())
    return kept.strip().replace(" ", "-")


@cache
def commands() -> dict[str, click.Command]:
    """Every command by its words: ``driver ls``."""
    group = typer.main.get_command(app)

    def walk(command: Any, words: list[str]) -> Iterator[tuple[str, Any]]:
        if not hasattr(command, "commands"):
            yield " ".join(words), command
            return
        for word, inner in command.commands.items():
            yield from walk(inner, [*words, word])

    return dict(walk(group, []))


def options(command: click.Command) -> set[str]:
    return {one for parameter in command.params for one in parameter.opts if one.startswith("--")}


def told(words: list[str]) -> str | None:
    """The command that these words call; None when there is none."""
    known = commands()
    return next((one for n in (2, 1) if (one := " ".join(words[:n])) in known), None)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_relative_links_resolve(page: Path) -> None:
    """To files that are there, and to headings that are in them."""
    text = re.sub(r"^( *)```.*?^\1```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"https?:|mailto:", link):
            continue
        path, _, heading = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{name(page)} links to {link}"
        if heading:
            headings = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            assert heading in map(anchor, headings), f"{name(page)} links to {link}"


def test_every_page_can_be_reached_from_the_contents() -> None:
    """A page that nobody finds is not written; decisions are reached through their folder."""
    listed = read("docs/README.md")
    pages = [one for one in DOCS.rglob("*.md") if one.parent.name != "decisions"]
    missing = [name(one) for one in pages if one.relative_to(DOCS).as_posix() not in listed]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_shown_exists(page: Path) -> None:
    """With its options: documentation of what is not there costs people their time."""
    text = page.read_text(encoding="utf-8")
    shown = [line for block in blocks(text, "console", "sh", "bat") for line in block.splitlines()]
    shown += re.findall(r"`(labsvc [a-z][^`]*)`", text)
    for line in shown:
        found = re.search(r"(?:^|[\s/\\])labsvc (?=[a-z])(.*)", line)
        if found is None:
            continue
        words = shlex.split(found[1].replace("\\", "/"), comments=True)
        command = told(words)
        group_or_word = len(words) == 1 and any(one.startswith(words[0]) for one in commands())
        assert command or group_or_word, f"{name(page)} shows {line!r}"
        if command:
            used = {word.strip("[]") for word in words if word.strip("[").startswith("--")}
            assert used <= options(commands()[command]) | {"--help"}, f"{name(page)}: {line!r}"


@pytest.mark.parametrize("command", sorted(commands()))
def test_every_command_is_in_the_reference(command: str) -> None:
    """Under a heading that shows all of its options."""
    found = re.search(rf"^### `labsvc {command}\b(.*)`$", read("docs/reference/cli.md"), re.M)
    assert found, f"docs/reference/cli.md has no heading for labsvc {command}"
    shown = set(re.findall(r"--[a-z]+(?:-[a-z]+)*", found[1]))
    assert shown == options(commands()[command]) - {"--help"}


@pytest.mark.parametrize("command", sorted(commands()))
def test_every_command_has_an_example_of_itself_in_its_help(command: str) -> None:
    """One that could be typed."""
    said = inspect.cleandoc(commands()[command].help or "")
    found = re.search(r"Example: labsvc (.*)", said)
    assert found, f"labsvc {command} --help has no example"
    words = shlex.split(found[1])
    assert told(words) == command
    assert {one for one in words if one.startswith("--")} <= options(commands()[command])


def test_every_room_is_in_the_design() -> None:
    """So that it says of each where to change what."""
    design = (ROOT / "docs" / "explanation" / "design.md").read_text("utf-8")
    rooms = [one.parent.name for half in ("core", "service")
             for one in (ROOT / "labsvc" / half).glob("*/__init__.py")]  # fmt: skip
    assert [one for one in rooms if f"`{one}/`" not in design] == []


def test_every_setting_is_in_the_reference() -> None:
    """And nothing that is no setting, but for the environment's variables."""
    schemas = (
        settings._Settings,
        settings._Source,
        settings._Locale,
        settings._Mail,
        settings._Http,
    )
    keys = {key for schema in (*schemas, *alertsettings.SCHEMAS) for key in schema.model_fields}
    documented = {one for one in rows("docs/reference/settings.md") if one.islower()}
    assert documented == keys


def test_every_error_is_in_the_reference_with_its_exit_code() -> None:
    """Class by class, in the table of what the service does with it."""
    table = rows("docs/reference/errors.md")
    classes = {
        word: kind
        for word, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.LabsvcError)
    }
    assert table.keys() == classes.keys()
    codes = {word: str(exit_code(kind("x"))) for word, kind in classes.items()}
    assert {word: cells[-1] for word, cells in table.items()} == codes


def test_every_check_is_in_the_reference() -> None:
    """Checks of the run and of the curves, each as what it is, with its default limits; and none
    that is not there."""
    kinds = dict.fromkeys(RUN_CHECKS, "run") | dict.fromkeys(CURVE_CHECKS, "curve")
    table = rows("docs/reference/checks.md")
    assert {word: cells[0] for word, cells in table.items() if len(cells) == 4} == kinds
    limits = {word: limits_text(one) for word, one in DEFAULTS.items()}
    assert {word: cells[3] for word, cells in table.items() if len(cells) == 4} == limits
    protocol_page = read("docs/reference/protocol.md")
    assert [word for word in kinds if f"`{word}`" not in protocol_page] == []


def test_every_model_is_in_the_reference() -> None:
    table = {word: cells for word, cells in rows("docs/reference/models.md").items()
             if len(cells) == 3}  # fmt: skip
    assert table.keys() == MODELS.keys()
    assert table["inhibition_4pl"][0] == MODELS["inhibition_4pl"].formula


@pytest.mark.parametrize("page", ["README.md", "drivers/README.md"])
def test_every_driver_is_listed_with_its_maturity(page: str) -> None:
    """A lab must see before it installs whether its counter is served, and how well."""
    installed = {word: driver.maturity for word, driver in load_drivers().drivers.items()}
    table = {word: cells for word, cells in rows(page).items() if word in installed}
    assert {word: cells[-1] for word, cells in table.items()} == installed


@pytest.mark.parametrize("page", OURS, ids=name)
def test_settings_shown_are_valid(page: Path, tmp_path: Path) -> None:
    """Blocks of labsvc.yaml can be copied as they stand."""
    for block in blocks(page.read_text(encoding="utf-8"), "yaml"):
        if block.partition(":")[0] in settings._Settings.model_fields:
            (tmp_path / "labsvc.yaml").write_text(block, encoding="utf-8")
            read_settings(tmp_path / "labsvc.yaml")


def test_the_shipped_settings_are_valid_with_and_without_their_comments(tmp_path: Path) -> None:
    """Taking the # away before any line leaves valid settings, in which every key is shown."""
    shipped = read("deploy/example/labsvc.yaml")
    bare = re.sub(
        r"^# (?=sources:|mail:|alerts:|expected:|http:|database:|  )",
        "",
        shipped,
        flags=re.MULTILINE,
    )
    for text in (shipped, bare):
        (tmp_path / "labsvc.yaml").write_text(text, encoding="utf-8")
        given = read_settings(tmp_path / "labsvc.yaml")
    names = ["microbeta-1", "harvester-1", "hidex-1", "triathler-1", "tricarb-port"]
    assert [one.name for one in given.sources] == names
    schemas = (
        settings._Settings,
        settings._Source,
        settings._Locale,
        settings._Mail,
        settings._Http,
    )
    keys = {key for schema in (*schemas, *alertsettings.SCHEMAS) for key in schema.model_fields}
    assert keys <= set(re.findall(r"(\w+):", bare))


def test_the_shipped_run_sheet_fits_its_protocol() -> None:
    """The example that ``labsvc init`` puts into a home."""
    file = ROOT / "protocols" / "net-nisoxetine-binding.yaml"
    protocol = parse_protocol(file.read_bytes(), file=file.name)
    example = (ROOT / "deploy" / "example" / "runsheet.yaml.example").read_bytes()
    sheet = parse_runsheet(
        example, file="x.yaml", timezone="UTC", protocols={protocol.name: protocol}.get
    )
    slots = {slot.name: len(slot.wells) for slot in protocol.layout.slots}
    assert {one.slot: len(one.concentrations_m) for one in sheet.compounds} == slots


def run(*words: str | Path, code: int = 0) -> str:
    """What the command prints; its exit code must be ``code``."""
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == code, done.output
    return done.stdout


def test_a_new_home_has_nothing_wrong(tmp_path: Path) -> None:
    """``labsvc init`` and ``labsvc check``, as the tutorial begins."""
    run("init", tmp_path / "home")
    findings = json.loads(run("check", "--home", tmp_path / "home", "--json"))["findings"]
    assert len(findings) > 4
    assert all(one["ok"] for one in findings)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The demo's home after its day, and what it printed."""
    home = tmp_path_factory.mktemp("docs") / "demo-home"
    command = [str(LABSVC), "demo", "--once", "--home", str(home)]
    done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=True)
    return home, done.stdout.decode()


def squeezed(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def test_the_readme_shows_what_the_demo_prints(demo: tuple[Path, str]) -> None:
    """Line for line, but for paths and the title's place."""
    quoted = next(one for one in blocks(read("README.md"), "") if "The day" in one)
    printed = set(squeezed(demo[1]))
    lines = [one for one in squeezed(quoted) if "demo-home" not in one]
    assert len(lines) > 30
    assert [one for one in lines if one not in printed] == []


def test_the_tutorial_shows_what_its_commands_print(demo: tuple[Path, str], tmp_path: Path) -> None:
    """Held without a run sheet, for review without a harvest, accepted with both."""
    lab, home = demo[0], tmp_path / "labsvc-home"
    run("init", home)
    text = (home / "labsvc.yaml").read_text(encoding="utf-8")
    (home / "labsvc.yaml").write_text(text.replace("timezone: UTC", "timezone: Europe/Berlin"))
    run("ingest", lab / "lab/microbeta/NET-0411_A7_212.txt", "--home", home, code=1)
    shutil.copy(lab / "runsheets/NET-0411.yaml", home / "runsheets")
    run("step", "NET-0411", "harvest", "--at", "2026-03-02 10:01", "--home", home)
    quoted = [one for one in blocks(read("docs/tutorial/first-plate.md"), "") if "a2468c" in one]
    for revision, block in enumerate(quoted, start=1):
        shown = run("runs", "show", "a2468c3adf5f", "--revision", str(revision), "--home", home)
        assert squeezed(shown) == squeezed(block)
    assert "ACCEPTED" in run("runs", "show", "a2468c3adf5f", "--revision", "3", "--home", home)
    assert run("verify", "--home", home)


def keys_of(document: Any) -> set[str]:
    """Every key of ours in a document; what stands under inputs, extras and lots is the user's."""
    if isinstance(document, list):
        return set().union(*map(keys_of, document)) if document else set()
    if not isinstance(document, dict):
        return set()
    inner = (value for key, value in document.items() if key not in ("inputs", "extras", "lots"))
    return set(document) | set().union(*map(keys_of, inner))


def test_every_key_of_the_json_is_in_its_reference(demo: tuple[Path, str]) -> None:
    """Of what is read from a file, and of a result."""
    home = demo[0]
    files = sorted((home / "lab").rglob("NET-0411*"))
    documents = [
        json.loads(run("driver", "parse", *files, "--json")),
        json.loads(run("runs", "show", "a2468c3adf5f", "--home", home, "--json")),
        json.loads(run("status", "--home", home, "--json"))["latest"],
        json.loads(run("runs", "ls", "--home", home, "--json")),
    ]
    page = read("docs/reference/json.md")
    missing = [key for key in keys_of(documents)
               if f'"{key}"' not in page and f"`{key}`" not in page]  # fmt: skip
    assert missing == []
