"""labsvc step: what a person tells the service of the bench."""

from __future__ import annotations

from datetime import UTC, datetime
from math import isfinite
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from labsvc.cli.common import opened, print_json
from labsvc.cli.options import HomeOption, JsonOption
from labsvc.model.capture import Capture
from labsvc.model.run import HarvestRun, Wash
from labsvc.service.authoring.schema import word
from labsvc.service.registry import Registry, load_drivers
from labsvc.service.runsheets.parts import moment as moment_of
from labsvc.service.work.ingest import ingest


def register(app: typer.Typer) -> None:
    app.command("step")(step)


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
        capture = _logged(event, registry)
        filed = ingest(place, registry, [capture], clock=lambda: datetime.now(UTC))[0]
    if as_json:
        print_json({"plate": plate, "step": step_name, "at": moment.isoformat(),
                    "state": filed.state.value})  # fmt: skip
    else:
        local = moment.astimezone(zone)
        print(f"{plate}: {step_name} at {local:%Y-%m-%d %H:%M:%S} {filed.state.value}")


def _logged(event: HarvestRun, registry: Registry) -> Capture:
    """The event as a line of a harvest log; ParseError where no log could say it."""
    harvest = registry.named("harvest")
    capture = Capture(
        name=f"{event.plate_id} {event.step}.csv",
        source="labsvc step",
        received_at=datetime.now(UTC),
        content=harvest.simulate([event]),
        driver="harvest",
        # Written in UTC: the lab's own hour may come twice.
        timezone="UTC",
    )
    harvest.parse(capture)
    return capture


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
