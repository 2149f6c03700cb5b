"""Several messages as one, and a message that nobody acknowledged. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from shlex import quote
from typing import Final

from labsvc.model.filing import Alert
from labsvc.notify import page as pages
from labsvc.notify.page import Page, Section
from labsvc.notify.plan import Why
from labsvc.notify.words import MARK, bare, one_line, span, subject, when

LISTED: Final = 200
"""So many messages stand in one; a longer list is read by nobody."""
SHORT: Final = 32
"""Characters of a key: enough to acknowledge it by."""
_POINT: Final = "- "
_QUOTED: Final = 60
_ABOUT: Final[dict[Why, str]] = {
    "new": "They came all at once.",
    "many": "They came all at once.",
    "waited": "They came while no mail could be sent.",
    "kept": "Kept back: they came in quiet hours, or repeat what you were told.",
    "unanswered": "Nobody has acknowledged them.",
}


def digest(alerts: Sequence[Alert], *, at: datetime, why: Why = "many") -> Alert:
    """Many messages as one, in their order. The same messages make the same key."""
    headline = f"{len(alerts)} messages"
    page = Page(
        headline=headline,
        tone="warn",
        about=_ABOUT[why],
        sections=(Section("Oldest first", _lines(alerts)),),
        advice=(
            "Each run's report says more: labsvc runs ls, and labsvc status for the sources. What "
            "is seen to: labsvc alerts list, and labsvc alerts ack."
        ),
        facts=(("From", when(alerts[0].created_at)), ("To", when(alerts[-1].created_at))),
    )
    line = f"{headline}; first: {bare(alerts[0].subject)}"
    return _made(f"digest:{_digest(alerts)}", line, page, at)


def escalated(alerts: Sequence[Alert], after: timedelta, *, at: datetime) -> Alert:
    """For those who are told further: what nobody acknowledged. The same make the same key."""
    many = len(alerts) > 1
    waited = f"Not acknowledged for {span(after)}"
    said = _lines(alerts) if many else sentences(alerts[0])
    page = Page(
        headline=waited,
        tone="bad",
        about=f"{len(alerts)} messages" if many else bare(alerts[0].subject),
        sections=(Section("What was told", said),) if said else (),
        advice=(
            "You are told because nobody has said that it is seen to. Whoever sees to it says so "
            f"with: labsvc alerts ack {quote(one_line(alerts[0].key))} --by NAME --why TEXT"
        ),
        facts=(("First", when(alerts[0].created_at)), ("Told", when(at))),
    )
    line = f"{waited}: {f'{len(alerts)} messages; first: ' if many else ''}"
    return _made(f"escalation:{_digest(alerts)}", line + bare(alerts[0].subject), page, at)


def _lines(alerts: Sequence[Alert]) -> tuple[str, ...]:
    listed = [
        f"{when(one.created_at)}: {bare(one.subject)} [{one.key[:SHORT]}]"
        for one in alerts[:LISTED]
    ]
    more = len(alerts) - LISTED
    return (*listed, f"and {more} more: labsvc alerts list") if more > 0 else tuple(listed)


def sentences(alert: Alert) -> tuple[str, ...]:
    """Those of its findings and reasons, from its text; its facts stand in the first message."""
    lines = (line.strip() for line in alert.text.splitlines())
    found = [line.removeprefix(_POINT) for line in lines if line.startswith(_POINT)]
    return tuple(found[:_QUOTED])


def _digest(alerts: Sequence[Alert]) -> str:
    keys = "\n".join(alert.key for alert in alerts)
    return hashlib.sha256(keys.encode("utf-8", "replace")).hexdigest()


def _made(key: str, line: str, page: Page, at: datetime) -> Alert:
    return Alert(
        key=key,
        kind=key.partition(":")[0],
        subject=subject(f"{MARK}{line}"),
        text=pages.text(page),
        html=pages.html(page),
        created_at=at,
    )
