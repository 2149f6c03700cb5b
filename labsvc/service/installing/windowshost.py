r"""The service below Windows' service manager. It needs pywin32 (labsvc[windows]).

Nobody has run this on Windows yet; under wine it was installed, started, stopped and removed. The
service manager waits 30 s for a process that it started to speak to it, and to import what the
service works with may take that long while a machine starts: so it is told first, and the service
itself (``hosted``) is imported after that.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from labsvc.errors import ConfigError
from labsvc.service.installing.windowsplan import (
    NAME,
    RESET_SECONDS,
    RESTARTS_MS,
    TITLE,
    WindowsPlan,
)

_WAIT_MS: Final = 60_000
"""So long the service manager is asked to wait for a start or an end."""
_ANSWERS: Final = {
    5: "do it in a console opened as administrator",
    1057: "there is no such account, or that is not its password",
    1060: "it is not installed",
    1072: "it is being removed: close the window that shows the services, or restart Windows",
    1073: "it is installed already: take it away first, labsvc service remove",
}
"""What to do, by the number that Windows refuses with (winerror.h)."""


def drive_type(root: str) -> int:
    """What kind of drive this is, as Windows says it in this session."""
    if sys.platform != "win32":
        return 3  # a disk: there are no letters elsewhere
    import ctypes  # noqa: PLC0415

    return int(ctypes.windll.kernel32.GetDriveTypeW(root))


def share_of(letter: str) -> str | None:
    """What a mapped letter leads to, in the session of whoever asks."""
    if sys.platform != "win32":
        return None
    try:
        told = pywin32("win32wnet").WNetGetUniversalName(f"{letter}\\", 1)
    except pywin32("pywintypes").error:
        return None
    return str(told).rstrip("\\")


def install(plan: WindowsPlan, password: str | None) -> None:
    """Make the service, started with Windows, and restarted when it dies. ConfigError where
    Windows refuses any of it: then there is no service.
    """
    with _manager() as (scm, manager):
        service = scm.CreateService(
            manager, NAME, TITLE, scm.SERVICE_ALL_ACCESS, scm.SERVICE_WIN32_OWN_PROCESS,
            scm.SERVICE_AUTO_START, scm.SERVICE_ERROR_NORMAL, plan.command_line, None, 0,
            ["LanmanWorkstation", "Tcpip"], plan.account, password,
        )  # fmt: skip
        try:
            _recover(scm, service)
            # Whose messages they are in the event log; the service's account may not say that.
            pywin32("win32evtlogutil").AddSourceToRegistry(NAME, pywin32("servicemanager").__file__)
        except pywin32("pywintypes").error:
            scm.DeleteService(service)
            raise
        finally:
            scm.CloseServiceHandle(service)


def remove() -> None:
    """Stop the service and take it away; the home stays. ConfigError where Windows refuses."""
    with _manager() as (scm, manager):
        service = scm.OpenService(manager, NAME, scm.SERVICE_ALL_ACCESS)
        try:
            if scm.QueryServiceStatus(service)[1] != scm.SERVICE_STOPPED:
                scm.ControlService(service, scm.SERVICE_CONTROL_STOP)
            scm.DeleteService(service)
        finally:
            scm.CloseServiceHandle(service)
        pywin32("win32evtlogutil").RemoveSourceFromRegistry(NAME)


@contextmanager
def _manager() -> Iterator[tuple[Any, Any]]:
    """pywin32's module and the open service manager, which only an administrator may change."""
    scm, refused = pywin32("win32service"), pywin32("pywintypes").error
    try:
        manager = scm.OpenSCManager(None, None, scm.SC_MANAGER_ALL_ACCESS)
        try:
            yield scm, manager
        finally:
            scm.CloseServiceHandle(manager)
    except refused as error:
        number, call, words = error.args
        instead = f"; {_ANSWERS[number]}" if number in _ANSWERS else ""
        raise ConfigError(
            f"Windows refused to change the service {NAME}: {words} "
            f"({call}, error {number}){instead}"
        ) from error


def _recover(scm: Any, service: Any) -> None:
    """Started again whenever it ended otherwise than by saying that it has ended well."""
    restarts = [(scm.SC_ACTION_RESTART, delay) for delay in RESTARTS_MS]
    actions = {"ResetPeriod": RESET_SECONDS, "RebootMsg": "", "Command": "", "Actions": restarts}
    told = (
        (scm.SERVICE_CONFIG_DESCRIPTION, TITLE),
        (scm.SERVICE_CONFIG_FAILURE_ACTIONS, actions),
        (scm.SERVICE_CONFIG_FAILURE_ACTIONS_FLAG, True),
        # Shares and the network are there by then.
        (scm.SERVICE_CONFIG_DELAYED_AUTO_START_INFO, True),
    )
    for what, how in told:
        scm.ChangeServiceConfig2(service, what, how)


def pywin32(name: str) -> Any:
    """One of its modules; ConfigError where it is not installed."""
    try:
        return import_module(name)
    except ImportError as error:
        raise ConfigError(
            "the Windows service needs pywin32, which is not installed: install labsvc[windows]"
        ) from error


def main(home: str, environment: str) -> None:
    """The process that Windows started: hand it over to the service manager."""
    if sys.platform != "win32":
        raise ConfigError("this is started by the service manager of Windows")
    host = pywin32("servicemanager")
    # Without a console there is none of these, and whoever prints would fall over.
    sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    # Child processes are started with the environment's own Python, which finds its packages.
    sys.executable = environment
    host.Initialize(NAME, host.__file__)
    host.PrepareToHostSingle(_framework(Path(home)))
    host.StartServiceCtrlDispatcher()


def _framework(home: Path) -> type[Any]:
    """pywin32's form of a service: a class whose methods the service manager's threads call."""
    host, scm = pywin32("servicemanager"), pywin32("win32service")
    framework: Any = pywin32("win32serviceutil").ServiceFramework

    class Service(framework):  # type: ignore[misc]
        _svc_name_ = NAME
        _svc_display_name_ = TITLE

        def __init__(self, args: Any) -> None:
            super().__init__(args)
            self.ReportServiceStatus(scm.SERVICE_START_PENDING, waitHint=_WAIT_MS)
            from labsvc.service.installing.hosted import Hosted  # noqa: PLC0415

            self._hosted = Hosted(home, drive_type)

        def SvcStop(self) -> None:  # noqa: N802  (pywin32 calls it so)
            self.ReportServiceStatus(scm.SERVICE_STOP_PENDING, waitHint=_WAIT_MS)
            self._hosted.stop()

        def SvcShutdown(self) -> None:  # noqa: N802
            self.SvcStop()

        def SvcDoRun(self) -> None:  # noqa: N802
            ended = False
            try:
                self._hosted.run(lambda: host.LogInfoMsg(f"{NAME} is ready"))
                ended = True
            except ConfigError as error:
                # Ended well, as far as Windows is concerned: it is not started again.
                host.LogErrorMsg(f"{NAME} needs a person: {error}")
                ended = True
            finally:
                if not ended:
                    host.LogErrorMsg(f"{NAME} died:\n{traceback.format_exc()}")
                    # Without a word to the service manager, so that it starts the service again.
                    os._exit(1)

    return Service
