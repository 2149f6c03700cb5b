"""The service as it runs: real folders, a real pseudo-terminal, a real mail server."""

from __future__ import annotations

import email
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.policy import default
from pathlib import Path
from time import monotonic

import pytest

from labsvc.errors import ConfigError
from labsvc.service import daemon as service_module
from labsvc.service.daemon import Daemon
from labsvc.service.demo.day import uptake_run
from labsvc.service.demo.mailbox import Mailbox, messages
from labsvc.service.home import open_home
from labsvc.service.registry import load_drivers
from labsvc.service.watching import absence
from labsvc.service.watching.sources import utc_now
from labsvc.service.work.line import Outcome
from tests.bench import capture, harvest, make_home, named, report, report_name, sheet
from tests.patience import PATIENCE

PLATE = "NET-0411"


class Running:
    """A daemon at work. ``until`` waits for its rounds."""

    def __init__(self, daemon: Daemon, outcomes: list[Outcome]) -> None:
        self.daemon = daemon
        self.home = daemon.home
        self.outcomes = outcomes

    def until(self, holds: Callable[[], bool]) -> None:
        deadline = monotonic() + PATIENCE
        while not holds():
            assert self.daemon.rounds.wait(deadline - monotonic()), "no round"
            self.daemon.rounds.clear()

    def filed(self, name: str) -> bool:
        return name in [outcome.name for outcome in self.outcomes]


@contextmanager
def running(root: Path, settings: str) -> Iterator[Running]:
    # How full the disk of the testing machine is must not be told among the rest.
    roomy = "" if "alerts:" in settings else "alerts: {disk_free_percent: 0}\n"
    make_home(root, settings + roomy)
    home = open_home(root)
    outcomes: list[Outcome] = []
    with Daemon(home, load_drivers(), told=outcomes.append) as daemon:
        worker = threading.Thread(target=daemon.run)
        worker.start()
        try:
            yield Running(daemon, outcomes)
        finally:
            daemon.stop()
            worker.join(PATIENCE)
    assert not worker.is_alive()
    home.close()


def folder(tmp_path: Path, name: str = "counter") -> Path:
    made = tmp_path / name
    made.mkdir()
    return made


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[str]:
    server = Mailbox(folder(tmp_path, "mailbox"))
    port = server.start()
    yield (
        f"mail: {{host: 127.0.0.1, port: {port}, starttls: false, sender: labsvc@lab.invalid,"
        " recipients: [lab@lab.invalid]}\n"
    )
    server.stop()


def source(path: Path, driver: str = "microbeta") -> str:
    return f"sources: [{{name: {driver}-1, folder: {path}, driver: {driver}, quiet: 0.1 s}}]\n"


def test_from_the_counters_folder_to_the_mail(tmp_path: Path, mailbox: str) -> None:
    """A plate that fails its QC: filed, judged, and mailed once with its figure."""
    out = folder(tmp_path)
    made = make_home(tmp_path / "home")
    (made / "runsheets" / f"{PLATE}.yaml").write_bytes(sheet(PLATE))
    with running(tmp_path / "home", source(out) + mailbox) as service:
        (out / report_name(PLATE)).write_bytes(report(PLATE, total=230.0))
        service.until(lambda: service.filed(report_name(PLATE)))
        service.until(lambda: not service.home.database.outbox())
        (run,) = service.home.database.results()
    assert run.verdict == "rejected"
    (kept,) = messages(tmp_path / "mailbox")
    mail = email.message_from_bytes(kept.read_bytes(), policy=default)
    assert mail["Subject"].startswith(f"[labsvc] QC failed: {PLATE}")
    assert [part.get_content_type() for part in mail.walk()].count("image/png") == 1


def test_a_run_sheet_saved_while_the_service_runs_releases_its_run(tmp_path: Path) -> None:
    """The folder's event is enough."""
    out = folder(tmp_path)
    with running(tmp_path / "home", source(out)) as service:
        (out / report_name(PLATE)).write_bytes(report(PLATE))
        service.until(lambda: service.filed(report_name(PLATE)))
        (service.home.runsheets / f"{PLATE}.yaml").write_bytes(sheet(PLATE))
        service.until(lambda: not service.home.database.held())
        (run,) = service.home.database.results()
    assert run.revision == 2


