"""What is shipped to run labsvc: container, compose file, udev rule. No container is built here."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from labsvc.service.authoring.yamltext import read_yaml
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[1]
CONTAINER = ROOT / "deploy" / "container"
RULES = ROOT / "deploy" / "udev" / "99-labsvc.rules"


def steps() -> list[tuple[str, str]]:
    """The instructions of the Containerfile with their arguments, continued lines joined."""
    text = (CONTAINER / "Containerfile").read_text(encoding="utf-8")
    lines = re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ").splitlines()
    return [(found[1], found[2]) for line in lines if (found := re.match(r"(\w+)\s+(.*)", line))]


def compose() -> Any:
    content = (CONTAINER / "compose.yaml").read_bytes()
    return read_yaml(content, file="compose.yaml").value


def test_the_image_holds_only_locked_packages() -> None:
    """Each by its hash; labsvc itself without any other; nothing is fetched beside."""
    runs = " && ".join(argument for step, argument in steps() if step == "RUN")
    installs = re.findall(r"pip install ([^&]*)", runs)
    assert len(installs) == 2
    assert "--require-hashes -r /build/requirements.lock" in installs[0]
    assert "--no-deps --no-build-isolation" in installs[1]
    assert not re.search(r"\b(curl|wget|git|apt)\b", runs)
    assert not [step for step, _ in steps() if step == "ADD"]


def test_the_image_runs_as_nobody_of_importance() -> None:
    """An account by its number in the last stage, so that a host can see it is not root."""
    last = [step for step, _ in steps()][::-1].index("FROM")
    after = steps()[len(steps()) - last :]
    (user,) = [argument for step, argument in after if step == "USER"]
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", user)


def test_what_is_copied_into_the_image_is_there_and_let_through() -> None:
    """And no secret, home or environment: the list of what is sent begins with nothing."""
    copied = [shlex.split(argument)[:-1] for step, argument in steps()
              if step == "COPY" and "--from" not in argument]  # fmt: skip
    ignore = (CONTAINER / "Containerfile.dockerignore").read_text().splitlines()
    assert next(line for line in ignore if not line.startswith("#")) == "*"
    for name in (one for names in copied for one in names):
        assert (ROOT / name).exists()
        assert f"!{name}" in ignore


def test_the_health_check_is_a_program() -> None:
    (check,) = [argument for step, argument in steps() if step == "HEALTHCHECK"]
    command = json.loads(check.partition("CMD ")[2])
    assert command[:2] == ["python", "-c"]
    compile(command[2], "the health check", "exec")
    assert "/healthz" in command[2]


def test_the_compose_file_gives_no_more_than_is_needed() -> None:
    """No rights, nothing to write but the home, the counter's folder for reading, no password."""
    (service,) = compose()["services"].values()
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    folders = {one.rpartition(":/")[2]: one for one in service["volumes"]}
    assert folders["srv/counter:ro"].endswith(":ro")
    assert set(service["secrets"]) == set(compose()["secrets"])
    assert "environment" not in service
    build = service["build"]
    assert (CONTAINER / build["context"] / build["dockerfile"]).resolve().is_file()


def rules() -> list[str]:
    lines = RULES.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_the_udev_rule_opens_usb_adapters_to_their_group_alone() -> None:
    """No port to everybody, no port of the machine itself, no program started."""
    pair = r'[A-Z]+(?:\{\w+\})?(?:==|!=|\+=|=)"[^"]*"'
    assert [line for line in rules() if not re.fullmatch(rf"{pair}(, {pair})*", line)] == []
    opening = [line for line in rules() if "MODE=" in line]
    assert opening
    assert all('SUBSYSTEMS=="usb"' in line for line in opening)
    assert all('GROUP="dialout", MODE="0660"' in line for line in opening)
    assert "RUN" not in "".join(rules())
    ends = {found for line in rules() for found in re.findall(r'GOTO="(\w+)"', line)}
    assert ends == set(re.findall(r'LABEL="(\w+)"', "".join(rules())))


def _knows_verify() -> bool:
    """``udevadm verify`` came with systemd 254."""
    if shutil.which("udevadm") is None:
        return False
    asked = subprocess.run(["udevadm", "verify", "--help"], capture_output=True, check=False)
    return asked.returncode == 0


@pytest.mark.skipif(not _knows_verify(), reason="no udevadm verify: the rule is read by eye here")
def test_udev_finds_no_fault_in_the_rule() -> None:
    ran = subprocess.run(
        ["udevadm", "verify", str(RULES)],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
