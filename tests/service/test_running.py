"""labsvc run as a process, with what may befall it: drivers that hang or crash, edits, monitors."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.error import URLError

from labsvc.model.filing import CaptureState
from labsvc.service.home import SETTINGS_FILE, open_home
from labsvc.service.watching.sources import utc_now
from labsvc.service.watching.states import read_states
from tests.bench import make_home, report, report_name
from tests.patience import PATIENCE

SCRIPT = Path(sys.executable).with_name("labsvc")
PLATE = "NET-0411"
DRIVER = """
import os, time
from labsvc.driver import Driver, Files, Recognition
{at_import}

class Acme(Driver):
    title, maturity = "Acme", "draft"
    files = Files(patterns=("*.acme",), quiet_seconds=0.1)
    def recognises(self, capture): return Recognition.no("asked for by name only")
    def parse(self, capture):
        while True: pass
    def simulate(self, records, *, fault=None): return b""
"""


def outside(folder: Path, at_import: str = "") -> dict[str, str]:
    """A distribution with one driver, laid into a folder; the environment that finds it."""
    record = folder / "acme-1.dist-info"
    record.mkdir(parents=True)
    (folder / "acme_counter.py").write_text(DRIVER.format(at_import=at_import))
    (record / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1\n")
    (record / "entry_points.txt").write_text("[labsvc.drivers]\nacme = acme_counter:Acme\n")
    return {**os.environ, "PYTHONPATH": str(folder)}


@contextmanager
def running(
    home: Path, environment: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """``labsvc run`` on the home, started and asked to end."""
    command = [str(SCRIPT), "run", "--home", str(home)]
    with (home.parent / "log.txt").open("a") as log:
        process = subprocess.Popen(command, stderr=log, text=True, env=environment)
    try:
        yield process
    finally:
        process.terminate()
        assert process.wait(PATIENCE) == 0, (home.parent / "log.txt").read_text()


def until(holds: Callable[[], bool]) -> None:
    deadline = monotonic() + PATIENCE
    while not holds():
        assert monotonic() < deadline
        sleep(0.05)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def asked(port: int, path: str, token: str | None = None) -> tuple[int, Any]:
    """What the service answers; status 0 while it does not listen yet."""
    headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
    method = "POST" if token is not None else "GET"
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", None, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, json.loads(answer.read())
    except URLError as error:
        code = getattr(error, "code", 0)
        return code, json.loads(error.read()) if code else None  # type: ignore[attr-defined]


def state_of(home: Path, name: str) -> CaptureState | None:
    place = open_home(home)
    found = {one.name: one.state for one in place.database.captures()}
    place.close()
    return found.get(name)


def reasons(home: Path) -> str:
    place = open_home(home)
    (found,) = (one.reason or "" for one in place.database.set_aside())
    place.close()
    return found


def test_a_driver_from_outside_that_hangs_stops_nothing(tmp_path: Path) -> None:
    """Its capture is set aside with the line it hung at; the plate behind it is filed."""
    out, home = tmp_path / "out", tmp_path / "home"
    out.mkdir()
    (out / "a.acme").write_bytes(b"bytes")
    (out / report_name(PLATE)).write_bytes(report(PLATE))
    make_home(
        home,
        f"deadline: 1 s\nsources:\n"
        f"  - {{name: acme, folder: {out}, driver: acme}}\n"
        f"  - {{name: mb, folder: {out}, driver: microbeta, patterns: ['*.txt'], quiet: 0.1 s}}\n",
    )
    with running(home, outside(tmp_path / "site")):
        until(lambda: state_of(home, "a.acme") is CaptureState.QUARANTINED)
        until(lambda: state_of(home, report_name(PLATE)) is CaptureState.FILED)
    said = "driver acme had not finished after 1 s and was interrupted (in parse, acme_counter.py"
    assert said in reasons(home)


def test_a_driver_that_crashes_the_start_is_left_out_at_the_fourth(tmp_path: Path) -> None:
    """The service then runs, says so, and has a message for the lab; a clean stop ends it."""
    home = make_home(tmp_path / "home", "sources: [{name: a, folder: a, driver: acme}]\n")
    environment = outside(tmp_path / "site", "os._exit(3)")
    earlier = [utc_now() - timedelta(minutes=one) for one in (20, 10)]
    (home / "starts.json").write_text(json.dumps([at.isoformat() for at in earlier]))
    command = [str(SCRIPT), "run", "--home", str(home)]
    third = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert third.returncode == 3
    with running(home, environment):
        until(lambda: (states := read_states(home)) is not None and states.remarks != ())
        states = read_states(home)
    assert states is not None
    assert "the service ended 3 times within an hour" in states.remarks[0]
    assert "(acme)" in states.remarks[0]
    place = open_home(home)
    subjects = [one.alert.subject for one in place.database.outbox()]
    place.close()
    assert any("Started in safe mode" in one for one in subjects)
    assert json.loads((home / "starts.json").read_bytes()) == []


def test_instruments_that_are_off_keep_it_from_nothing(tmp_path: Path) -> None:
    """It starts, says what is away, and files what the others bring."""
    port, out = free_port(), tmp_path / "out"
    out.mkdir()
    home = make_home(
        tmp_path / "home",
        f"http: {{port: {port}}}\nsources:\n"
        f"  - {{name: off, folder: {tmp_path}/off}}\n"
        f"  - {{name: line, port: {tmp_path}/tty, driver: tricarb-2100tr}}\n"
        f"  - {{name: mb, folder: {out}, driver: microbeta, quiet: 0.1 s}}\n",
    )
    with running(home):
        (out / report_name(PLATE)).write_bytes(report(PLATE))
        until(lambda: state_of(home, report_name(PLATE)) is CaptureState.FILED)
        until(lambda: asked(port, "/readyz")[1]["status"] == "degraded")
        status, said = asked(port, "/readyz")
    assert status == 200
    assert [one.partition(":")[0] for one in said["reasons"]] == [
        "source off is away", "source line is away",
    ]  # fmt: skip


def test_new_settings_by_signal_and_by_http(tmp_path: Path) -> None:
    """A source that is added is watched; a bad edit changes nothing, and is said."""
    port, out = free_port(), tmp_path / "out"
    out.mkdir()
    first = f"http: {{port: {port}}}\n"
    added = f"{first}sources: [{{name: mb, folder: {out}, driver: microbeta, quiet: 0.1 s}}]\n"
    home = make_home(tmp_path / "home", first)
    with running(home) as process:
        until(lambda: asked(port, "/readyz")[0] == 200)
        (home / SETTINGS_FILE).write_text(added)
        process.send_signal(signal.SIGHUP)
        (out / report_name(PLATE)).write_bytes(report(PLATE))
        until(lambda: state_of(home, report_name(PLATE)) is CaptureState.FILED)
        (home / SETTINGS_FILE).write_text(f"{added}rescn: 1 s\n")
        token = (home / "http.token").read_text().strip()
        refused, said = asked(port, "/reload", token)
        assert asked(port, "/readyz")[1]["status"] == "degraded"
        (home / SETTINGS_FILE).write_text(f"{added}rescan: 1 s\n")
        taken, changes = asked(port, "/reload", token)
    assert (refused, taken) == (422, 200)
    assert "'rescn' is not a key here; did you mean 'rescan'?" in said["reason"]
    assert changes == {"taken": True, "changes": ["rescan changed"]}


def test_the_watchdog_of_systemd_is_fed(tmp_path: Path) -> None:
    """After READY, as often as it asks to be; and the state is told in words, with READY too."""
    path = tmp_path / "notify"
    home = make_home(tmp_path / "home")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(path))
        systemd.settimeout(PATIENCE)
        told: list[str] = []
        with running(home, {**os.environ, "NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": "600000"}):
            while told.count("WATCHDOG=1") < 3 or "STATUS=ready" not in told:
                told.append(systemd.recv(4096).decode())
    assert told.index("READY=1\nSTATUS=ready") < told.index("STATUS=ready")
