r"""The service below Windows' service manager. It needs pywin32 (labsvc[windows]).

Nobody has run this on Windows yet. What can be tried without it is in ``Hosted``, ``windowsplan``
and ``windowspaths``, and is tested; the rest is kept to a few calls.
"""

from __future__ import annotations

import os
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from labsvc.errors import ConfigError
from labsvc.service.daemon import Daemon
from labsvc.service.guards import starts
from labsvc.service.guards.access import keep_from_others
from labsvc.service.home import Home, open_home
from labsvc.service.installing.windowspaths import DriveType, refuse_mapped, refuse_shared_home
from labsvc.service.installing.windowsplan import (
    NAME,
    RESET_SECONDS,
    RESTARTS_MS,
    TITLE,
    WindowsPlan,
)
from labsvc.service.registry import from_outside, load_drivers
from labsvc.service.tabledrivers.folder import FOLDER as TABLES
from labsvc.service.vitals.logfile import FOLDER as LOG
from labsvc.service.vitals.logs import set_up_logs
from labsvc.service.watching.sources import utc_now
from labsvc.store.lock import HomeLock


class Hosted:
    """The service in a host that starts and stops it by calls, from threads of its own."""

    def __init__(self, home: Path, drive_type: DriveType) -> None:
        self._home = home
        self._drive_type = drive_type
        self._stopping = threading.Event()
        self._daemon: Daemon | None = None

    def run(self, ready: Callable[[], None]) -> None:
        """Work until ``stop``. ``ready`` is called when the sources are open.

        ConfigError when a person must act: to start again would not help. What else comes out is
        an end that a new start may mend.
        """
        refuse_shared_home(str(self._home), self._drive_type)
        keep_from_others(self._home)
        place = open_home(self._home)
        try:
            folders = {f"source {one.name}": str(one.folder)
                       for one in place.settings.sources if one.folder is not None}  # fmt: skip
            refuse_mapped(folders, self._drive_type)
            set_up_logs(keep=place.root / LOG, limited=True)
            with HomeLock(place.root), starts.counted(place.root, utc_now()) as failed:
                self._work(place, failed, ready)
        finally:
            place.close()

    def _work(self, place: Home, failed: Sequence[datetime], ready: Callable[[], None]) -> None:
        """After several starts that failed without drivers from outside, as ``labsvc run``."""
        outside = from_outside() if starts.too_many(failed) else ()
        safe = starts.reason(failed, outside, asked=False)
        seconds = place.settings.deadline_seconds
        drivers = load_drivers(place.root / TABLES, safe=safe is not None, seconds=seconds)
        if safe is not None:
            starts.tell(place, safe, utc_now())
        with Daemon(place, drivers, safe=safe) as daemon:
            self._daemon = daemon
            ready()
            if not self._stopping.is_set():
                daemon.run()

    def stop(self) -> None:
        """Ask it to end; at any time, from any thread."""
        self._stopping.set()
        if self._daemon is not None:
            self._daemon.stop()


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
    Windows refuses.
    """
    with _manager() as (scm, manager):
        service = scm.CreateService(
            manager, NAME, TITLE, scm.SERVICE_ALL_ACCESS, scm.SERVICE_WIN32_OWN_PROCESS,
            scm.SERVICE_AUTO_START, scm.SERVICE_ERROR_NORMAL, plan.command_line, None, 0,
            ["LanmanWorkstation", "Tcpip"], plan.account, password,
        )  # fmt: skip
        try:
            _recover(scm, service)
        finally:
            scm.CloseServiceHandle(service)


def remove() -> None:
    """Take the service away; the home stays. ConfigError where Windows refuses."""
    with _manager() as (scm, manager):
        service = scm.OpenService(manager, NAME, scm.SERVICE_ALL_ACCESS)
        try:
            scm.DeleteService(service)
        finally:
            scm.CloseServiceHandle(service)


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
        raise ConfigError(
            f"Windows refused to change the service {NAME} ({error}); "
            "do it in a console opened as administrator"
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
            self._hosted = Hosted(home, drive_type)

        def SvcStop(self) -> None:  # noqa: N802  (pywin32 calls it so)
            self.ReportServiceStatus(scm.SERVICE_STOP_PENDING, waitHint=60_000)
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
