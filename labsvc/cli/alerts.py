"""labsvc alerts: what waits for somebody, and the word that somebody has seen to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer
from rich.table import Table

from labsvc.cli.common import console, opened, print_json, print_lines
from labsvc.cli.filedruns import ByOption, who
from labsvc.cli.options import HomeOption, JsonOption
from labsvc.errors import ConfigError
from labsvc.notify.digests import SHORT
from labsvc.notify.words import one_line, when
from labsvc.service.alerting.pending import Pending, found, pending
from labsvc.service.authoring import quantities
from labsvc.store.postroom import Acknowledgement, Postroom

LONGEST = timedelta(days=366)
"""So long messages may be kept back."""
alerts_app = typer.Typer(help="What waits for somebody.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(alerts_app, name="alerts")


@alerts_app.command("list")
def list_alerts(
    everything: Annotated[
        bool, typer.Option("--all", help="Also what is acknowledged, over or only news.")
    ] = False,
    days: Annotated[int, typer.Option(min=1, max=3660, help="So many days back.")] = 14,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """What waits for somebody, the newest first, each with the key to acknowledge it by.

    Example: labsvc alerts list --home labsvc-home
    """
    with opened(home) as place:
        since = datetime.now(UTC) - timedelta(days=days)
        rows = pending(place.database, since, everything=everything)[::-1]
    if as_json:
        print_json([_document(one) for one in rows])
        return
    if not rows:
        print_lines([f"Nothing has waited for anybody in the last {days} days."])
        return
    table = Table("when", "severity", "state", "what", "key")
    table.columns[-1].no_wrap = True
    for one in rows:
        table.add_row(when(one.at), one.severity, one.state, one_line(one.what), _short(one.key))
    console().print(table)


@alerts_app.command("ack")
def acknowledge(
    key: Annotated[str, typer.Argument(help="A key, its beginning, or the id of a run.")],
    why: Annotated[str, typer.Option(help="What was found, or is being done.")],
    by: ByOption = None,
    for_time: Annotated[
        str, typer.Option("--for", help="How long messages that repeat it are kept back.")
    ] = "24 h",
    home: HomeOption = None,
) -> None:
    """Somebody has seen to it: on record, no further escalation, off the waiting list.

    Messages of the same topic are kept back for a while and come as one afterwards; what is graver
    comes at once.

    Example: labsvc alerts ack qc-failed:1a2b3c --by "M. Keller" --why "membranes ordered"
    """
    reason, person = one_line(why), who(by)
    if not reason:
        raise ConfigError("the reason is empty; expected what was found, or is being done")
    now = datetime.now(UTC)
    until = now + _span(for_time)
    with opened(home) as place:
        one = found(place.database, key)
        said = Acknowledgement(one.key, one.topic, one.severity, now, person, reason, until)
        Postroom(place.database).acknowledge(said)
    quiet = f"What repeats it is kept back until {when(until)}."
    print_lines([f"{one.key}: acknowledged by {person}. {quiet}"])


def _short(key: str) -> str:
    """Enough of it to name it by: digests are long."""
    return one_line(key)[:SHORT]


def _span(text: str) -> timedelta:
    try:
        minutes = quantities.minutes(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--for") from None
    if minutes > LONGEST / timedelta(minutes=1):
        raise typer.BadParameter(
            f"{text!r} is too long; at most {LONGEST.days} d", param_hint="--for"
        )
    return timedelta(minutes=minutes)


def _document(one: Pending) -> dict[str, Any]:
    said = one.acknowledged
    return {
        "key": one.key,
        "at": one.at.isoformat(),
        "severity": one.severity,
        "state": one.state,
        "what": one.what,
        "topic": one.topic,
        "acknowledged": None if said is None else {
            "by": said.by, "at": said.at.isoformat(), "why": said.why,
            "quiet_until": said.quiet_until.isoformat(),
        },
    }  # fmt: skip
