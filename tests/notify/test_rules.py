"""Who is told of what: a table of messages and routes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from labsvc.model.filing import Alert
from labsvc.notify.rules import ENDS, Destination, Escalation, Quiet, Route, Rules, gravity
from labsvc.notify.weektimes import week_span

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
RULES = Rules(
    recipients=("lab@x.example",),
    routes=(
        Route("pi", ("pi@x.example",), protocol=("net-*", "dat-*"), severity="error"),
        Route("counter room", ("tech@x.example",), source=("MicroBeta-1",), severity="warning"),
        Route("phone", channel="phone", severity="critical"),
        Route("news", ("pi@x.example",), kind=("summary",)),
    ),
)


def alert(kind: str, **about: str | None) -> Alert:
    return Alert("k", kind, "s", "t", "h", NOON, **about)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("told", "people", "channels"),
    [
        (alert("qc-failed", protocol="NET-binding"), ["pi"], []),
        (alert("qc-failed", protocol="sert-uptake"), ["lab"], []),
        (alert("qc-failed", protocol="net-1", source="microbeta-1"), ["pi", "tech"], []),
        (alert("run-held", protocol="net-1"), ["lab"], []),
        (alert("run-held", source="microbeta-1"), ["tech"], []),
        (alert("source-away", source="microbeta-1"), ["tech"], []),
        (alert("source-back", source="microbeta-1"), ["tech"], []),  # told of it, told of its end
        (alert("trouble", severity="critical"), [], ["phone"]),
        (alert("trouble", severity="critical", source="microbeta-1"), ["tech"], ["phone"]),
        (alert("qc-failed", addressed="a@x.example\npi@x.example"), ["a", "pi"], []),
        (alert("qc-failed", protocol="net-1", addressed="a@x.example"), ["pi", "a"], []),
        (alert("summary"), ["pi"], []),
        (alert("qc-passed", protocol="net-1"), ["lab"], []),
    ],
)
def test_every_route_that_fits_is_taken_and_else_the_recipients(
    told: Alert, people: list[str], channels: list[str]
) -> None:
    found = RULES.destinations(told)
    mail = [one.partition("@")[0] for place in found for one in place.addresses]
    assert (mail, [one.channel for one in found if one.channel]) == (people, channels)


@pytest.mark.parametrize(("end", "beginning"), ENDS.items())
def test_a_route_that_names_a_kind_has_its_end_too(end: str, beginning: str) -> None:
    """Who was told of a trouble is told when it is over, and the others are not."""
    rules = Rules(("lab@x.example",), (Route("one", ("one@x.example",), kind=(beginning,)),))
    (place,) = rules.destinations(alert(end))
    assert place.addresses == ("one@x.example",)
    assert rules.destinations(alert("run-held"))[0].addresses == ("lab@x.example",)


def test_nobody_is_told_twice_of_one_message() -> None:
    """Two routes lead to the same person."""
    rules = Rules(routes=(Route("a", ("x@x.example",)), Route("b", ("x@x.example",))))
    assert rules.destinations(alert("trouble")) == (Destination("mail", ("x@x.example",)),)


def test_where_nobody_is_set_nobody_is_told() -> None:
    assert Rules().destinations(alert("trouble")) == ()


@pytest.mark.parametrize(
    ("kind", "severity", "grave"),
    [("qc-failed", None, 2), ("run-held", None, 1), ("qc-failed", "critical", 3),
     ("source-heard", "info", 1), ("never heard of", None, 2), ("trouble", "odd", 3)],
)  # fmt: skip
def test_how_grave_a_message_is(kind: str, severity: str | None, grave: int) -> None:
    """By itself, else by its kind; what nobody knows is taken for grave."""
    assert gravity(kind, severity) == grave


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        (alert("qc-failed"), True),
        (alert("trouble", severity="critical"), False),
        (alert("summary"), False),
    ],
)
def test_quiet_hours_let_through_what_is_grave_and_what_was_asked_for(
    told: Alert, kept: bool
) -> None:
    quiet = Quiet((week_span("00:00-24:00"),))
    assert quiet.keeps(told, NOON, UTC) is kept


def test_news_and_ends_are_told_no_further() -> None:
    from datetime import timedelta  # noqa: PLC0415

    escalation = Escalation(timedelta(hours=4), ("head@x.example",), severity="warning")
    kinds = ("qc-failed", "run-held", "source-back", "summary", "qc-passed")
    assert [escalation.concerns(alert(kind)) for kind in kinds] == [True, True, False, False, False]
