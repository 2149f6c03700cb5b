"""What Windows' service manager is told, with a stand-in for pywin32."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from labsvc.errors import ConfigError
from labsvc.service.installing.windowshost import (
    _framework,
    drive_type,
    install,
    main,
    remove,
)
from tests.service.installing.test_windowsplan import PLAN


@pytest.mark.parametrize("call", [lambda: install(PLAN, None), remove, lambda: main("x", "y")])
def test_without_pywin32_it_says_what_to_install(call: Callable[[], None]) -> None:
    """Here, beside a Windows that it was never run on."""
    assert drive_type("C:\\") == 3
    with pytest.raises(ConfigError, match=r"labsvc\[windows\]|service manager of Windows"):
        call()


class Recorder(ModuleType):
    """Stands for a module of pywin32: keeps its calls, and each constant is its own name."""

    __file__ = "servicemanager.pyd"

    def __init__(self, refusing: str = "", number: int = 5) -> None:
        super().__init__("recorder")
        self.calls: list[tuple[str, tuple[object, ...]]] = []
        self.refusing, self.number = refusing, number

    def __getattr__(self, name: str) -> Any:
        if name.isupper():
            return name
        return lambda *given, **named: self._called(name, given)

    def _called(self, name: str, given: tuple[object, ...]) -> str:
        self.calls.append((name, given))
        if name == self.refusing:
            raise Refused(self.number, name, "These are the words of Windows.")
        return f"a handle by {name}"


class Refused(Exception):
    """As pywintypes.error: a number, a call, words."""


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> Callable[[Recorder], Recorder]:
    errors = ModuleType("pywintypes")
    errors.error = Refused  # type: ignore[attr-defined]

    def stand_in(recorder: Recorder) -> Recorder:
        base = type("Base", (), {"__init__": lambda self, args: None,
                                 "ReportServiceStatus": recorder.ReportServiceStatus})  # fmt: skip
        framework = ModuleType("win32serviceutil")
        framework.ServiceFramework = base  # type: ignore[attr-defined]
        for name in ("win32service", "servicemanager", "win32evtlogutil"):
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
    assert ("AddSourceToRegistry", ("labsvc", "servicemanager.pyd")) in scm.calls
    opened = {f"a handle by {name}" for name in ("OpenSCManager", "CreateService")}
    assert {given[0] for name, given in scm.calls if name == "CloseServiceHandle"} == opened


@pytest.mark.parametrize(
    ("refusing", "number", "told"),
    [
        ("OpenSCManager", 5, "as administrator"),
        ("CreateService", 1073, "labsvc service remove"),
        ("CreateService", 87, r"error 87\)$"),
    ],
)
def test_what_windows_refuses_is_said(
    windows: Callable[[Recorder], Recorder], refusing: str, number: int, told: str
) -> None:
    """In its own words, with its number, and with what to do where that is known."""
    windows(Recorder(refusing, number))
    with pytest.raises(ConfigError, match=rf"the words of Windows.*{told}"):
        install(PLAN, None)


@pytest.mark.parametrize("refusing", ["ChangeServiceConfig2", "AddSourceToRegistry"])
def test_a_service_that_could_not_be_told_everything_is_not_there(
    windows: Callable[[Recorder], Recorder], refusing: str
) -> None:
    """One that is not started again when it dies would be found out too late."""
    scm = windows(Recorder(refusing))
    with pytest.raises(ConfigError):
        install(PLAN, None)
    assert ("DeleteService", ("a handle by CreateService",)) in scm.calls


def test_a_service_that_works_is_stopped_before_it_is_removed(
    windows: Callable[[Recorder], Recorder],
) -> None:
    """Windows would let it work on until it next stops."""
    scm = windows(Recorder())
    remove()
    called = [name for name, _ in scm.calls]
    assert called.index("ControlService") < called.index("DeleteService")
    assert "RemoveSourceFromRegistry" in called


def test_the_service_manager_is_spoken_to_before_the_service_is_imported() -> None:
    """It waits 30 s; the imports may take as long while a machine starts."""
    words = (
        "import sys, labsvc.service.installing.windowshost\n"
        "print({'labsvc.service.daemon', 'numpy', 'sqlalchemy'} & set(sys.modules))"
    )
    told = subprocess.run([sys.executable, "-c", words], stdout=subprocess.PIPE, check=True).stdout
    assert told.strip() == b"set()"


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
