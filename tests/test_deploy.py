"""What is shipped to run labsvc: container, compose file, udev rule.

No container is built here: tests/deploy/image.sh does that, by hand, where podman is.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from labsvc.service.authoring.yamltext import read_yaml
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[1]
CONTAINER = ROOT / "deploy" / "container"
HEALTHY = CONTAINER / "healthy.py"
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


def is_sent(name: str) -> bool:
    """Whether the builder gets to see it: the last line that means it, or a folder of it, wins."""
    sent = True
    for line in (CONTAINER / "Containerfile.dockerignore").read_text().splitlines():
        pattern = line.removeprefix("!")
        if any(fnmatch(str(one), pattern) for one in (Path(name), *Path(name).parents)):
            sent = line.startswith("!")
    return sent


def test_what_is_copied_into_the_image_is_there_and_let_through() -> None:
    copied = [shlex.split(argument)[:-1] for step, argument in steps()
              if step == "COPY" and "--from" not in argument]  # fmt: skip
    for name in (one for names in copied for one in names):
        assert (ROOT / name).exists()
        assert is_sent(name)
    assert is_sent(str(HEALTHY.relative_to(ROOT)))


@pytest.mark.parametrize(
    "name", [".env", "labsvc-home/labsvc.yaml", "deploy/container/mail_password", "tests/bench.py",
             "deploy/container/.env", "labsvc/__pycache__/errors.cpython-311.pyc"],
)  # fmt: skip
def test_no_secret_and_no_home_comes_into_the_image(name: str) -> None:
    """Whatever lies in the checkout beside what the image is made of."""
    assert not is_sent(name)


def health_check() -> tuple[dict[str, str], list[str]]:
    """The options of the image's health check, and its command."""
    (check,) = [argument for step, argument in steps() if step == "HEALTHCHECK"]
    options, _, command = check.partition("CMD ")
    return dict(re.findall(r"--([\w-]+)=(\S+)", options)), json.loads(command)


def test_the_health_check_is_shipped_and_the_same_in_the_compose_file() -> None:
    """Podman's own image format has none, so both say it."""
    options, command = health_check()
    assert command == ["python", f"/opt/labsvc/share/labsvc/{HEALTHY.relative_to(ROOT)}"]
    (service,) = compose()["services"].values()
    told = {name.replace("_", "-"): str(value) for name, value in service["healthcheck"].items()}
    assert told == {"test": shlex.join(command), **options}


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_the_health_check_says_what_the_service_says(status: int, code: int) -> None:
    """Asked directly: a proxy that the host hands on is left out."""
    with answering(status, b"what is amiss") as port:
        ran = asked_for_health(port)
    assert (ran.returncode, (ran.stdout + ran.stderr).strip()) == (code, "what is amiss")


def test_a_service_that_does_not_answer_is_not_healthy() -> None:
    with answering(200, b"ok") as port:
        pass
    ran = asked_for_health(port)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith(f"nothing answers on port {port}: ")


@contextmanager
def answering(status: int, body: bytes) -> Iterator[int]:
    """A server that answers once, and its port."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/healthz" else 404)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def asked_for_health(port: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(HEALTHY)],
        env={**os.environ, "LABSVC_HEALTH_PORT": str(port), "http_proxy": "http://127.0.0.1:9"},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


def test_image_and_compose_file_agree_on_account_program_and_home() -> None:
    """And with the project: its command, its Python, the variable that names its home."""
    said = {step: argument for step, argument in steps()}
    (service,) = compose()["services"].values()
    assert service["user"] == said["USER"]
    runs = " ".join(argument for step, argument in steps() if step == "RUN")
    assert set(re.findall(r"--(?:uid|gid|owner|group) (\d+)", runs)) == set(said["USER"].split(":"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (program,) = json.loads(said["ENTRYPOINT"])
    assert program in project["scripts"]
    assert f"/python:{project['requires-python'].removeprefix('>=')}-" in said["ARG"]
    (home,) = json.loads(said["VOLUME"])
    assert said["WORKDIR"] == home
    assert f"LABSVC_HOME={home}" in said["ENV"]
    assert f"home:{home}" in service["volumes"]


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
    (password,) = compose()["secrets"].values()
    assert ":-/etc/" in password["file"]
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
