"""The part of the Windows service that can be tried without Windows; the rest never was."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import structlog

from labsvc.errors import ConfigError
from labsvc.service.installing.windowshost import (
    Hosted,
    _framework,
    drive_type,
    install,
    main,
    remove,
)
from tests.bench import make_home
from tests.patience import PATIENCE
from tests.service.installing.test_windowsplan import PLAN


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """The log, and the rights of new files, as they were for the next test."""
    umask = os.umask(0o022)
    yield
    os.umask(umask)
    structlog.reset_defaults()


def a_disk(root: str) -> int:
    return 3


def test_it_works_until_it_is_told_to_stop(tmp_path: Path) -> None:
    """From another thread, as the service manager does it; the home is free again afterwards."""
    home = make_home(tmp_path / "home")
    hosted, ready = Hosted(home, a_disk), threading.Event()
    working = threading.Thread(target=hosted.run, args=[ready.set])
    working.start()
    assert ready.wait(PATIENCE)
    hosted.stop()
    working.join(PATIENCE)
    assert not working.is_alive()
    again = Hosted(home, a_disk)
    again.stop()
    again.run(lambda: None)


def test_a_stop_before_it_is_ready_is_heard(tmp_path: Path) -> None:
    hosted = Hosted(make_home(tmp_path / "home"), a_disk)
    hosted.run(hosted.stop)


@pytest.mark.parametrize(
    ("settings", "drive", "told"),
    [
        ("sources:\n  - {name: c, folder: 'Z:\\out'}\n", 4, "lies on a share"),
        ("mail: {host: h, password: x}\n", 3, "is missing|must not stand"),
    ],
)
def test_what_a_person_must_mend_is_a_config_error(
    tmp_path: Path, settings: str, drive: int, told: str
) -> None:
    """Which Windows does not start again."""
    hosted = Hosted(make_home(tmp_path / "home", settings), lambda root: drive)
    with pytest.raises(ConfigError, match=told):
        hosted.run(lambda: pytest.fail("it was never ready"))


@pytest.mark.parametrize("call", [lambda: install(PLAN, None), remove, lambda: main("x", "y")])
def test_without_pywin32_it_says_what_to_install(call: Callable[[], None]) -> None:
    """Here, beside a Windows that it was never run on."""
    assert drive_type("C:\\") == 3
    with pytest.raises(ConfigError, match=r"labsvc\[windows\]|service manager of Windows"):
        call()


class Recorder(ModuleType):
    """Stands for a module of pywin32: keeps its calls, and each constant is its own name."""

    def __init__(self, refusing: str = "") -> None:
        super().__init__("recorder")
        self.calls: list[tuple[str, tuple[object, ...]]] = []
        self.refusing = refusing

    def __getattr__(self, name: str) -> Any:
        if name.isupper():
            return name
        return lambda *given, **named: self._called(name, given)

    def _called(self, name: str, given: tuple[object, ...]) -> str:
        self.calls.append((name, given))
        if name == self.refusing:
            raise OSError("access is denied")
        return f"a handle by {name}"


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> Callable[[Recorder], Recorder]:
    errors = ModuleType("pywintypes")
    errors.error = OSError  # type: ignore[attr-defined]

    def stand_in(recorder: Recorder) -> Recorder:
        base = type("Base", (), {"__init__": lambda self, args: None,
                                 "ReportServiceStatus": recorder.ReportServiceStatus})  # fmt: skip
        framework = ModuleType("win32serviceutil")
        framework.ServiceFramework = base  # type: ignore[attr-defined]
        for name in ("win32service", "servicemanager"):
            monkeypatch.setitem(sys.modules, name, recorder)
        monkeypatch.setitem(sys.modules, "win32serviceutil", framework)
        monkeypatch.setitem(sys.modules, "pywintypes", errors)
        return recorder

    return stand_in


def test_the_service_is_made_with_account_command_and_recovery(
    windows: Callable[[Recorder], Recorder],
) -> None:
    """And every handle is given back, whatever is refused."""
    scm = windows(Recorder())
    install(PLAN, None)
    made = dict(scm.calls)["CreateService"]
    assert (made[1], made[7], made[-2:]) == ("labsvc", PLAN.command_line, (PLAN.account, None))
    told = {given[1]: given[2] for name, given in scm.calls if name == "ChangeServiceConfig2"}
    actions: Any = told["SERVICE_CONFIG_FAILURE_ACTIONS"]
    assert [kind for kind, _ in actions["Actions"]] == ["SC_ACTION_RESTART"] * 3
    assert told["SERVICE_CONFIG_FAILURE_ACTIONS_FLAG"] is True
    opened = {f"a handle by {name}" for name in ("OpenSCManager", "CreateService")}
    assert {given[0] for name, given in scm.calls if name == "CloseServiceHandle"} == opened


@pytest.mark.parametrize("refusing", ["OpenSCManager", "CreateService", "ChangeServiceConfig2"])
def test_what_windows_refuses_is_said(
    windows: Callable[[Recorder], Recorder], refusing: str
) -> None:
    windows(Recorder(refusing))
    with pytest.raises(ConfigError, match=r"access is denied.*as administrator"):
        install(PLAN, None)


def test_a_service_that_a_person_must_mend_ends_well(
    windows: Callable[[Recorder], Recorder], tmp_path: Path
) -> None:
    """So that Windows does not start it again and again; the event log says why."""
    host = windows(Recorder())
    service = _framework(tmp_path)(["labsvc"])
    service.SvcDoRun()
    (told,) = [given for name, given in host.calls if name == "LogErrorMsg"]
    assert "there is no labsvc.yaml" in str(told)
    service.SvcStop()
    assert host.calls[-1][0] == "ReportServiceStatus"
