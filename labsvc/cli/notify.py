"""labsvc notify: try the way that alerts go."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from labsvc.cli.common import opened, print_lines
from labsvc.cli.newfiles import write_new
from labsvc.cli.options import HomeOption
from labsvc.errors import ConfigError, DeliveryError
from labsvc.notify.alerts import for_test
from labsvc.notify.rules import Destination, Route
from labsvc.notify.summary import Kind
from labsvc.service.alerting.posting import post_now
from labsvc.service.alerting.summary import summarised
from labsvc.service.authoring.schema import nearest
from labsvc.service.settings import Settings

notify_app = typer.Typer(help="Try the way that alerts go.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(notify_app, name="notify")


@notify_app.command("test")
def notify_test(
    route: Annotated[
        str | None, typer.Option(help="A route of the settings. Default: the mail recipients.")
    ] = None,
    home: HomeOption = None,
) -> None:
    """Send a test message to the recipients of mail, or to where a route leads.

    Example: labsvc notify test --route night --home labsvc-home
    """
    with opened(home) as place:
        settings = place.settings
        places = _places(settings, route)
        alert = for_test(settings.lab, route, at=datetime.now(UTC))
        refused = [who for one in places for who in post_now(settings, alert, one)]
    for one in places:
        print_lines([_sent(settings, one, refused)])
    if refused:
        raise DeliveryError(f"the mail server refused the recipients {', '.join(refused)}")


def _places(settings: Settings, name: str | None) -> list[Destination]:
    """Where the message goes. ConfigError when there is no such way."""
    if name is None:
        if settings.mail is None:
            raise ConfigError("labsvc.yaml has no mail section; add host, sender and recipients")
        return [Destination("mail", settings.mail.recipients)]
    route = _route(settings, name)
    mail = [Destination("mail", route.to)] if route.to else []
    channel = [Destination(f"channel:{route.channel}", (), route.channel)] if route.channel else []
    return [*mail, *channel]


def _route(settings: Settings, name: str) -> Route:
    known = {one.name: one for one in settings.alerts.rules.routes}
    if name not in known:
        raise ConfigError(f"labsvc.yaml has no route {name!r}{nearest(name, list(known))}")
    return known[name]


def _sent(settings: Settings, place: Destination, refused: list[str]) -> str:
    if place.channel is not None or settings.mail is None:
        return f"sent through channel {place.channel}"
    taken = [one for one in place.addresses if one not in refused]
    return f"sent to {', '.join(taken)} through {settings.mail.host}:{settings.mail.port}"


@notify_app.command("summary")
def notify_summary(
    weekly: Annotated[bool, typer.Option("--weekly", help="Of 7 days, not of one.")] = False,
    to: Annotated[Path | None, typer.Option(help="A file for its HTML.")] = None,
    home: HomeOption = None,
) -> None:
    """A summary as it would be mailed now, on standard output. Nothing is sent.

    Example: labsvc notify summary --weekly --home labsvc-home
    """
    now = datetime.now(UTC)
    kind: Kind = "weekly" if weekly else "daily"
    with opened(home) as place:
        alert = summarised(place, kind, now - timedelta(days=7 if weekly else 1), now, now)
    if to is not None:
        write_new(to, alert.html.encode("utf-8", "replace"))
    print_lines([alert.subject, "", *alert.text.splitlines()])
