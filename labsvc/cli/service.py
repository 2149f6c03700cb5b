"""labsvc run, step and notify: the service itself, and what a person tells it."""

from __future__ import annotations

import signal
import threading
from datetime import UTC, datetime
from math import isfinite
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from labsvc.cli.common import HomeOption, JsonOption, opened, print_json
from labsvc.errors import ConfigError, DeliveryError
from labsvc.model.capture import Capture
from labsvc.model.filing import Alert
from labsvc.model.run import HarvestRun, Wash
from labsvc.notify.mail import compose, send
from labsvc.service.daemon import Daemon, mail_settings
from labsvc.service.ingest import ingest
from labsvc.service.logs import set_up_logs
from labsvc.service.registry import load_drivers
from labsvc.service.runsheetparts import moment as moment_of
from labsvc.service.schema import word
from labsvc.service.tablefolder import FOLDER as TABLES
from labsvc.store.lock import HomeLock

notify_app = typer.Typer(help="Alerts.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.command("run")(run)
    app.command("step")(step)
    app.add_typer(notify_app, name="notify")


def run(home: HomeOption = None) -> None:
    """The service in the foreground, until it is asked to end (Ctrl-C or SIGTERM).

    Example: labsvc run --home /var/lib/labsvc
    """
    set_up_logs()
    with opened(home) as place, HomeLock(place.root):
        daemon = Daemon(place, load_drivers(place.root / TABLES))
        # Before the start: a stop that comes in the middle of it is heard too.
        for name in ("SIGINT", "SIGTERM"):
            signal.signal(getattr(signal, name), lambda number, frame: _stop(daemon))
        with daemon:
            daemon.run()


def _stop(daemon: Daemon) -> None:
    # In a thread of its own: the main thread may hold the very lock that stop needs.
    threading.Thread(target=daemon.stop).start()


def step(
    plate: Annotated[str, typer.Argument(help="The plate, as on its barcode.")],
    step_name: Annotated[str, typer.Argument(metavar="STEP", help="reaction_start, harvest ...")],
    at: Annotated[
        str | None, typer.Option(help="When (local time), as 2026-03-02 11:05. Default: now.")
    ] = None,
    by: Annotated[str | None, typer.Option(help="Who.")] = None,
    washes: Annotated[
        int | None, typer.Option(min=0, max=99, help="How often it was washed; 0: not at all.")
    ] = None,
    wash_ml: Annotated[float | None, typer.Option(min=0, help="Millilitres of each wash.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """A bench event by hand, the same as a line of the harvest log.

    Example: labsvc step NET-0411 harvest --at "2026-03-02 11:05" --by "M. Keller" --washes 3
    """
    _check_name(plate, "PLATE")
    _check_step(step_name)
    washed = _washed(washes, wash_ml)
    with opened(home) as place:
        zone = ZoneInfo(place.settings.timezone)
        moment = _moment(at, zone)
        event = HarvestRun(
            run_key="", plate_id=plate, step=step_name, operator=by,
            started_at=moment.replace(tzinfo=None), washes=washed,
        )  # fmt: skip
        registry = load_drivers()
        capture = Capture(
            name=f"{plate} {step_name}.csv",
            source="labsvc step",
            received_at=datetime.now(UTC),
            content=registry.named("harvest").simulate([event]),
            driver="harvest",
            # Written in UTC: the lab's own hour may come twice.
            timezone="UTC",
        )
        registry.named("harvest").parse(capture)
        filed = ingest(place, registry, [capture], clock=lambda: datetime.now(UTC))[0]
    if as_json:
        print_json({"plate": plate, "step": step_name, "at": moment.isoformat(),
                    "state": filed.state.value})  # fmt: skip
    else:
        local = moment.astimezone(zone)
        print(f"{plate}: {step_name} at {local:%Y-%m-%d %H:%M:%S} {filed.state.value}")


def _check_name(text: str, what: str) -> None:
    """As the harvest log has it; there the message would name a line that nobody wrote."""
    if not (text.isprintable() and 1 <= len(text.strip()) <= 64) or text.startswith("#"):
        raise typer.BadParameter(
            f"{text!r} is no name; expected 1 to 64 printable characters", param_hint=what
        )


def _check_step(text: str) -> None:
    try:
        word(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="STEP") from None


def _washed(number: int | None, volume_ml: float | None) -> tuple[Wash, ...] | None:
    if volume_ml is not None and (not number or not isfinite(volume_ml)):
        raise typer.BadParameter(
            "expected millilitres of each wash, and --washes with how many", param_hint="--wash-ml"
        )
    return None if number is None else (Wash(volume_ml),) * number


def _moment(text: str | None, zone: ZoneInfo) -> datetime:
    """The time meant, in UTC."""
    if text is None:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        return moment_of(text, zone)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--at") from None


@notify_app.command("test")
def notify_test(home: HomeOption = None) -> None:
    """Send a test message through the mail settings.

    Example: labsvc notify test --home labsvc-home
    """
    now = datetime.now(UTC)
    with opened(home) as place:
        if place.settings.mail is None:
            raise ConfigError("labsvc.yaml has no mail section; add host, sender and recipients")
        settings = mail_settings(place.settings.mail)
        words = f"This is a test message of labsvc at {place.settings.lab}. Alerts reach you."
        alert = Alert(f"test:{now.isoformat()}", "test", "[labsvc] test message", words,
                      f"<p>{words}</p>", now)  # fmt: skip
        refused = send(compose(alert, settings), settings)
    taken = [one for one in settings.recipients if one not in refused]
    print(f"sent to {', '.join(taken)} through {settings.host}:{settings.port}")
    if refused:
        raise DeliveryError(f"{settings.host} refused the recipients {', '.join(refused)}")
