"""labsvc service: the service told to systemd or to Windows."""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Annotated

import typer

from labsvc.cli.common import opened
from labsvc.cli.options import HomeOption
from labsvc.errors import ConfigError, StoreError
from labsvc.service.authoring.shipped import shipped
from labsvc.service.home import find_home
from labsvc.service.installing.unitfile import UnitPlan, unit_text

UNIT = Path("/etc/systemd/system/labsvc.service")

service_app = typer.Typer(help="Start with the machine.", no_args_is_help=True)

UserOption = Annotated[str | None, typer.Option("--user", help="The account that runs it.")]


def register(app: typer.Typer) -> None:
    app.add_typer(service_app, name="service")


@service_app.command("install")
def install(
    user: UserOption = None,
    group: Annotated[str, typer.Option(help="Linux: its group.")] = "labsvc",
    to: Annotated[Path, typer.Option(help="Linux: the unit file; - for standard output.")] = UNIT,
    replace: Annotated[bool, typer.Option("--replace", help="Over a unit that differs.")] = False,
    home: HomeOption = None,
) -> None:
    """Tell systemd (Linux) or the service manager (Windows, labsvc[windows]) of this labsvc, so
    that it starts with the machine and again when it dies. It is not started yet.

    Example: labsvc service install --home /var/lib/labsvc --user labsvc
    """
    if sys.platform == "win32":
        _install_windows(find_home(home), user)
        return
    plan = UnitPlan(
        PurePosixPath(sysconfig.get_path("scripts")) / "labsvc",
        PurePosixPath(find_home(home).absolute()), user or "labsvc", group,
    )  # fmt: skip
    text = unit_text(_template(), plan)
    if str(to) == "-":
        sys.stdout.write(text)
        return
    _lay(text, to, replace=replace)
    if not _is_there(plan.user):
        print(f"there is no account {plan.user} yet: useradd --system --home-dir {plan.home} "
              f"--shell /usr/sbin/nologin {plan.user}")  # fmt: skip
    print(f"{to} is written for the home {plan.home} and the account {plan.user}. Then, as root: "
          "systemctl daemon-reload && systemctl enable --now labsvc")  # fmt: skip


@service_app.command("remove")
def remove() -> None:
    """Take the Windows service away; the home stays. On Linux systemctl does that.

    Example: labsvc service remove
    """
    if sys.platform != "win32":
        raise ConfigError(
            "on Linux, as root: systemctl disable --now labsvc, then delete its unit file "
            f"({UNIT}) and run systemctl daemon-reload"
        )
    from labsvc.service.installing import windowshost  # noqa: PLC0415  (Windows alone)

    windowshost.remove()
    print("the service labsvc is removed; the home is as it was")


def _template() -> str:
    deploy = shipped("deploy")
    try:
        return (deploy / UNIT.name).read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"the shipped unit {UNIT.name} is not installed (looked in {deploy})"
        ) from error


def _is_there(user: str) -> bool:
    import pwd  # noqa: PLC0415  (not on Windows)

    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


def _lay(text: str, to: Path, *, replace: bool) -> None:
    """The unit in its place; the same again changes nothing."""
    try:
        if to.exists() and not replace and to.read_text(encoding="utf-8") != text:
            raise ConfigError(
                f"{to} is there already and differs, perhaps on purpose: compare it with "
                "labsvc service install --to -, or give --replace"
            )
        to.write_text(text, encoding="utf-8")
        to.chmod(0o644)
    except OSError as error:
        raise StoreError(
            f"cannot write {to}: {error.strerror}; run this as root, or give another place with "
            "--to"
        ) from error


def _install_windows(home: Path, user: str | None) -> None:
    from labsvc.service.installing import windowshost  # noqa: PLC0415  (Windows alone)
    from labsvc.service.installing.windowspaths import refuse_mapped, refuse_shared_home  # noqa: PLC0415
    from labsvc.service.installing.windowsplan import OWN_ACCOUNT, WindowsPlan, checked  # noqa: PLC0415

    refuse_shared_home(str(home), windowshost.drive_type)
    with opened(home) as place:
        folders = {f"source {one.name}": str(one.folder)
                   for one in place.settings.sources if one.folder is not None}  # fmt: skip
        root = place.root
    refuse_mapped(folders, windowshost.drive_type, windowshost.share_of)
    plan = checked(
        WindowsPlan(
            home=PureWindowsPath(root),
            python=PureWindowsPath(getattr(sys, "_base_executable", sys.executable)),
            packages=PureWindowsPath(sysconfig.get_path("purelib")),
            environment=PureWindowsPath(sys.executable),
            account=user or OWN_ACCOUNT,
        )
    )
    windowshost.install(plan, _password(user))
    print(f"the service labsvc is installed for {root}. Then, as administrator:\n{plan.rights}\n"
          "net start labsvc")  # fmt: skip


def _password(user: str | None) -> str | None:
    """Asked for, or from the environment; never an argument, which every process can read.

    The service's own account and managed ones (ending with $) have none.
    """
    if user is None or user.endswith("$") or user.upper().startswith("NT "):
        return None
    told = os.environ.get("LABSVC_SERVICE_PASSWORD")
    return told or str(typer.prompt(f"password of {user}", hide_input=True))