def test_a_counter_that_prints_to_a_serial_line(tmp_path: Path) -> None:
    """A real pseudo-terminal, written to in small pieces; the bytes are kept as they came."""
    master, slave = os.openpty()
    content = named("tricarb-2100tr").simulate([uptake_run()])
    port = f"sources: [{{name: tricarb, port: {os.ttyname(slave)}, driver: tricarb-2100tr}}]\n"
    with running(tmp_path / "home", port) as service:
        deadline = monotonic() + PATIENCE
        while service.daemon.inlets.lines["tricarb"].state != "open":
            assert monotonic() < deadline
            service.daemon.rounds.wait(0.05)
        for start in range(0, len(content), 100):
            os.write(master, content[start : start + 100])
        service.until(lambda: len(service.outcomes) == 1)
        (outcome,) = service.outcomes
        (raw,) = (name for name in service.home.archive.names(outcome.folder) if "raw/" in name)
        assert service.home.archive.read(outcome.folder, raw) == content
    os.close(master)
    os.close(slave)


def test_what_lay_in_the_inbox_is_worked_off_at_the_start(tmp_path: Path) -> None:
    """And what a crash left half-written is swept."""
    home = open_home(make_home(tmp_path / "home"))
    home.inbox.put(capture(report_name(PLATE), report(PLATE)))
    home.close()
    left = [tmp_path / "home" / name / ".staging" / "left" for name in ("archive", "quarantine")]
    for half in left:
        half.mkdir()
    with running(tmp_path / "home", "") as service:
        service.until(lambda: service.filed(report_name(PLATE)))
    assert not any(half.exists() for half in left)


def test_the_index_of_the_archive_is_renewed_when_something_was_filed(tmp_path: Path) -> None:
    """By the service itself; when its page cannot be written it lives on."""
    with running(tmp_path / "home", "") as one:
        one.home.inbox.put(capture(report_name(PLATE), report(PLATE), driver="microbeta"))
        one.until(lambda: one.filed(report_name(PLATE)))
        one.daemon.renew_index()
        page = one.home.root / "index.html"
        assert PLATE in page.read_text("utf-8")
        page.unlink()
        page.mkdir()
        one.home.inbox.put(capture("again.txt", report("NET-0412"), driver="microbeta"))
        one.until(lambda: one.filed("again.txt"))
        one.daemon.renew_index()


def test_a_mail_server_that_is_away_delays_no_run(tmp_path: Path) -> None:
    """The alert waits in the outbox with the reason; the next run is filed."""
    out = folder(tmp_path)
    away = (
        "mail: {host: 127.0.0.1, port: 1, starttls: false, sender: a@lab.invalid,"
        " recipients: [b@lab.invalid]}\n"
    )
    with running(tmp_path / "home", source(out) + away) as service:
        for plate in ("NET-0411", "NET-0412"):
            (out / report_name(plate)).write_bytes(report(plate))
            service.until(lambda plate=plate: service.filed(report_name(plate)))  # type: ignore[misc]
        service.until(lambda: all(one.last_error for one in service.home.database.outbox()))
        owed = service.home.database.outbox()
    assert len(owed) == 2
    assert "mail server 127.0.0.1:1 cannot be used" in (owed[0].last_error or "")


def test_a_failing_disk_of_ours_is_waited_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The capture stays in the inbox, and is filed when there is room again."""
    monkeypatch.setattr(service_module, "RETRY_SECONDS", 0.05)
    out = folder(tmp_path, "harvester")
    with running(tmp_path / "home", source(out, "harvest")) as service:
        year = service.home.root / "archive" / f"{utc_now():%Y}"
        year.write_bytes(b"a file where the year's folder belongs")
        (out / "harvest.csv").write_bytes(harvest(PLATE))
        service.until(lambda: service.home.inbox.entries() != [])
        service.until(lambda: True)
        assert service.outcomes == []
        year.unlink()
        service.until(lambda: service.filed("harvest.csv"))


def test_a_folder_and_a_port_that_stay_away_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both in the outbox, each with what to check."""
    monkeypatch.setattr(absence, "PATIENCE", timedelta(0))
    gone = (
        f"sources: [{{name: counter, folder: {tmp_path}/gone}},"
        f" {{name: line, port: {tmp_path}/ttyNONE, driver: tricarb-2100tr}}]\n"
    )
    with running(tmp_path / "home", gone) as service:
        deadline = monotonic() + PATIENCE
        while len(service.home.database.outbox()) < 2 and monotonic() < deadline:
            service.daemon.look_for_sources()
            service.daemon.rounds.wait(0.1)
        told = sorted(owed.alert.subject for owed in service.home.database.outbox())
    assert [line.split(":")[0] for line in told] == ["[labsvc] Source away"] * 2
    assert told[0].startswith("[labsvc] Source away: counter: folder ")
    assert told[1].startswith("[labsvc] Source away: line: port ")


def test_a_source_whose_driver_is_unknown_stops_the_start(tmp_path: Path) -> None:
    """A person must act: nothing is watched half."""
    home = open_home(make_home(tmp_path / "home", source(tmp_path, "acme")))
    with pytest.raises(ConfigError, match="there is no driver 'acme'; installed are "):
        Daemon(home, load_drivers())
    home.close()


def test_the_service_ends_cleanly_when_it_is_asked_to(tmp_path: Path) -> None:
    """labsvc run and SIGTERM: exit code 0, the lock is free, no traceback."""
    root = make_home(tmp_path / "home")
    command = [str(Path(sys.executable).with_name("labsvc")), "run", "--home", str(root)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "service started" in line:
                process.terminate()
                break
        rest = process.stderr.read()
    assert process.returncode == 0
    assert "service stopped" in rest
    assert "Traceback" not in rest


def test_a_part_that_is_stuck_keeps_the_watchdog_unfed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """systemd is told why instead; and so is whoever asks."""
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    home = open_home(make_home(tmp_path / "home"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(PATIENCE)
        daemon = Daemon(home, load_drivers())
        daemon.watch_over()
        told = [systemd.recv(4096).decode() for _ in range(2)]
        daemon.progress.limit = 0.0
        daemon.watch_over()
        stuck = systemd.recv(4096).decode()
    home.close()
    assert told[0] == "WATCHDOG=1"
    assert stuck.startswith("STATUS=failing; ")
    assert "the worker has not got on for 0 s" in stuck
    assert "the worker has not got on for 0 s" in daemon.vitals().stuck


def test_a_night_of_failures_is_mail_for_those_who_are_meant(tmp_path: Path, mailbox: str) -> None:
    """Two plates that fail: the first at once, to whom its protocol goes; the second is kept."""
    out = folder(tmp_path)
    made = make_home(tmp_path / "home")
    for plate in (PLATE, "NET-0412"):
        (made / "runsheets" / f"{plate}.yaml").write_bytes(sheet(plate))
    route = "{name: pi, protocol: [net-*], to: [pi@lab.invalid]}"
    routes = f"alerts: {{disk_free_percent: 0, routes: [{route}]}}\n"
    with running(tmp_path / "home", source(out) + mailbox + routes) as service:
        for number, plate in enumerate((PLATE, "NET-0412"), start=1):
            (out / report_name(plate)).write_bytes(report(plate, total=230.0))
            service.until(lambda plate=plate: service.filed(report_name(plate)))
            service.until(lambda: len(list(messages(tmp_path / "mailbox"))) == 1)
            service.daemon.deliver()
            assert len(service.home.database.outbox()) == number - 1
    (kept,) = messages(tmp_path / "mailbox")
    assert email.message_from_bytes(kept.read_bytes())["To"] == "pi@lab.invalid"


def test_new_settings_come_into_force_together(tmp_path: Path) -> None:
    """Sources, their drivers and the clock's zone, in whatever files with them."""
    out = folder(tmp_path)
    with running(tmp_path / "home", "") as service:
        path = service.home.root / "labsvc.yaml"
        path.write_text(f"timezone: UTC\n{source(out)}", "utf-8")
        said = service.daemon.reload().said
        assert said[:2] == ("source microbeta-1 added", "timezone changed")
        service.until(lambda: service.daemon.book.timezone == "UTC")
        (out / report_name(PLATE)).write_bytes(report(PLATE))
        service.until(lambda: service.filed(report_name(PLATE)))
        line = service.daemon.worker.line
        assert (line.home, line.book) == (service.daemon.home, service.daemon.book)
        assert line.home.settings.timezone == "UTC"


def test_settings_that_are_refused_are_told_the_lab_once(tmp_path: Path) -> None:
    """However often they are tried; what is in force stays."""
    with running(tmp_path / "home", "") as service:
        (service.home.root / "labsvc.yaml").write_text("rescn: 1 s\n", "utf-8")
        answers = [service.daemon.reload() for _ in range(2)]
        assert [one.taken for one in answers] == [False, False]
        (owed,) = service.home.database.outbox()
        assert owed.alert.subject.startswith("[labsvc] Not taken into force: labsvc.yaml: ")
        assert service.daemon.home is service.home
        trouble = service.daemon.vitals().settings_trouble or ""
        assert "'rescn' is not a key here" in trouble
